"""What a question asks for, told from its words: the shape that its answer is given.

The classes follow the answer types of question answering (Li and Roth 2002) as far
as they change what is shown: a sentence for yes or no, a clause for a reason or a
manner, all items of a list, what somebody is. Everything else stays the reader's
span. A question is told by its first words, or by its question word where that
stands later ("In the end, why did he go?", "Moscow is where?").
"""

from __future__ import annotations

import re
from typing import Literal

from qa_bot.answering.kinds import asks_for_several
from qa_bot.answering.words import FINITE_VERBS, vocabulary

QuestionKind = Literal[
    "yes_no", "why", "how", "list", "who_is", "when", "where", "how_many", "other"
]

AUXILIARIES = (
    "is|are|was|were|am|do|does|did|has|have|had|can|could|will|would|shall|should|may|might|must"
)
_NEGATED = rf"(?:(?:{AUXILIARIES})(?:n['’]?t)?|cannot|can['’]?t|won['’]?t|shan['’]?t|ain['’]?t)"
_YES_NO = re.compile(rf"{_NEGATED} (?!you (?:tell|say|name|list|explain|give|show)\b)\S")
_ALTERNATIVE = re.compile(r"\bwhich\b|\bor (?!not\b)")
_POLITE = re.compile(
    r"(?:please,? |(?:can|could|would|will) you (?:please )?(?=(?:tell|say|name|list|explain|give"
    r"|show)\b)|(?:i(?: would|['’]d) like to know|i want to know|do you know|(?:please )?tell me"
    r"|say|i wonder),? (?=(?:if|whether|who|whom|whose|what|which|when|where|why|how)\b))"
)
_IF = re.compile(r"(?:if|whether) (?=\S)")
_LEAD_IN = re.compile(
    r"(?:and|but|so|then|also|well|now|ok|okay)\b,? (?!so\b)|"
    r"if .{2,120}?, (?=(?:(?:in|on|at|to|from|for|by) )?"
    r"(?:who|whom|whose|what|which|when|where|why|how)\b)|"
    r"(?:according to|in|on|at|after|before|during|since|by|for|under|with|as of) [^,?]{2,60}, "
)
_WHY = re.compile(
    r"why\b|how come\b|for (?:what|which) reasons?\b|what(?: is|['’]s| are| was| were)? "
    r"(?:the )?(?:(?:main|real|official) )?(?:reasons?|causes?|motives?|rationale)\b"
    r"|what causes?d?\b|what (?:led|leads|made|makes|prompted|prompts|forced|drove|triggered)\b"
)
_MEASURED = (
    "many|much|long|old|far|often|big|large|tall|high|deep|wide|heavy|fast|quickly|soon|small|low"
    "|hot|cold|late|early|strong|thick|frequently|close|near|short|likely|common|rich|expensive|great"
    "|rare|bad|good|well|badly|important|popular|dangerous|severe|serious|successful|effective|little"
    "|few|fat|young|hard|loud|powerful|recently|rapidly|cheap|poor|widespread|steep|bright"
)
_HOW_MANY = re.compile(
    rf"(?:how (?:{_MEASURED})\b|what (?:number|percentage|share|proportion|amount|fraction)\b)"
)
_HOW = re.compile(
    r"how(?:['’]s)?\b|in (?:what|which) (?:way|manner)s?\b|by what means\b|what method"
)
_COMPLEMENT = re.compile(
    r"\b(?:describ|rank|rat(?=e|ing)|label|characteri[sz]|classif|defin|spell|pronounc|denot|regard"
    r"|perceiv)(?:e|es|ed|s|y|ies|ied|ing)?\b"
)
"""Verbs whose "how" asks for what something is said to be: a few words, no clause."""
_WHEN = re.compile(
    r"when\b|(?:in|on|at|since|until|by|from|during)? ?(?:what|which) (?:year|day|date|month|time"
    r"|century|decade|week)\b"
)
_WHERE = re.compile(
    r"where\b|(?:in|at|from|to|near)? ?(?:what|which) (?:city|town|country|place|state)\b"
)
_WHO_IS = re.compile(
    r"(?:who(?:['’]s| is| was) |tell me (?:about|who) )(?P<name>.+?)"
    r"(?P<tail>,? (?:anyway|again|exactly|by the way))?[ ?!.]*\Z",
    re.IGNORECASE,
)
_NAME_WORD = (
    r"(?:[A-ZÀ-ÖØ-Þ][\w’'-]*\.?(?:[A-ZÀ-Þ]\.)*|de|la|van|von|der|den|del|da|di|du|bin|ibn|al|el|ben"
    r"|dos|e|y|ter|ten|zu|le|al-[A-ZÀ-Þ]\w+)"
)
_NAME = re.compile(rf"{_NAME_WORD}(?: {_NAME_WORD}){{0,5}}")
_NAMED = re.compile(
    r"(?:(?:can|could) you )?(?:name|list|enumerate|mention|identify|give)\b"
    r"|(?:who|what|which) (?:are|were)\b(?! .*\bof what\b)|(?:which|what) (?:two|three|four|five)\b"
)
_CALLED = re.compile(r"\b(?:called|known as|named|termed|referred to as)[ ?.]*\Z")
_PLURAL = re.compile(
    r"(?:(?:in|on|at|for|from|to|by|with|of|about) )?(?:which|what) (?:[\w'’&.-]+ ){0,4}?"
    r"(?:[\w'’-]*[^sui'\W]s|people|men|women|children)(?:,? and [\w'’-]+s)? (?P<verb>[\w'’]+)\b"
)
_AFTER_PLURAL = (
    FINITE_VERBS
    | vocabulary(
        "of in from on for with by near sold outsold bought brought built sent spent paid stood"
        " spoke broke chose drove grew fell hit beat fought rose wrote"
    )
) - vocabulary("is was has says takes makes comes goes gives gets becomes begins leaves wins")
_LATER = re.compile(r"\b(why|when|where|how (?:many|much|long|old)|how)(?=[ ?!.]*\Z)")
_NO_NAMES = vocabulary(
    "going the a an of in on to for at by with from and or behind responsible president in-charge"
    " prime minister king queen leader head new next first now old on winning best most"
)
_DEFINITE = re.compile(
    r"(?:the|a|an|this|that|these|his|her|their|its|your|my|our)\b", re.IGNORECASE
)


def asks_for_words(question: str) -> bool:
    """Whether a "how" asks for what something is said to be ("How is it described?"): a few
    words answer it, no clause."""
    return bool(_COMPLEMENT.search(_plain(question)))


def question_kind(question: str) -> QuestionKind:
    """The kind of a question that is to be answered from the articles."""
    asked = _plain(question)
    if _name_asked(question):
        return "who_is"
    if _IF.match(asked) or (_YES_NO.match(asked) and not _ALTERNATIVE.search(asked)):
        return "yes_no"
    if _WHY.match(asked):
        return "why"
    if _HOW_MANY.match(asked):
        return "how_many"
    if _wants_list(asked):
        return "list"
    for kind, pattern in (("how", _HOW), ("when", _WHEN), ("where", _WHERE)):
        if pattern.match(asked):
            return kind  # type: ignore[return-value]
    later = _LATER.search(asked)
    if later is not None:
        word = later[1]
        return "how_many" if word.startswith("how ") else word  # type: ignore[return-value]
    return "other"


def _wants_list(asked: str) -> bool:
    """Whether several things are asked for, by a plural before its verb or in so many words.

    Stricter than :func:`~qa_bot.answering.kinds.asks_for_several`, which only has to see
    that one answer need not contradict another.
    """
    if not asks_for_several(asked) or _CALLED.search(asked):
        return False
    if _NAMED.match(asked):
        return True
    found = _PLURAL.match(asked)
    if found is None:
        return False
    verb = found["verb"]
    return verb in _AFTER_PLURAL or verb.endswith("ed")


def asked_name(question: str) -> str | None:
    """The name that a "who is" question asks about, as it is written; else None.

    Only a name: "Who is the president?" asks for one, and is answered by one.
    """
    return _name_asked(question)


def _name_asked(question: str) -> str | None:
    found = _WHO_IS.match(_without_lead_in(" ".join(question.split())))
    if found is None:
        return None
    name = found["name"].rstrip(" .?!,")
    if _DEFINITE.match(name) or not name:
        return None
    if name.islower():  # typed without capitals: two or three words and no verb form are a name
        words = name.split()
        return name if 2 <= len(words) <= 3 and all(map(_may_be_name, words)) else None
    return name if _NAME.fullmatch(name) else None


def _may_be_name(word: str) -> bool:
    return word.isalpha() and not word.endswith(("ing", "ed")) and word not in _NO_NAMES


def _without_lead_in(question: str) -> str:
    while True:
        folded = question.casefold()
        found = _POLITE.match(folded) or _LEAD_IN.match(folded)
        if found is None or len(folded) != len(question) or found.end() >= len(question):
            return question
        question = question[found.end() :]


def _plain(question: str) -> str:
    return _without_lead_in(" ".join(question.split())).casefold()
