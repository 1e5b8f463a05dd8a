"""The frozen records that travel down the road from article to answer.

All offsets are half-open ``[start, end)`` Python code-point offsets into
:attr:`Article.text`. Every score: higher is better. Nothing here imports
anything but the standard library and :mod:`qa_bot.links`.
"""

from __future__ import annotations

from qa_bot.records.analysis import CUE_KINDS, ArticleAnalysis, Cue, Entity, Speech
from qa_bot.records.answers import SCHEMA_VERSION, Alternative, Answer, AnswerKind, Citation, Turn
from qa_bot.records.articles import Article, Chunk, Filters, Passage, Span
from qa_bot.records.found import ScoredPassage, SpanCandidate
from qa_bot.records.runs import EmbedderFingerprint, IndexReport, Notice, Skipped

__all__ = [
    "CUE_KINDS",
    "SCHEMA_VERSION",
    "Alternative",
    "Answer",
    "AnswerKind",
    "Article",
    "ArticleAnalysis",
    "Chunk",
    "Citation",
    "Cue",
    "EmbedderFingerprint",
    "Entity",
    "Filters",
    "IndexReport",
    "Notice",
    "Passage",
    "ScoredPassage",
    "Skipped",
    "Span",
    "SpanCandidate",
    "Speech",
    "Turn",
]
