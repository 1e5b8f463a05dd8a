"""What a text says that somebody is: the words beside a name that tell it.

Four forms are known: the apposition behind a name ("Ole Lund, the architect, ..."), the
predicate ("Ole Lund is an architect"), the title before it ("the architect Ole Lund"),
and the name as an apposition itself ("the architect, Ole Lund, ..."). Each gives one span,
without the name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from qa_bot.answering.naming import mentions, names
from qa_bot.answering.roles import OFFICES, TITLES, ends_in_role, is_role
from qa_bot.answering.words import FINITE_VERBS, vocabulary
from qa_bot.corpus.text import sentences
from qa_bot.records import Span

Form = Literal["apposition", "predicate", "title", "named"]

_BLANK = r"[ \t\u00a0]+"
_AGE = r"(?:,\s+(?:aged\s+)?\d{1,3}(?=,))?"
_PAREN = r"(?:\s+\([^()]{1,40}\))?"
_NOT_DESCRIBING = vocabulary(
    "who which that whose whom when where while as and but or said says told adding added he she"
    " it they we you i is was were are has have had will would in on at by for to from with after"
    " before according including if so because not then also however too though although despite"
    " during since until once both his her their its yes no whether best known born pictured right"
    " left centre center seen shown wearing speaking dead alive already of above below"
)
_DETERMINER = re.compile(
    r"(?!(?:who|he|she|it|that|there|here|what|let)['’]s)"
    r"(?:an?|the|one of|another|former|then|current|late|his|her|their|its"
    r"|[\w.-]+(?: [\w.-]+){0,2}['’]s)\s"
)
_PREPOSITION = re.compile(r"\s(?:of|at|in|for|with|from|to|on|by|and|who|that)\s")
_IS = re.compile(
    r"\s+(?:is|was|has been|became|serves as|served as|works as|worked as|had been)\s+"
    r"(?:(?:also|now|currently|then|perhaps|arguably|still)\s+)?"
    r"(?=(?:an?|the|one of|[a-z]+['’]s|[A-Z][\w]+['’]s?|head|chief|director|president|chair\w*"
    r"|professor|co-\w+|founder|leader|chancellor|minister|mayor|governor|editor)\b)"
)
_CLOSE = re.compile(
    r"[,;:()—–”\"]|\s[-–—]{1,2}\s|(?<![.\s][A-Z])(?<!\bNo)\.(?:\s|\Z)|[!?](?:\s|\Z)"
    r"|\s+whose\b|,?\s+according\b"
)
_CLOSE_PREDICATE = re.compile(r"[;:()—]|\s[-–—]{1,2}\s|,\s|[.!?][\"”]?(?:\s|\Z)")
_GO_ON = re.compile(
    r",\s+(?=(?:[A-Z][a-z]+|[A-Z]\.(?:[A-Z]\.)+)(?:\s+[A-Z][a-z]+)*[,.]?(?:\s|\Z)(?![a-z]+ed\b))"
)
_WORD = re.compile(r"[^\W_]+(?:[.’'&-][^\W_]+)*[.’']?")
_TITLE_STOP = vocabulary(
    "in on at to for from with by as and or but that which who when where while after before"
    " during said says told asked is was were are be been has have had by when if because since"
    " until including like between about than against over under into through including whether so"
    " he she it they his her their its not also then called named quoted met beat defeated joined"
    " including"
)
_MOST_WORDS = 22
_LEAST_LETTERS = 4
_KEPT_PARTICIPLES = vocabulary("retired appointed elected disgraced renowned acclaimed celebrated")


@dataclass(frozen=True, slots=True)
class Description:
    """``span`` says who somebody is; ``sentence`` is where it stands; ``form`` is how."""

    span: Span
    sentence: Span
    form: Form


def descriptions(text: str, name: str, bounds: Span) -> Iterator[Description]:
    """What ``text`` says inside ``bounds`` that the person called ``name`` is, in order.

    ``name`` is as it was asked; where the text holds it in full, its last word alone
    means the same person. Offsets are those of ``text``.
    """
    if not names(text, name):
        return
    for local in sentences(bounds.of(text)):
        sentence = local.shift(bounds.start)
        for mention in mentions(text, name, sentence):
            yield from _of_mention(text, mention, sentence)


def _of_mention(text: str, name: Span, sentence: Span) -> Iterator[Description]:
    behind = _behind(text, name, sentence)
    if behind is not None:
        yield Description(behind, sentence, "apposition")
    predicate = _predicate(text, name, sentence)
    if predicate is not None:
        yield Description(predicate, sentence, "predicate")
    before = _before(text, name, sentence)
    if before is not None:
        yield before


def _behind(text: str, name: Span, sentence: Span) -> Span | None:
    """ "X, 41, the minister of defence, ..." and "X (the minister)", "X, of the ministry"."""
    opened = re.compile(rf"{_PAREN}{_AGE}(?:,|\s+[-–—]{{1,2}}|\s+\()\s+|\s+\(").match(
        text, name.end, sentence.end
    )
    if opened is None:
        return None
    start = opened.end()
    first = _WORD.match(text, start, sentence.end)
    if first is None or first.group().casefold() in _NOT_DESCRIBING:
        return None
    if not _DETERMINER.match(text, start, sentence.end) and not _begins_with_role(
        text[start : sentence.end]
    ):
        return None
    closed = _CLOSE.search(text, _quoted_end(text, start, sentence.end), sentence.end)
    end = closed.start() if closed else sentence.end
    # "..., professor at the University of Oxford, England," goes on over a place's comma.
    while closed is not None and closed.group() == ",":
        onward = _GO_ON.match(text, closed.start(), sentence.end)
        if onward is None or closed.start() - start < _LEAST_LETTERS:
            break
        following = _CLOSE.search(text, onward.end(), sentence.end)
        if following is None or following.group() != "," or following.start() - onward.end() > 24:
            break
        closed = following
        end = closed.start()
    # Said of nobody: a list of names, or the rest of the sentence.
    return _described(text, start, end, closing=closed is not None)


def _begins_with_role(rest: str) -> bool:
    """Whether words without an article say what somebody is: "founder and head of ...", "chief
    economist at ..."; not "Polish President Andrzej Duda", another person, nor "asking why"."""
    closed = _CLOSE.search(rest)
    phrase = _PREPOSITION.split(rest[: closed.start()] if closed else rest)[0]
    words = [word.rstrip(".’'") for word in _WORD.findall(phrase)]
    if not words or words[0].endswith(("ed", "ing", "ly", "s")):
        return False
    for place, word in enumerate(words):
        if is_role(word):
            behind = words[place + 1 : place + 2]
            if not behind or behind[0][0].islower() or behind[0].casefold() in TITLES:
                return True
    return False


def _quoted_end(text: str, start: int, stop: int) -> int:
    """Behind the words in quotation marks that the description holds; ``start`` if none do."""
    quoted = re.compile(
        r"(?:(?!\bwhose\b)[^,;:()—–\"“”]){1,80}\s(?:\"[^\"]{1,60}\"|“[^”]{1,60}”)"
    ).match(text, start, stop)
    return quoted.end() if quoted else start


def _described(text: str, start: int, end: int, *, closing: bool) -> Span | None:
    words = _WORD.findall(text[start:end])
    lowered = [word.casefold() for word in words]
    if not words or len(words) > _MOST_WORDS or sum(map(len, words)) < _LEAST_LETTERS:
        return None
    if len(words) == 1 and lowered[0].endswith(("ed", "ly", "ing")):
        return None  # "Ole Lund, agreed"
    if not any(word[0].islower() for word in words) and not OFFICES.intersection(lowered):
        return None  # "Ole Lund, Anna Berg, and ...", or a place
    cut = next((i for i, word in enumerate(lowered) if word in FINITE_VERBS), None)
    relative = next((i for i, word in enumerate(lowered) if word in ("who", "whose", "that")), None)
    if cut is not None and (relative is None or relative > cut):
        return None
    return Span(start, start + len(text[start:end].rstrip(' ,.;:"”')))


def _predicate(text: str, name: Span, sentence: Span) -> Span | None:
    """ "X is a gynaecologist who treats ..."."""
    copula = _IS.match(text, name.end, sentence.end)
    if copula is None:
        inserted = re.compile(r",[^,]{1,60},").match(text, name.end, sentence.end)
        copula = _IS.match(text, inserted.end(), sentence.end) if inserted else None
    if copula is None:
        return None
    closed = _CLOSE_PREDICATE.search(text, copula.end(), sentence.end)
    end = closed.start() if closed else sentence.end
    words = _WORD.findall(text[copula.end() : end])
    if not 1 < len(words) <= 2 * _MOST_WORDS or words[-1] in ("them", "those", "these"):
        return None
    return Span(copula.end(), copula.end() + len(text[copula.end() : end].rstrip(' ,.;:"”')))


def _before(text: str, name: Span, sentence: Span) -> Description | None:
    """ "the defence minister X", "Spanish retailer X"; "the lead author, X, said"."""
    form: Form = "title"
    stop = name.start
    gap = text[sentence.start : stop]
    named = re.search(r",\s+\Z", gap)
    if named:
        closes = text[name.end : name.end + 1] in (",", ".", ")", "”") or name.end >= sentence.end
        if not closes:
            return None
        form, stop = "named", sentence.start + named.start()
    elif not gap.endswith((" ", "\u00a0")):
        return None
    words = list(_WORD.finditer(text, sentence.start, stop))
    start = None
    for word in reversed(words):
        lowered = word.group().casefold()
        between = text[word.end() : start if start is not None else stop]
        if form == "named" and lowered in _POSSESSIVES and not between.strip():
            start = word.start()
            break
        if between.strip() or (lowered in _TITLE_STOP and lowered != "of"):
            break
        if word.group()[-1] == "." and len(word.group()) > 2 and word.group()[:-1].islower():
            break
        start = word.start()
        if lowered in ("the", "a", "an"):
            break
    if start is None:
        return None
    described = text[start:stop].rstrip()
    found = _WORD.findall(described)
    lowered_words = [word.casefold() for word in found]
    if len(found) > _MOST_WORDS or len(described) < _LEAST_LETTERS:
        return None
    if not FINITE_VERBS.isdisjoint(lowered_words) or lowered_words[0] == "of":
        return None
    if form == "title" and any(
        word in ("once", "raised") or (word.endswith("ed") and word not in _KEPT_PARTICIPLES)
        for word in lowered_words
    ):
        return None
    telling = [w for w in found if w[0].islower() and w.casefold() not in ("the", "a", "an", "of")]
    if not telling and not (OFFICES | TITLES).intersection(lowered_words):
        return None
    if form == "title" and not ends_in_role(found):
        return None  # "trying to oust Ole Lund", "a shook-up Ole Lund"
    if (
        form == "named"
        and lowered_words[0] not in _DETERMINED
        and "’s" not in described
        and ("'s" not in described)
    ):
        return None
    return Description(Span(start, start + len(described)), sentence, form)


_POSSESSIVES = vocabulary("his her their its")
_DETERMINED = vocabulary("the a an his her their its former one")
