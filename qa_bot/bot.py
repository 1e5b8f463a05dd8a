"""QABot: where the parts come together. Question in, cited answer out.

question -> passages (retrieval) -> spans (reading) -> Answer (answering)
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from qa_bot.answering.compose import compose
from qa_bot.answering.confidence import Evidence
from qa_bot.answering.copies import without_copies
from qa_bot.answering.describing import LOOKED_AT
from qa_bot.answering.fitted import Fitted, fitted_path, load_fitted
from qa_bot.answering.parted import part_unions
from qa_bot.answering.question import clean_question
from qa_bot.answering.question_kinds import question_kind
from qa_bot.answering.select import group_answers, rank_spans
from qa_bot.answering.small_talk import TalkKind, talk_kind, without_greeting
from qa_bot.answering.talk import talk_answer
from qa_bot.answering.topic import term_frequencies
from qa_bot.config import Settings
from qa_bot.embedding import open_embedder
from qa_bot.errors import IndexNotFound
from qa_bot.protocols import Embedder, Reader
from qa_bot.reading.passages import reading_passage, with_scores
from qa_bot.reading.reader import open_reader
from qa_bot.records import (
    Answer,
    Filters,
    ScoredPassage,
    Turn,
)
from qa_bot.retrieval.filters import checked
from qa_bot.retrieval.retriever import Retriever
from qa_bot.storage.filters import is_open
from qa_bot.storage.layout import Layout, Pointer
from qa_bot.storage.snapshot import Snapshot

if TYPE_CHECKING:
    from qa_bot.answering.followup import FollowUp

Event = tuple[Literal["passages"], tuple[ScoredPassage, ...]] | tuple[Literal["answer"], Answer]


class QABot:
    """Answers questions from one index. Safe to call from many threads.

    Args:
        index: folder of the index.
        settings: all settings; see docs/settings.md.
        embedder, reader: in place of those that the settings name.
        fitted: in place of the shipped fitted numbers.

    Raises:
        IndexNotFound, IndexCorrupt, IndexTooNew: the index cannot be opened.
        IndexMismatch: it was made with another embedder.
        ModelError: a model is missing or damaged.
    """

    def __init__(
        self,
        index: Path,
        *,
        settings: Settings,
        embedder: Embedder | None = None,
        reader: Reader | None = None,
        fitted: Fitted | None = None,
    ) -> None:
        self.index, self.settings = index, settings
        self._pointer = _pointer(index)
        snapshot = Snapshot.open(index)
        self.embedder = embedder or open_embedder(settings)
        snapshot.check_embedder(self.embedder.fingerprint)
        self.reader = reader or open_reader(settings)
        self.fitted = fitted or load_fitted(fitted_path(settings.reader))
        self._snapshot = snapshot
        self._refreshing = threading.Lock()
        self.retriever = Retriever(
            self.embedder, candidates=settings.candidates, dense_weight=settings.dense_weight
        )

    @classmethod
    def open(
        cls,
        index: str | Path | None = None,
        *,
        settings: Settings | None = None,
        embedder: Embedder | None = None,
        reader: Reader | None = None,
        fitted: Fitted | None = None,
    ) -> QABot:
        """Open an index, or the default one (``settings.index``: QA_BOT_INDEX or ./index).

        Where there is no default index, it is built from ./seeds if that exists.

        Raises:
            IndexNotFound: there is none, and nothing to build it from.
        """
        settings = settings or Settings.load()
        folder = Path(settings.index if index is None else index)
        if index is None and _pointer(folder) is None:
            _build_default(folder, settings, embedder)
        return cls(folder, settings=settings, embedder=embedder, reader=reader, fitted=fitted)

    @property
    def snapshot(self) -> Snapshot:
        """The opened generation."""
        return self._snapshot

    @property
    def min_confidence(self) -> float:
        """Answers below this confidence are not shown (0 to 1)."""
        chosen = self.settings.min_confidence
        return self.fitted.threshold if chosen < 0 else chosen

    @property
    def fingerprints(self) -> dict[str, str]:
        """Of the parts that the fitted numbers depend on."""
        encoder = self.embedder.fingerprint
        settings = self.settings
        return {
            "encoder": f"{encoder.name}/{encoder.dim}/{encoder.max_tokens}/{settings.precision}",
            "reader": self.reader.fingerprint,
            "chunking": self._snapshot.manifest.chunking,
            "fusion": f"convex/{settings.dense_weight}/{settings.candidates}"
            f"/{settings.read_passages}",
        }

    @property
    def uncalibrated(self) -> tuple[str, ...]:
        """The parts that differ from those the confidence was fitted for; empty: none."""
        return self.fitted.mismatch(self.fingerprints)

    def refresh(self) -> bool:
        """Open the newest generation; True when it is another one than before.

        Questions that are being answered keep theirs. Costs one small file when
        nothing has changed.

        Raises:
            IndexCorrupt, IndexTooNew, IndexMismatch: the new one cannot be used;
                the old one goes on serving.
        """
        with self._refreshing:
            pointer = _pointer(self.index)
            if pointer == self._pointer:
                return False
            snapshot = Snapshot.open(self.index)
            snapshot.check_embedder(self.embedder.fingerprint)
            # The old one closes itself when its last question is done with it.
            self._snapshot, self._pointer = snapshot, pointer
            return True

    def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        top_k: int | None = None,
        min_confidence: float | None = None,
        newest_first: bool = False,
    ) -> Answer:
        """Answer a question with a verbatim span, or abstain.

        Args:
            question: in plain words, at most ``settings.max_question_chars``.
            history: earlier turns, oldest first.
            filters: which articles may be searched.
            top_k: how many passages the answer lists.
            min_confidence: abstain below it (0 to 1); 0 always answers if it can.
            newest_first: of the answers that are confident enough, the most recently
                published leads (see :mod:`qa_bot.answering.newest`).

        Raises:
            QuestionError: the question cannot be asked, or an argument is out of range.
            CitationError: a quote is not what its article says.
        """
        for kind, value in self.stream(
            question, history, filters, top_k, min_confidence, newest_first
        ):
            if kind == "answer":
                return value  # type: ignore[return-value]
        raise AssertionError("a stream ends with an answer")

    def stream(
        self,
        question: str,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        top_k: int | None = None,
        min_confidence: float | None = None,
        newest_first: bool = False,
    ) -> Iterator[Event]:
        """Like :meth:`ask`: yields ("passages", tuple) as soon as they are found, then
        ("answer", Answer)."""
        began = time.perf_counter()
        settings, snapshot = self.settings, self._snapshot
        shown = settings.top_k if top_k is None else top_k
        floor = self.min_confidence if min_confidence is None else min_confidence
        asked = clean_question(question, max_chars=settings.max_question_chars)
        talk = talk_kind(asked, first=not history)
        if talk is not None:
            yield "passages", ()
            yield "answer", self._talk(question, talk, snapshot, filters, began)
            return
        asked = without_greeting(asked)
        follow_up = self._follow_up(snapshot, asked, history) if history else None
        searched = follow_up.search if follow_up else asked
        asked = follow_up.question if follow_up else asked
        kind = question_kind(asked)
        passages, read = self.find(
            snapshot, searched, filters, at_least=max(shown, LOOKED_AT if kind == "who_is" else 1)
        )
        retrieved = time.perf_counter()
        yield "passages", passages[:shown]

        resumed = time.perf_counter()
        readings = self.reader.read(asked, [reading_passage(passage) for passage in read])
        finished_reading = time.perf_counter()
        groups = group_answers(rank_spans(part_unions(asked, readings), read, self.fitted.ranking))
        answer = compose(
            asked,
            groups,
            read,
            kind=kind,
            retrieved=passages,
            evidence=Evidence(asked, read, readings, term_frequencies(asked, snapshot)),
            fitted=self.fitted,
            floor=floor,
            newest_first=newest_first,
            snapshot=snapshot,
            flags=("uncalibrated",) if self.uncalibrated else (),
            may_be_cited=_passing(snapshot, filters),
        )
        ended = time.perf_counter()
        answer = replace(
            answer,
            question=question,
            rewritten_question=follow_up.question if follow_up else None,
            passages=with_scores(passages[:shown], read, readings),
            timings_ms={
                "retrieve": 1e3 * (retrieved - began),
                "read": 1e3 * (finished_reading - resumed),
                "select": 1e3 * (ended - finished_reading),
                "total": 1e3 * (ended - resumed + retrieved - began),
            },
        )
        if settings.gap_log:
            from qa_bot.journal.gaps import note_gap

            note_gap(self.index, answer, self.embedder, filters)
        yield "answer", answer

    def find(
        self, snapshot: Snapshot, asked: str, filters: Filters | None = None, *, at_least: int = 1
    ) -> tuple[tuple[ScoredPassage, ...], list[ScoredPassage]]:
        """The best passages for a question, ``at_least`` so many where there are, and those of
        them that are read: ``settings.read_passages``, none of them a copy of another."""
        most = self.settings.read_passages
        spare = most if snapshot.has_near_duplicates else 0
        passages = self.retriever.retrieve(snapshot, asked, max(at_least, most + spare), filters)
        return passages, without_copies(passages, snapshot.near_duplicates, most)

    def _follow_up(
        self, snapshot: Snapshot, asked: str, history: Sequence[Turn]
    ) -> FollowUp | None:
        """The stand-alone question; None where the question is one, or no rule is sure."""
        # A first question needs none of this.
        from qa_bot.answering.followup import FollowUps
        from qa_bot.answering.followup_entities import stored_entities

        rewriter = FollowUps(
            self.embedder,
            max_chars=self.settings.max_question_chars,
            entities=stored_entities(snapshot),
        )
        return rewriter.resolve(asked, history)

    def _talk(
        self,
        question: str,
        kind: TalkKind,
        snapshot: Snapshot,
        filters: Filters | None,
        began: float,
    ) -> Answer:
        """The reply to small talk, which costs no search."""
        filters = checked(filters)
        answer = talk_answer(
            question,
            kind,
            snapshot.articles(),
            generation=snapshot.generation,
            only=None if filters is None or is_open(filters) else snapshot.matching(filters),
        )
        return replace(answer, timings_ms={"total": 1e3 * (time.perf_counter() - began)})


def _pointer(index: Path) -> Pointer | None:
    """Which generation serves; None where there is no index yet."""
    try:
        return Layout(index).read_pointer()
    except IndexNotFound:
        return None


def _passing(snapshot: Snapshot, filters: Filters | None) -> Callable[[str], bool]:
    """Whether an article passes the filters of a question; found out when first asked."""
    wanted = checked(filters)
    if is_open(wanted):
        return lambda article_id: True
    matching = cache(lambda: snapshot.matching(wanted))
    return lambda article_id: article_id in matching()


def _build_default(folder: Path, settings: Settings, embedder: Embedder | None) -> None:
    """Build the default index from the seeds.

    Raises:
        IndexNotFound: there are no seeds.
    """
    # Asking an index that is there needs none of this: it would cost a cold start 0.15 s.
    from qa_bot.indexing import build_index

    seeds = Path(settings.seeds)
    if not seeds.is_dir():
        raise IndexNotFound(
            "there is no index",
            where=folder.absolute(),
            expected="an index, or a folder ./seeds to build one from",
            mend=f"qa-bot index PATH --index {folder}",
        )
    print(f"building the index {folder} from {seeds} (once) ...", file=sys.stderr)
    build_index([seeds], folder, settings=settings, embedder=embedder)


_bots: dict[tuple[Path, Settings], QABot] = {}
_opening = threading.Lock()


def ask(
    question: str,
    index: str | Path | None = None,
    history: Sequence[Turn] = (),
    filters: Filters | None = None,
    top_k: int = 5,
    min_confidence: float | None = None,
    newest_first: bool = False,
) -> Answer:
    """Ask an index; see :meth:`QABot.ask`. The index stays open between calls, and
    its newest generation answers.

    Args:
        index: its folder; None: QA_BOT_INDEX or ./index, built from ./seeds if need be.
    """
    settings = Settings.load()
    key = (Path(settings.index if index is None else index).absolute(), settings)
    with _opening:
        bot = _bots.get(key)
        if bot is None:
            bot = _bots[key] = QABot.open(index, settings=settings)
    bot.refresh()
    return bot.ask(question, history, filters, top_k, min_confidence, newest_first)
