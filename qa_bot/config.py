"""Frozen settings: defaults < qa_bot.toml < QA_BOT_* environment < arguments.

An unknown key is an error, so that a misspelt setting never passes in silence.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from qa_bot.errors import ConfigError

ENVIRONMENT_PREFIX = "QA_BOT_"
CONFIG_FILE = "qa_bot.toml"
_SWITCHES = {"true": True, "1": True, "yes": True, "on": True} | {
    "false": False,
    "0": False,
    "no": False,
    "off": False,
    "": False,
}
_NOT_SETTINGS = frozenset({"EVAL_DATA", "CONFIG"})


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of the project; each can be given in qa_bot.toml or as QA_BOT_NAME."""

    index: str = "index"
    """Folder of the index."""
    seeds: str = "seeds"
    """Folder that the default index is built from when there is none."""
    cache_dir: str = ""
    """Exported models; empty: ``$XDG_CACHE_HOME/qa_bot`` or ``~/.cache/qa_bot``."""
    embedder: str = "all-MiniLM-L6-v2"
    """``all-MiniLM-L6-v2`` (installed with the project), or any sentence-transformers model:
    a folder, or a name on the hub."""
    precision: str = "int8"
    """``int8`` or ``fp32``: how the embedder's ONNX file is run."""
    reader: str = "default"
    """``default``: the reader shipped inside the package; or a folder with
    card.json and reader.onnx; or an extractive question-answering checkpoint of
    transformers (BERT, DistilBERT, ELECTRA, MPNet, RoBERTa): a folder, or a name on the hub
    such as ``deepset/tinyroberta-squad2``, exported once into ``cache_dir``, run as fp32."""
    threads: int = 0
    """ONNX Runtime threads; 0: chosen from the machine."""
    chunk_tokens: int = 160
    """Largest chunk, in tiktoken cl100k_base tokens."""
    chunk_overlap: int = 40
    """Whole sentences up to this many tokens are repeated at the start of the next chunk."""
    max_file_mb: int = 20
    """A larger text file is reported and skipped (rows of .jsonl are counted one by one)."""
    columns: str = ""
    """Which column of a table (.csv, .tsv) or field of a row (.jsonl) holds what, where it has
    another name: ``text=body,title=headline``."""
    load_seconds: int = 60
    """A file whose loader is silent for longer than this is reported and skipped until it changes
    (HTML, PDF and the like, which are read in a process of their own)."""
    fetch_pages: int = 500
    """How many pages one run takes from addresses at most."""
    fetch_page_mb: int = 10
    """A larger page, feed or sitemap is reported and skipped (10**6 bytes, unpacked)."""
    fetch_total_mb: int = 500
    """What one run takes from addresses at most, in all (10**6 bytes)."""
    fetch_seconds: int = 30
    """An address that takes longer than this in all is reported and skipped."""
    fetch_pause: float = 1.0
    """Seconds between two requests to one host; a longer Crawl-delay of its robots.txt counts."""
    fetch_private: bool = False
    """Whether addresses inside the own network (loopback, private, link-local) may be fetched
    too: ``true`` or ``false``."""
    candidates: int = 100
    """How many chunks each of the two retrievers brings."""
    dense_weight: float = 0.5
    """Share of the dense score in the convex sum (0 to 1)."""
    read_passages: int = 10
    """How many retrieved passages the reader reads."""
    early_exit_margin: float = -1.0
    """Passages after one with a span that beats no answer by more than this margin (logits)
    are not read; negative: all are. Faster, but confidence is fitted for reading all."""
    top_k: int = 5
    """How many passages an Answer lists."""
    min_confidence: float = -1.0
    """Abstain below this confidence (0 to 1); negative: the fitted threshold."""
    max_answer_tokens: int = 30
    """Longest span, in the reader's tokens."""
    max_question_chars: int = 2000
    """A longer question is refused."""
    max_segments: int = 8
    """More segments than this are merged."""
    analysis: bool = True
    """Whether new articles are analysed when indexing (names, who says what, negation, denial,
    hedges): ``true`` or ``false``. Without, answers carry no warning of these."""
    gap_log: bool = False
    """Keep questions that were not answered in ``journal.sqlite`` in the index folder, for
    ``qa-bot gaps``. Nothing leaves this machine."""

    def __post_init__(self) -> None:
        self._check(self.precision in ("int8", "fp32"), "precision", "int8 or fp32")
        self._check(0 <= self.dense_weight <= 1, "dense_weight", "0 to 1")
        self._check(32 <= self.chunk_tokens <= 2000, "chunk_tokens", "32 to 2000")
        self._check(
            0 <= self.chunk_overlap < self.chunk_tokens,
            "chunk_overlap",
            "at least 0 and below chunk_tokens",
        )
        self._check(self.min_confidence <= 1, "min_confidence", "at most 1")
        for name in (
            "read_passages",
            "top_k",
            "candidates",
            "max_answer_tokens",
            "max_question_chars",
            "max_file_mb",
            "max_segments",
            "load_seconds",
            "fetch_pages",
            "fetch_page_mb",
            "fetch_total_mb",
            "fetch_seconds",
        ):
            self._check(getattr(self, name) >= 1, name, "at least 1")
        self._check(self.fetch_pause >= 0, "fetch_pause", "0 or more")
        self._check(self.threads >= 0, "threads", "0 or more")

    def _check(self, holds: bool, name: str, expected: str) -> None:
        if not holds:
            raise ConfigError(
                "a setting has a bad value",
                where=name,
                expected=expected,
                found=getattr(self, name),
                mend=f"change {name} in {CONFIG_FILE} or unset {ENVIRONMENT_PREFIX}{name.upper()}",
            )

    @property
    def cache_path(self) -> Path:
        """Folder of exported models (made when first written)."""
        if self.cache_dir:
            return Path(self.cache_dir)
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        return Path(base) / "qa_bot"

    @classmethod
    def load(cls, *, environ: Mapping[str, str] | None = None, **arguments: Any) -> Settings:
        """Settings from the file, the environment and ``arguments`` (None: not given).

        The file is ``$QA_BOT_CONFIG`` or ./qa_bot.toml, where it exists.

        Raises:
            ConfigError: a key is unknown or a value cannot be used.
        """
        environ = os.environ if environ is None else environ
        path = Path(environ.get(f"{ENVIRONMENT_PREFIX}CONFIG", CONFIG_FILE))
        settings = cls()
        if path.is_file():
            try:
                table = tomllib.loads(path.read_text(encoding="utf-8"))
            except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
                raise ConfigError(
                    "the configuration is not valid TOML",
                    where=path,
                    found=error,
                    mend=f"correct {path}",
                ) from None
            settings = settings._with(table, where=str(path))
        from_environment = {
            key.removeprefix(ENVIRONMENT_PREFIX).lower(): value
            for key, value in environ.items()
            if key.startswith(ENVIRONMENT_PREFIX)
            and key.removeprefix(ENVIRONMENT_PREFIX) not in _NOT_SETTINGS
        }
        settings = settings._with(from_environment, where="the environment")
        given = {key: value for key, value in arguments.items() if value is not None}
        return settings._with(given, where="the arguments")

    def _with(self, values: Mapping[str, Any], *, where: str) -> Settings:
        types = {field.name: type(field.default) for field in fields(self)}
        changed: dict[str, Any] = {}
        for key, value in values.items():
            if key not in types:
                raise ConfigError(
                    f"unknown setting {key!r}",
                    where=where,
                    expected="one of " + ", ".join(sorted(types)),
                    found=key,
                    mend="remove it, or correct its spelling",
                )
            changed[key] = _convert(key, value, types[key], where)
        return replace(self, **changed) if changed else self


def _convert(key: str, value: Any, kind: type, where: str) -> Any:
    """``value`` as ``kind``; strings from the environment are parsed."""
    if kind is bool:
        named = _SWITCHES.get(value.strip().lower()) if isinstance(value, str) else value
        converted: Any = named if isinstance(named, bool) else None
    elif isinstance(value, bool) or (kind is str and not isinstance(value, str | os.PathLike)):
        converted = None
    else:
        try:
            converted = kind(os.fspath(value)) if kind is str else kind(value)
        except (TypeError, ValueError):
            converted = None
    if converted is None:
        raise ConfigError(
            "a setting has a value of the wrong kind",
            where=f"{key} in {where}",
            expected="true or false" if kind is bool else kind.__name__,
            found=repr(value),
            mend=f"give {key} as {'true or false' if kind is bool else kind.__name__}",
        )
    return converted
