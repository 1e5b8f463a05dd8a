"""Article to chunks: whole sentences, overlapping, inside two budgets.

A chunk is a slice of its article's text. Two limits hold for what is searched of
it: ``max_tokens`` tiktoken cl100k_base tokens without the title (the user's
setting), and the encoder's own window, counted by its own tokenizer, with the
title. So nothing that is embedded is ever cut off. What is counted is in
budget.py, how sentences are put together in packing.py.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from itertools import groupby

from qa_bot.budget import Budget, TokenCounter, short_title, with_title
from qa_bot.corpus import boilerplate, text
from qa_bot.packing import CLOSE_AT, MASKED_GAP, Packer, searched_body
from qa_bot.records import Article, Chunk, Span

__all__ = ["Chunker", "searchable_text"]

CHUNKER_VERSION = 1
"""Raised when a change here or in packing.py cuts other chunks; part of the fingerprint."""


class Chunker:
    """Cuts articles into chunks.

    Args:
        max_tokens: largest chunk, in cl100k_base tokens of its searchable text
            without the title.
        overlap: whole sentences up to this many tokens begin the next chunk again.
        encoder_limit: the encoder's window in its own tokens, special ones included.
        count_encoder_tokens: tokens of each text, special ones included.

    Raises:
        ConfigError: the budgets leave no room for text.
    """

    def __init__(
        self,
        *,
        max_tokens: int,
        overlap: int,
        encoder_limit: int,
        count_encoder_tokens: TokenCounter,
    ) -> None:
        self._budget = Budget.of(max_tokens, overlap, encoder_limit, count_encoder_tokens)
        rules = (CHUNKER_VERSION, text.SPLITTER_VERSION, boilerplate.MASKING_VERSION)
        identity = repr((rules, CLOSE_AT, MASKED_GAP, self._budget.identity()))
        self.fingerprint: str = hashlib.sha256(identity.encode()).hexdigest()[:16]
        """Changes whenever the same article could be cut differently."""

    def chunk(self, article: Article, sentences: Sequence[Span] | None = None) -> tuple[Chunk, ...]:
        """The chunks of ``article``, sorted by start; every sentence is in at least one.

        ``sentences`` are those of its text, where they are known already. Runs of
        masked sentences make chunks of their own, with ``boilerplate=True`` and
        nothing in ``masked``; inside other chunks they are listed there and count
        for nothing.

        Raises:
            ModelError: the encoder's window has no room beside the title.
        """
        packer = Packer(self._budget, article)
        atoms = packer.atoms(text.sentences(article.text) if sentences is None else sentences)
        chunks = packer.pack([atom for atom in atoms if not atom.hidden])
        for hidden, run in groupby(atoms, key=lambda atom: atom.hidden):
            if hidden:
                chunks += packer.pack(list(run))
        return tuple(sorted(chunks, key=lambda chunk: (chunk.span, chunk.boilerplate)))


def searchable_text(chunk: Chunk, title: str) -> str:
    """What is embedded and indexed by words: the title, a line end, the chunk's own text.

    Masked spans are left out, a long title is shortened (budget.py says
    how), and lone surrogates become U+FFFD. It depends on nothing but the
    two arguments.
    """
    return with_title(searched_body(chunk), short_title(title))
