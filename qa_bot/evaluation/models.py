"""The models that an evaluation runs, and what names them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from qa_bot.answering.fitted import Fitted, fitted_path, load_fitted
from qa_bot.config import Settings
from qa_bot.embedding import open_embedder
from qa_bot.protocols import Embedder, Reader
from qa_bot.reading.reader import open_reader

_WITHOUT_INFLUENCE = frozenset(
    {"index", "seeds", "cache_dir", "threads", "top_k", "min_confidence", "max_segments"}
)
"""Settings that change no measured answer."""


@dataclass(frozen=True, slots=True)
class Models:
    """Embedder, reader and fitted numbers. ``untidied`` is the same reader with spans as
    the model points at them; ``indexing_embedder`` is the embedder with all threads (the
    others run one thread each, since several questions are asked at a time)."""

    embedder: Embedder
    reader: Reader
    untidied: Reader
    fitted: Fitted
    indexing_embedder: Embedder

    def named(self) -> dict[str, Any]:
        """What tells these models from others, JSON-ready."""
        return {
            "encoder": asdict(self.embedder.fingerprint),
            "reader": self.reader.fingerprint,
        }

    def weights(self) -> Mapping[str, Any]:
        """The fitted numbers that answers depend on (thresholds are applied later)."""
        fitted = self.fitted
        return {
            "ranking": dict(fitted.ranking),
            "confidence": dict(fitted.confidence),
            "intercept": fitted.intercept,
            "alone": list(fitted.alone),
            "boosted": fitted.boosted and fitted.boosted.as_record(),
            "fingerprints": dict(fitted.fingerprints),
        }


def open_models(settings: Settings) -> Models:
    """The models that ``settings`` name.

    Raises:
        ModelError: one is missing or damaged.
    """
    single = replace(settings, threads=1)
    return Models(
        embedder=open_embedder(single),
        reader=open_reader(single),
        untidied=open_reader(single, tidied=False),
        fitted=load_fitted(fitted_path(settings.reader)),
        indexing_embedder=open_embedder(settings),
    )


def relevant(settings: Settings) -> dict[str, Any]:
    """The settings that measured answers depend on, by name."""
    return {k: v for k, v in asdict(settings).items() if k not in _WITHOUT_INFLUENCE}
