"""What people asked and said of the answers, kept on this machine: gaps and feedback.

store       one SQLite file beside the generations; survives indexing
gaps        abstained questions, grouped: what the articles do not hold
grouping    which questions are the same in other words
feedback    verdicts on shown answers
exporting   feedback as an evaluation set
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path


def forget_articles(index: str | Path, article_ids: Iterable[str]) -> int:
    """Drop every record that names one of these articles, and its words from the file.

    A gap names its closest article; a verdict names the articles that its answer cites.
    Returns how many records were dropped; 0 where nothing was ever kept.

    Raises:
        JournalError: the file is there and cannot be written to, so that the records
            may still be in it.
    """
    from qa_bot.journal.store import Journal

    return Journal(index).forget_articles(article_ids)


def forget_all(index: str | Path) -> None:
    """Remove the journal altogether, with what a damaged one may still hold."""
    from qa_bot.journal.store import Journal

    Journal(index).remove()
