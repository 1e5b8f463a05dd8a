"""What the question says itself: it is no answer, and no part of one."""

from __future__ import annotations

from qa_bot.storage.terms import function_terms, terms


def asked_terms(question: str) -> frozenset[str]:
    """The (stemmed) terms of a question, and those that mean nothing by themselves."""
    return frozenset(terms(question)) | function_terms()


def repeats(words: str, asked: frozenset[str]) -> bool:
    """Whether there is nothing in ``words`` that ``asked``, a question's terms, does not hold;
    False where nothing was asked."""
    return bool(asked) and asked.issuperset(terms(words))
