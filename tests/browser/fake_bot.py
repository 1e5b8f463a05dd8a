"""A small bot with the interface that the page uses, for tests of the page alone.

It reads real text and returns real records with true offsets. What it finds is
decided by shared words, so a test knows beforehand which sentence comes back.
"""

from __future__ import annotations

import hashlib
import re
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from qa_bot.config import Settings
from qa_bot.errors import QuestionError
from qa_bot.records import (
    Alternative,
    Answer,
    Article,
    Chunk,
    Citation,
    IndexReport,
    Passage,
    ScoredPassage,
    Span,
)

_WORD = re.compile(r"\w+")
_SENTENCE = re.compile(r"[^.!?\n]+[.!?]?")
_NUMBER = re.compile(r"\d[\w:.,-]*\w|\d")
_NAME = re.compile(r"[A-Z]\w+(?: [A-Z]\w+)*")


def article(
    article_id: str,
    text: str,
    *,
    title: str = "",
    source: str | None = None,
    url: str | None = None,
    published: str | None = None,
) -> Article:
    return Article(
        article_id=article_id,
        title=title or text.strip().split("\n")[0][:80],
        text=text,
        source=source,
        location=f"/nowhere/{article_id}",
        url=url,
        author=None,
        published=published,
        encoding="utf-8",
        metadata={},
        content_hash=hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
    )


@dataclass(frozen=True)
class Summary:
    article_id: str
    title: str
    source: str | None
    url: str | None
    published: str | None
    location: str
    characters: int
    chunks: int


class FakeSnapshot:
    def __init__(self, articles: Sequence[Article], generation: int) -> None:
        self._articles = {a.article_id: a for a in articles}
        self.generation = generation

    def article(self, article_id: str) -> Article:
        return self._articles[article_id]

    def articles(self) -> Iterator[Summary]:
        for a in sorted(self._articles.values(), key=lambda a: a.article_id):
            yield Summary(
                a.article_id, a.title, a.source, a.url, a.published, a.location, len(a.text), 1
            )


@dataclass
class FakeBot:
    """``passages_pause`` and ``answer_pause`` (seconds) slow its two stages down.

    ``suggested`` are the questions it offers, ``histories`` the earlier questions that each
    question came with, ``rewrites`` how it understands a follow-up, ``cited_with`` fields set
    on every citation; when ``conflicting``, what else it finds contradicts the answer.
    """

    published: list[Article]
    index: Path = Path("index")
    settings: Settings = field(default_factory=Settings)
    embedder: Any = None
    passages_pause: float = 0.0
    answer_pause: float = 0.0
    suggested: tuple[str, ...] = ()
    histories: list[list[str]] = field(default_factory=list)
    rewrites: dict[str, str] = field(default_factory=dict)
    cited_with: dict[str, Any] = field(default_factory=dict)
    conflicting: bool = False
    purged: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._generation = 1
        self.snapshot = FakeSnapshot(self.published, 1)

    def publish(self, articles: Sequence[Article]) -> None:
        """A new generation, as another program would write it."""
        with self._lock:
            self.published = list(articles)
            self._generation += 1

    def refresh(self) -> bool:
        with self._lock:
            if self.snapshot.generation == self._generation:
                return False
            self.snapshot = FakeSnapshot(self.published, self._generation)
            return True

    def ask(self, question: str, **options: Any) -> Answer:
        stages = dict(self.stream(question, **options))
        answer = stages["answer"]
        assert isinstance(answer, Answer)
        return answer

    def stream(
        self, question: str, history: Sequence[Any] = (), top_k: int | None = None, **_: Any
    ) -> Iterator[tuple[str, Any]]:
        if not question.strip():
            raise QuestionError("the question is empty", mend="type a question")
        if len(question) > self.settings.max_question_chars:
            raise QuestionError(
                "the question is too long",
                expected=f"at most {self.settings.max_question_chars} characters",
                found=f"{len(question)} characters",
                mend="ask something shorter",
            )
        snapshot = self.snapshot
        self.histories.append([turn.question for turn in history])
        rewritten = self.rewrites.get(question) if history else None
        meant = rewritten or question
        asked = {w.lower()[:5] for w in _WORD.findall(meant) if len(w) > 3}
        found: list[tuple[int, Article, Span]] = []
        for summary in snapshot.articles():
            a = snapshot.article(summary.article_id)
            for match in _SENTENCE.finditer(a.text):
                words = match.group()
                start = match.start() + len(words) - len(words.lstrip())
                end = match.start() + len(words.rstrip())
                if start < end:
                    shared = asked & {w.lower()[:5] for w in _WORD.findall(words)}
                    found.append((len(shared), a, Span(start, end)))
        found.sort(key=lambda item: (-item[0], item[1].article_id, item[2].start))
        time.sleep(self.passages_pause)
        passages = tuple(
            _passage(a, span, shared / 10, rank)
            for rank, (shared, a, span) in enumerate(found[: top_k or 5], start=1)
        )
        yield "passages", passages
        time.sleep(self.answer_pause)
        good = [item for item in found if item[0] >= 2]
        cited = [replace(_cite(a, s, asked), **self.cited_with) for _, a, s in good[:4]]
        base = Answer(
            question=question,
            status="abstained",
            text=None,
            confidence=0.05,
            citations=(),
            alternatives=(),
            conflicts=(),
            independent_sources=0,
            passages=passages,
            reason="no sentence shares two words with the question",
            rewritten_question=rewritten,
            generation=snapshot.generation,
            timings_ms={"retrieve": 1.5, "read": 2.5},
        )
        if not cited:
            yield "answer", base
            return
        others = tuple(Alternative(c.quote, 0.6, (c,)) for c in cited[1:])
        yield (
            "answer",
            replace(
                base,
                status="answered",
                text=cited[0].quote,
                confidence=min(0.95, good[0][0] / 5),
                citations=(cited[0],),
                alternatives=() if self.conflicting else others,
                conflicts=others if self.conflicting else (),
                independent_sources=1,
                reason=None,
            ),
        )


def _passage(a: Article, span: Span, score: float, rank: int) -> ScoredPassage:
    digest = hashlib.sha256(f"{a.content_hash}{span.start}".encode()).hexdigest()[:16]
    chunk = Chunk(digest, a.article_id, span, span.of(a.text))
    return ScoredPassage(
        Passage(chunk, a.title, a.source, a.url, a.published), score, rank, score, score
    )


def _cite(a: Article, sentence: Span, asked: set[str]) -> Citation:
    """The first number, or else name, of the sentence that the question does not hold."""
    spans = [
        match.span()
        for pattern in (_NUMBER, _NAME)
        for match in pattern.finditer(a.text, sentence.start, sentence.end)
    ]
    fresh = [s for s in spans if a.text[s[0] : s[1]].lower()[:5] not in asked]
    start, end = (fresh or [(sentence.start, sentence.end)])[0]
    span = Span(start, end)
    return Citation(
        article_id=a.article_id,
        title=a.title,
        source=a.source,
        location=a.location,
        url=a.url,
        published=a.published,
        span=span,
        quote=span.of(a.text),
        sentence=sentence.of(a.text),
        sentence_span=sentence,
        content_hash=a.content_hash,
    )


def index_uploads(bot: FakeBot, progress: Any) -> IndexReport:
    """What qa_bot.web.uploads.index_uploads does, for a FakeBot."""
    folder = bot.index / "uploads"
    known = {a.article_id for a in bot.published}
    files = sorted(folder.iterdir())
    added = []
    for number, file in enumerate(files, start=1):
        progress("reading", number, len(files))
        article_id = f"uploads/{file.name}"
        if article_id not in known:
            text = file.read_bytes().decode("utf-8", "replace")
            added.append(article(article_id, text))
    bot.publish([*bot.published, *added])
    bot.refresh()
    return IndexReport(
        added=tuple(a.article_id for a in added),
        changed=(),
        unchanged=tuple(sorted(known)),
        removed=(),
        skipped=(),
        chunks=len(bot.published),
        generation=bot.snapshot.generation,
        seconds=0.1,
    )


def index_address(bot: FakeBot, address: str, progress: Any) -> IndexReport:
    """What qa_bot.web.uploads.index_address does, for a FakeBot: the page says one thing."""
    progress("fetching", 0, 1)
    text = "The lighthouse keeper counted 57 silver herons on the pier."
    bot.publish([*bot.published, article(address, text, url=address)])
    bot.refresh()
    return _report(bot, added=(address,))


def remove_articles(
    bot: FakeBot, article_ids: Any, progress: Any, *, purge: bool = False
) -> IndexReport:
    """What qa_bot.web.uploads.remove_articles does, for a FakeBot."""
    gone = tuple(article_ids)
    bot.purged += gone if purge else ()
    bot.publish([a for a in bot.published if a.article_id not in gone])
    bot.refresh()
    return _report(bot, removed=gone)


_kept_verdicts: dict[Path, list[tuple[str, str]]] = {}


def add_feedback(index: Path, answer: Answer, verdict: str) -> None:
    """What qa_bot.web.feedback.add does: kept here, to be looked at."""
    _kept_verdicts.setdefault(index, []).append((answer.question, verdict))


def verdicts(bot: FakeBot) -> list[tuple[str, str]]:
    """(question, verdict) of all feedback on a bot's answers."""
    return _kept_verdicts.get(bot.index, [])


def _report(
    bot: FakeBot, *, added: tuple[str, ...] = (), removed: tuple[str, ...] = ()
) -> IndexReport:
    return IndexReport(
        added=added,
        changed=(),
        unchanged=(),
        removed=removed,
        skipped=(),
        chunks=len(bot.published),
        generation=bot.snapshot.generation,
        seconds=0.1,
    )
