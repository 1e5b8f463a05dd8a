"""What all tests share: no network, no settings of the user's, one small index.

The fixtures import what they need when they are used, so that collecting the
tests, and running those of pure functions, stays quick.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings as hypothesis_settings

if TYPE_CHECKING:
    from qa_bot.bot import QABot

ROOT = Path(__file__).parent.parent
EVAL_DATA = "QA_BOT_EVAL_DATA"

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
for _name in list(os.environ):
    # A developer's own settings must not decide whether a test passes; where exported models
    # are cached may stay theirs, as exporting takes a while.
    if _name.startswith("QA_BOT_") and _name not in (EVAL_DATA, "QA_BOT_CACHE_DIR"):
        del os.environ[_name]

# A law holds or not; how long an example takes depends on what else the machine is doing.
hypothesis_settings.register_profile("no_deadline", deadline=None)
hypothesis_settings.load_profile("no_deadline")

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> str | None:
    """Path of the system's Chromium."""
    return next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip, with the reason, what this machine has not got the means for."""
    without_browser = pytest.mark.skip(reason="no Chromium on PATH: apt install chromium")
    without_sets = pytest.mark.skip(reason=f"{EVAL_DATA} names no folder of evaluation sets")
    for item in items:
        if item.get_closest_marker("browser") and find_chromium() is None:
            item.add_marker(without_browser)
        if item.get_closest_marker("shared") and not Path(os.environ.get(EVAL_DATA, "-")).is_dir():
            item.add_marker(without_sets)
    # The browser's driver keeps an event loop running in this thread to the end of the
    # session, and no test after it could run one of its own.
    items.sort(key=lambda item: "browser" in item.path.parts)


@pytest.fixture(autouse=True, scope="session")
def without_analysis() -> Iterator[None]:
    """spaCy takes a second to start: only the tests that are about it, and the index of the
    seeds, index with it (the fixture ``with_analysis``)."""
    from qa_bot.config import Settings
    from qa_bot.indexing import build

    os.environ["QA_BOT_ANALYSIS"] = "false"  # for the programs that tests start

    def none(settings: Settings) -> tuple[str, None]:
        return "", None

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(build, "wanted_rules", none)
        yield


@pytest.fixture
def with_analysis(monkeypatch: pytest.MonkeyPatch) -> None:
    """Indexing analyses articles, as it does outside the tests."""
    from qa_bot.indexing import analyse, build

    monkeypatch.delenv("QA_BOT_ANALYSIS", raising=False)
    monkeypatch.setattr(build, "wanted_rules", analyse.wanted_rules)


@pytest.fixture(scope="session")
def seeds() -> Path:
    """The folder of the two seed articles."""
    return ROOT / "seeds"


@pytest.fixture(scope="session")
def eval_data() -> Path:
    """The folder of evaluation sets; only for tests marked ``shared``."""
    return Path(os.environ[EVAL_DATA])


@pytest.fixture(scope="session")
def seeds_index(seeds: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the seeds, made once. Not to be written to: copy it first."""
    from qa_bot.config import Settings
    from qa_bot.indexing import analyse, build, build_index

    index = tmp_path_factory.mktemp("seeds") / "index"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(build, "wanted_rules", analyse.wanted_rules)
        report = build_index(seeds, index, settings=Settings.load(analysis=True))
    assert len(report.added) == 2, report.skipped
    return index


@pytest.fixture(scope="session")
def tiny_readers(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[Path, Path]]:
    """Kind of checkpoint to (a tiny checkpoint of it, the reader exported from that), each
    made once. RoBERTa's takes 512 tokens, the others 64."""
    from checkpoints import WINDOW, write_checkpoint

    folder = tmp_path_factory.mktemp("checkpoints")

    @cache
    def made(kind: str) -> tuple[Path, Path]:
        from qa_bot.models.checkpoint import find_checkpoint
        from qa_bot.models.span_export import export

        window = 512 if kind == "roberta" else WINDOW
        checkpoint = write_checkpoint(folder / kind, kind, window=window)
        target = folder / f"{kind} exported"
        target.mkdir()
        export(find_checkpoint(str(checkpoint)), target)
        return checkpoint, target

    return made


@pytest.fixture(scope="session")
def bot(seeds_index: Path) -> QABot:
    """A bot over the seeds, with the real embedder and reader."""
    from qa_bot.bot import QABot

    return QABot.open(seeds_index)
