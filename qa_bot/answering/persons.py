"""Names of people and their longer forms: "Shoigu", "Sergei Shoigu", "Defence Minister Shoigu".

Rules over capital letters and small closed lists, because a question must not wait
for a tagger. They would rather miss a pair than join "York" to "New York".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from qa_bot.answering.words import folded, vocabulary

_TITLES = vocabulary(
    "speaker president vice-president minister secretary chancellor premier leader chief chairman "
    "chairwoman chair mr mrs ms miss dr doctor prof professor sir dame lord lady senator sen "
    "congressman congresswoman representative rep governor gov mayor ambassador general gen "
    "colonel col captain capt lieutenant lt sergeant sgt admiral marshal commander judge "
    "justice attorney director manager coach actor actress singer author writer journalist "
    "spokesman spokeswoman spokesperson candidate rev reverend father bishop archbishop "
    "cardinal saint comrade mp founder ceo billionaire striker midfielder goalkeeper defender "
    "boss head"
)
_PARTICLES = vocabulary("von van der den de del della di da dos du la le al el bin ibn ben ter")
_TAILS = vocabulary("ii iii iv v vi vii viii xiv xvi xxiii")
_NO_GIVEN_NAME = vocabulary(
    "north south east west northern southern eastern western central upper lower middle new "
    "old great greater little united san santa sao saint st los las fort mount lake port cape "
    "gulf sea papua equatorial costa sierra sri el la le the royal national international "
    "world european american british english french german russian chinese ukrainian "
    "north-east federal first second third real air bank house university college city county "
    "state republic white red black blue green supreme high hong buenos rio manchester "
    "newcastle leeds sheffield london oxford cambridge washington paris moscow kyiv beijing "
    "tokyo india china russia"
)
_NO_SURNAME = vocabulary(
    "university college school academy institute party union bank house street road avenue "
    "lane square park bridge castle palace tower airport station hospital church cathedral "
    "river sea ocean lake mountain mountains island islands isles bay beach city county state "
    "province region district republic kingdom company group corporation agency ministry "
    "office department council court committee commission parliament senate congress assembly "
    "government army navy force forces guard police service times post news journal mail "
    "guardian telegraph herald tribune magazine press club united rovers athletic cup league "
    "championship games festival award awards prize act bill law treaty agreement day week "
    "war battle centre center cosmodrome stadium arena theatre theater museum gallery library "
    "foundation association federation society alliance organisation organization programme "
    "program project network media systems airlines airways electric dynamics mills motors "
    "energy oil gas water nations states america korea ireland africa england wales zealand "
    "york jersey mexico orleans hampshire carolina dakota virginia guinea sudan timor leste "
    "today tomorrow week's street's"
)
_FAMILY_NAME_FIRST = vocabulary(
    "kim xi li lee wang zhang chen liu yang huang zhao wu zhou xu sun ma zhu hu guo he lin "
    "mao deng moon yoon park choi jung kang cho jang yun han nguyen tran pham ban hwang jiang "
    "wen peng"
)
_NOT_FIRST = vocabulary("the a an his her their its our my your this that these those")
_NO_NAME = re.compile(r"[^\w\s'’.\-‐‑“”\"]|\b(?:and|or|of|in|at|on|for|with|to|by|from)\b")
_JOINED_INITIAL = re.compile(r"\b([A-Z])\.(?=[A-Z])")
_POSSESSIVE = re.compile(r"'s?$")
_MOST_WORDS = 5


@dataclass(frozen=True, slots=True)
class Name:
    """The words of a name in order, folded, without titles; at least one."""

    words: tuple[str, ...]

    @property
    def form(self) -> str:
        """The name in small letters."""
        return " ".join(self.words)

    def extends(self, other: Name) -> bool:
        """Whether ``other`` is a shorter form of this: the surname, the family name that comes
        first, first name and surname without what stands between, or no "III"."""
        long, short = self.words, other.words
        if long[-1] in _NO_SURNAME:
            return False
        if len(short) >= len(long):
            return long != short and len(short) == len(long) and _spelt_out(short, long)
        if long[-1] in _TAILS:
            core = long[:-1]
            return short == core or (len(core) > 1 and Name(core).extends(other))
        if long[-len(short) :] == short:
            given = long[: -len(short)]
            return given[0] not in _NO_GIVEN_NAME and short[0] not in _NO_SURNAME
        if len(short) == 1:
            return long[0] == short[0] and short[0] in _FAMILY_NAME_FIRST and len(long) <= 3
        ends = (long[0], long[-1]) == (short[0], short[-1])
        return ends and len(short) == 2 and long[0] not in _NO_GIVEN_NAME


@lru_cache(maxsize=4096)
def parse_name(text: str) -> Name | None:
    """The name that ``text`` is, after titles and descriptions ("Polish leader ..."), or None.

    A name is a run of one to five capitalised words; of "Vladimir Putin and Kim
    Jong Un", and of a sentence, nothing is a name.
    """
    if any(char.isdigit() for char in text) or _NO_NAME.search(text.strip(" ,.;:!?")):
        return None
    shown, words = [], []
    for token in _JOINED_INITIAL.sub(r"\1. ", text).split():
        for word in folded(token).replace("-", " ").split():
            shown.append(token.lstrip("'‘“\"(")[:1].isupper())
            words.append(_POSSESSIVE.sub("", word).replace(".", ""))
    start = 0
    if words and words[-1] not in _NO_SURNAME:  # the Justice Department keeps its first word
        for place, word in enumerate(words):
            if word in _TITLES:
                start = place + 1
    kept = tuple(word for word in words[start:] if word)
    if not 0 < len(kept) <= _MOST_WORDS or not any(shown[start:]) or kept[0] in _NOT_FIRST:
        return None
    if not all(
        named or word in _PARTICLES
        for named, word in zip(shown[start:], words[start:], strict=True)
    ):
        return None
    return Name(kept)


def _spelt_out(short: tuple[str, ...], long: tuple[str, ...]) -> bool:
    """Whether ``long`` has names where ``short`` has initials: John F. and John Fitzgerald."""
    pairs = list(zip(short, long, strict=True))
    return short[-1] == long[-1] and all(
        one == other or (len(one) == 1 and other.startswith(one)) for one, other in pairs
    )
