"""Every error that qa_bot raises on purpose.

    QABotError
    ├── ConfigError           a setting is unknown or has a bad value
    ├── QuestionError         the question cannot be asked (empty, too long)
    ├── CorpusError           a path to index does not exist or holds nothing readable
    │   └── FetchError        an address to index cannot be reached, or is none
    ├── ModelError            a model is missing, damaged or cannot be exported
    ├── IndexError_           the index as a whole
    │   ├── IndexNotFound     there is none at that path
    │   ├── IndexCorrupt      a file is missing or differs from its manifest
    │   ├── IndexTooNew       written by a newer qa_bot
    │   ├── IndexMismatch     made with another embedder or other chunking
    │   ├── IndexLocked       another process is writing
    │   └── PublishError      the new generation could not be written; the old one serves
    ├── JournalError          gaps or feedback cannot be kept or read (never an answer's business)
    ├── CitationError         a quote is not what its article says at its offsets
    └── EvaluationError       an evaluation file cannot be read, or a gate is broken

A message has four parts: what is wrong, where, what was expected and found, and
the command that mends it. :class:`QABotError` puts them together so that no
caller forgets one.
"""

from __future__ import annotations


class QABotError(Exception):
    """Base of all errors above.

    Args:
        what: one sentence, without a full stop at the end.
        where: path, setting or article the error is about.
        expected: what should have been there.
        found: what was there.
        mend: what to type or change next.
    """

    def __init__(
        self,
        what: str,
        *,
        where: object | None = None,
        expected: object | None = None,
        found: object | None = None,
        mend: str | None = None,
    ) -> None:
        self.what, self.where, self.expected, self.found, self.mend = (
            what,
            where,
            expected,
            found,
            mend,
        )
        parts = [what]
        if where is not None:
            parts.append(f"  where:    {where}")
        if expected is not None:
            parts.append(f"  expected: {expected}")
        if found is not None:
            parts.append(f"  found:    {found}")
        if mend is not None:
            parts.append(f"  mend:     {mend}")
        super().__init__("\n".join(parts))


class ConfigError(QABotError):
    """A setting is unknown or has a bad value."""


class QuestionError(QABotError):
    """The question cannot be asked: it is empty or too long."""


class CorpusError(QABotError):
    """A path to index does not exist, or nothing in it can be read."""


class FetchError(CorpusError):
    """An address to index is none, or none of those given can be reached."""


class ModelError(QABotError):
    """A model is missing, damaged, or cannot be exported."""


class IndexError_(QABotError):
    """Base of everything that is wrong with an index."""


class IndexNotFound(IndexError_):
    """There is no index at the path."""


class IndexCorrupt(IndexError_):
    """A file of the index is missing or is not what its manifest says."""


class IndexTooNew(IndexError_):
    """The index was written by a newer version of qa_bot."""


class IndexMismatch(IndexError_):
    """The index was made with another embedder, or with other chunking."""


class IndexLocked(IndexError_):
    """Another process is writing to the index."""


class PublishError(IndexError_):
    """The new generation could not be written; the old one goes on serving."""


class JournalError(QABotError):
    """The journal of gaps and feedback cannot be read, written or removed."""


class CitationError(QABotError):
    """A quote differs from what its article says at the citation's offsets."""


class EvaluationError(QABotError):
    """An evaluation file cannot be read, or a measured figure is below its floor."""
