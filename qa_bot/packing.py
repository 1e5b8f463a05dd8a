"""Sentences put together into chunks, article by article.

Greedy, from the first sentence on: a chunk takes whole sentences while both budgets
hold, closes early where a paragraph ends and it is fairly full, and the next one
repeats its last sentences. A sentence above a budget is cut between words.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from qa_bot.budget import Budget, body_text, short_title
from qa_bot.corpus import text
from qa_bot.errors import ModelError
from qa_bot.records import Article, Chunk, Span

MASKED_GAP = 1000
"""Two sentences with more code points of boilerplate between them share no chunk."""

CLOSE_AT = 0.7
"""From this share of max_tokens on, a paragraph's end closes the chunk."""

_HEADINGS = 2  # as many may stand above one another
_BATCH = 16  # words that are counted at a time in a sentence too long for a chunk
_ABSURD = 20  # code points a token: a longer sentence is cut without being counted
_WORD = re.compile(r"\S{1,32}")  # a longer run without white space may be cut inside
_FINISHED = re.compile(r"[.!?…:;,][\"'”’)\]*_]*\Z")
_NOT_A_HEADING = re.compile(r"[-*+•>|]|\d{1,3}[.)]\s|by\s", re.IGNORECASE)


def searched_body(chunk: Chunk) -> str:
    """The text of ``chunk`` without what is masked in it."""
    return body_text(chunk.text, chunk.span.start, chunk.masked)


@dataclass(slots=True)
class Atom:
    """A sentence, or a piece of one too long for a chunk: the unit of packing.

    ``encoded`` counts no special tokens; ``opens``: the first of its paragraph;
    ``heads``: a heading; ``apart``: too much boilerplate lies before it.
    """

    span: Span
    tokens: int
    encoded: int
    hidden: bool
    opens: bool
    heads: bool
    whole: bool = True
    apart: bool = False


class Packer:
    """The work on one article."""

    def __init__(self, budget: Budget, article: Article) -> None:
        self.budget, self.article = budget, article
        self.title = short_title(article.title)
        self.title_tokens = budget.count_title(self.title)
        self.blocks = text.paragraphs(article.text)
        self.headings: list[Span] = []

    def atoms(self, sentences: Sequence[Span]) -> list[Atom]:
        """The sentences with their counts; one over a budget comes in pieces."""
        whole, absurd = self.article.text, _ABSURD * self.budget.max_tokens
        bodies = [s.of(whole) if len(s) <= absurd else "" for s in sentences]
        found: list[Atom] = []
        visible_end = 0
        for sentence, body, tokens, encoded in zip(
            sentences, bodies, *self.budget.count(bodies), strict=True
        ):
            opens, heads = self._place(sentence)
            hidden = bool(self.masked(sentence.start, sentence.end))
            atom = Atom(sentence, tokens, encoded, hidden, opens, heads and not hidden)
            if not hidden:
                between = self.masked(visible_end, sentence.start)
                atom.apart = sum(map(len, between)) > MASKED_GAP
                visible_end = sentence.end
            if atom.heads:
                self.headings.append(sentence)
            near = self.budget.is_near(self.title_tokens + encoded)
            if body and ((tokens <= self.budget.max_tokens and not near) or self._fits(sentence)):
                found.append(atom)
            else:
                found += self._cut(atom)
        return found

    def pack(self, atoms: list[Atom]) -> list[Chunk]:
        """Chunks of ``atoms``, which are all hidden or all not.

        The counts of their parts are added up first, and every chunk is then
        counted whole. Sums are close but no law: should one chunk break a budget,
        all are packed again with each step counted whole.
        """
        runs = list(self._runs(atoms, exact=False))
        chunks = [self._make(atoms[first:last]) for first, last in runs]
        near = [
            self.budget.is_near(self.title_tokens + sum(a.encoded for a in atoms[first:last]))
            for first, last in runs
        ]
        if not self.budget.fits([searched_body(chunk) for chunk in chunks], self.title, near):
            chunks = [self._make(atoms[a:b]) for a, b in self._runs(atoms, exact=True)]
        return chunks

    def masked(self, start: int, end: int) -> tuple[Span, ...]:
        """The article's masked spans that share a code point with [start, end)."""
        spans = self.article.masked
        first = bisect_right(spans, start, key=lambda span: span.end)
        return spans[first : max(first, bisect_left(spans, end, key=lambda span: span.start))]

    def _runs(self, atoms: list[Atom], *, exact: bool) -> Iterator[tuple[int, int]]:
        """(first, last + 1) of the atoms of each chunk."""
        budget = self.budget
        room = budget.limit - budget.special - self.title_tokens
        start = fresh = 0  # atoms before ``fresh`` are in a chunk already
        while fresh < len(atoms):
            end, tokens, encoded = start, 0, 0
            while end < len(atoms):
                atom = atoms[end]
                full = tokens >= CLOSE_AT * budget.max_tokens
                tokens += atom.tokens + (end > start and atom.opens)
                encoded += atom.encoded
                if end > start and (
                    tokens > budget.max_tokens
                    or encoded > room
                    or atom.apart
                    or (end > fresh and full and atom.opens)
                    or (exact and not self._all_fit(atoms[start : end + 1]))
                ):
                    break
                end += 1
            if end <= fresh:  # the overlap leaves no room for anything new
                start += 1
                continue
            body = end
            while end < len(atoms) and body - 1 > fresh and atoms[body - 1].heads:
                body -= 1
            if end - body <= _HEADINGS:  # a heading goes with what it heads; a list is no heading
                end = body
            yield start, end
            start, fresh = self._overlap_start(atoms, start, end), end

    def _overlap_start(self, atoms: list[Atom], start: int, end: int) -> int:
        """Where the chunk after atoms[start:end] begins, to repeat its last sentences."""
        if end < len(atoms) and (atoms[end].apart or atoms[end].hidden):
            return end
        back, tokens = end, 0
        while back - 1 > start and atoms[back - 1].whole:
            tokens += atoms[back - 1].tokens + atoms[back - 1].opens
            if tokens > self.budget.overlap:
                break
            back -= 1
            if atoms[back].apart:
                break
        return back

    def _cut(self, atom: Atom) -> list[Atom]:
        """A sentence above a budget as the longest pieces of words that keep to both.

        Raises:
            ModelError: not one code point fits beside the title.
        """
        budget, base = self.budget, atom.span.start
        words = _WORD.finditer(self.article.text, base, atom.span.end)
        waiting = deque(Span(*word.span()) for word in words)
        room = budget.limit - budget.special - self.title_tokens
        pieces: list[Span] = []
        while waiting:
            take = self._count_words(waiting, room)
            first = waiting[0]
            while not (fits := self._fits(Span(first.start, waiting[take - 1].end))) and take > 1:
                take -= max(1, take // 8)
            if not fits:
                if len(first) == 1:
                    raise ModelError(
                        "the encoder's window has no room beside the title",
                        where=self.article.article_id,
                        expected=f"a title of well under {budget.limit} encoder tokens",
                        found=f"{self.title_tokens} tokens: {self.title!r}",
                        mend="choose an encoder with a larger window",
                    )
                middle = (first.start + first.end) // 2
                waiting.popleft()
                waiting.extendleft((Span(middle, first.end), Span(first.start, middle)))
                continue
            pieces.append(Span(first.start, waiting[take - 1].end))
            for _ in range(take):
                waiting.popleft()
        tokens, encoded = budget.count([piece.of(self.article.text) for piece in pieces])
        found = [
            Atom(piece, own, own_encoded, atom.hidden, opens=False, heads=False, whole=False)
            for piece, own, own_encoded in zip(pieces, tokens, encoded, strict=True)
        ]
        found[0].opens, found[0].apart = atom.opens, atom.apart
        return found

    def _count_words(self, words: deque[Span], room: int) -> int:
        """How many of ``words`` fit by the sums of their counts; at least one."""
        tokens = encoded = 0
        for start in range(0, len(words), _BATCH):
            batch = [f" {w.of(self.article.text)}" for w in islice(words, start, start + _BATCH)]
            counts = zip(*self.budget.count(batch), strict=True)
            for index, (own, own_encoded) in enumerate(counts, start=start):
                tokens, encoded = tokens + own, encoded + own_encoded
                if tokens > self.budget.max_tokens or encoded > room:
                    return max(1, index)
        return len(words)

    def _fits(self, span: Span) -> bool:
        body = body_text(span.of(self.article.text), span.start, ())
        return self.budget.fits([body], self.title, [True])

    def _all_fit(self, atoms: list[Atom]) -> bool:
        return self.budget.fits([searched_body(self._make(atoms))], self.title, [True])

    def _place(self, sentence: Span) -> tuple[bool, bool]:
        """Whether ``sentence`` opens a paragraph, and whether it is a heading by its looks."""
        at = bisect_left(self.blocks, sentence.start, key=lambda block: block.start)
        if at == len(self.blocks) or self.blocks[at].start != sentence.start:
            return False, False
        line = sentence.of(self.article.text) if len(sentence) <= 80 else ""
        alone = self.blocks[at].end == sentence.end and at + 1 < len(self.blocks)
        if not alone or not 1 <= len(line.split()) <= 12:
            return True, False
        return True, line.startswith("#") or not (
            _FINISHED.search(line) or _NOT_A_HEADING.match(line)
        )

    def _make(self, atoms: Sequence[Atom]) -> Chunk:
        article, hidden = self.article, atoms[0].hidden
        span = Span(atoms[0].span.start, atoms[-1].span.end)
        identity = repr((article.article_id, article.content_hash, span.start, span.end, hidden))
        digest = hashlib.sha256(identity.encode("utf-8", "surrogatepass")).digest()
        number = int.from_bytes(digest[:8], "big") >> 1  # top bit clear: it fits an int64
        before = bisect_right(self.headings, span.start, key=lambda heading: heading.start)
        heading = self.headings[before - 1].of(article.text).lstrip("# \t") if before else ""
        return Chunk(
            chunk_id=f"{number:016x}",
            article_id=article.article_id,
            span=span,
            text=span.of(article.text),
            heading="" if heading == article.title else heading,
            masked=() if hidden else self.masked(span.start, span.end),
            boilerplate=hidden,
        )
