"""Settings: defaults < file < environment < arguments; nothing misspelt passes."""

from __future__ import annotations

from pathlib import Path

import pytest

from qa_bot.config import Settings
from qa_bot.errors import ConfigError


def test_each_layer_wins_over_the_one_before(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('top_k = 7\nread_passages = 4\nindex = "from-file"\n', encoding="utf-8")
    environ = {"QA_BOT_CONFIG": str(file), "QA_BOT_READ_PASSAGES": "6", "QA_BOT_INDEX": "from-env"}
    settings = Settings.load(environ=environ, index="from-argument")
    assert (settings.top_k, settings.read_passages, settings.index) == (7, 6, "from-argument")
    assert settings.candidates == Settings().candidates
    assert Settings.load(environ=environ, index=None).index == "from-env"


def test_an_unknown_key_is_an_error_wherever_it_stands(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("topk = 7\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="unknown setting 'topk'"):
        Settings.load(environ={"QA_BOT_CONFIG": str(file)})
    with pytest.raises(ConfigError, match="unknown setting 'topk'"):
        Settings.load(environ={"QA_BOT_TOPK": "7"})
    with pytest.raises(ConfigError, match="unknown setting 'topk'"):
        Settings.load(environ={}, topk=7)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("top_k", "0"),
        ("dense_weight", "1.5"),
        ("precision", "int4"),
        ("chunk_tokens", "5"),
        ("chunk_overlap", "160"),
        ("threads", "-1"),
        ("min_confidence", "1.1"),
    ],
)
def test_values_out_of_range_name_the_setting(name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=rf"(?s)bad value.*where: +{name}"):
        Settings.load(environ={f"QA_BOT_{name.upper()}": value})


def test_values_of_the_wrong_kind(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"(?s)wrong kind.*top_k.*expected: int"):
        Settings.load(environ={"QA_BOT_TOP_K": "many"})
    with pytest.raises(ConfigError, match="wrong kind"):
        Settings.load(environ={}, top_k=True)
    file = tmp_path / "settings.toml"
    file.write_text("top_k = = 1\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="not valid TOML"):
        Settings.load(environ={"QA_BOT_CONFIG": str(file)})


def test_the_evaluation_folder_is_not_a_setting() -> None:
    assert Settings.load(environ={"QA_BOT_EVAL_DATA": "/x"}) == Settings()


def test_the_cache_follows_the_xdg_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    assert Settings().cache_path == Path("/somewhere/qa_bot")
    assert Settings(cache_dir="/mine").cache_path == Path("/mine")
