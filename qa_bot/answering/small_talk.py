"""Small talk: what is said to the bot and asks nothing of the articles.

Only a whole line that says nothing else is small talk: "Hello, who met whom?" loses
its greeting and is asked, and "What help did Kyiv get?" is a question like any other.
"""

from __future__ import annotations

import re
from typing import Literal

TalkKind = Literal["greeting", "thanks", "farewell", "help", "ability", "collection"]


def _any(*patterns: str) -> str:
    return f"(?:{'|'.join(patterns)})"


_PLACE = _any("bot", "page", "site", "app", "program", "tool", "thing")
_YOU = _any("you", "u", rf"this(?: {_PLACE})?", rf"the {_PLACE}", "qa[_ -]?bot")
_I = r"(?:i|we|one)"
_CAN = r"(?:can|could|may|should|do|would|must)"
_GREETING = _any(
    *("hi+", "hello", "hallo", "hey+", "hiya", "howdy", "yo", "greetings", "welcome"),
    r"good (?:morning|afternoon|evening|day)",
) + _any(" there", " everyone", " everybody", " all", r" (?:qa[_ -]?)?bot", " friend", "")
_HOW_ARE_YOU = _any(
    r"how (?:are|r) (?:you|u)(?: doing)?(?: (?:today|now|then))?",
    r"how(?:['’]s| is) it going",
    r"what['’]?s up",
    r"how do you do",
    r"(?:nice|pleased) to meet you",
)
_THANKS = (
    _any("ok(?:ay)? ", "great ", "perfect ", "good ", "nice ", "cool ", "no ", "")
    + _any(r"(?:many |a thousand )?thanks", r"thank (?:you|u)", "thx", "ty", "cheers")
    + r"(?: (?:you|a lot|a bunch|so much|very much|again|indeed|bot|then))*"
    + r"(?: for (?:your |the |that |this |all )*"
    + _any("help", "answers?", "information", "info", "time", "that", "this", "everything")
    + ")?"
)
_ACKNOWLEDGED = _any(
    *("ok", "okay", "great", "perfect", "cool", "awesome", "excellent", "got it", "i see"),
    *("understood", r"(?:very )?good", "nice", "wow", "well done"),
    r"that(?:['’]s| is) (?:great|perfect|helpful|all|interesting|good)",
)
_FAREWELL = _any(
    r"(?:good ?)?bye(?: bye)?",
    r"good ?night",
    r"see (?:you|ya)(?: (?:later|soon|tomorrow))?",
    *("farewell", "ciao"),
    r"have a (?:nice|good|great) (?:day|evening|weekend|night)",
)
_HELP = _any(
    r"help(?: me)?(?: out)?",
    rf"{_I} (?:need|want)(?: some)? help",
    r"(?:can|could|will|would) (?:you|u)(?: please)? help(?: me)?(?: out)?",
    rf"how (?:{_CAN}|to)(?: {_I})? (?:use|work with|operate) {_YOU}",
    rf"how {_CAN}(?: {_I})? (?:ask(?: you)?(?: a)?(?: questions?)?|search|start|begin)(?: here)?",
    rf"how (?:does|do) {_YOU} work",
    rf"what {_CAN} {_I} do(?: (?:here|now))?",
    *(r"where do i start", "instructions", "usage", "manual", "commands"),
)
_HELP_FIRST = _any(rf"how {_CAN} {_I} use it", r"how does (?:it|that) work")
_ASKED_OF = r"(?: (?:you|about|here|for me|me))*"
_ABILITY = _any(
    rf"what {_CAN} (?:you|u) (?:answer|do|tell me|know|offer|help(?: me)? with){_ASKED_OF}",
    rf"what {_CAN} {_I} ask{_ASKED_OF}",
    r"(?:what|which)(?: (?:kinds?|types?|sorts?) of)? (?:questions?|things?) "
    rf"{_CAN} (?:i|we|you|u) (?:ask|answer|know){_ASKED_OF}",
    r"what are (?:you|u) (?:able to (?:do|answer)|capable of|for)",
    r"what are your (?:abilities|capabilities)",
    r"(?:who|what) (?:are|r) (?:you|u)",
    rf"what is (?:this(?: {_PLACE})?|qa[_ -]?bot)",
    r"what(?:['’]s| is) your name",
    r"what (?:topics|subjects) do you (?:know|cover)(?: about)?",
    r"are (?:you|u) (?:an? )?"
    + _any("ai", r"(?:ro)?bot", "human", "person", "real", "chatgpt", "language model", "machine"),
)
_ARTICLES = _any("articles?", "documents?", "texts?", "files?", "stories", "news", "sources?")
_PRESS = _any(_ARTICLES, "publishers?", "newspapers?", "media")
_IN_HERE = r"(?: (?:in )?(?:here|the (?:index|collection|database)))?"
_HERE = _any(
    rf"(?:are|is)(?: (?:there|available|indexed|loaded))?{_IN_HERE}",
    rf"(?:do|have) {_YOU}(?: (?:have|got|know|use|search|cover|read|contain|hold))?"
    r"(?: (?:here|now|access to|about|in))?",
    r"(?:can|could) (?:you|u|i) (?:search|read|ask about|use|see)",
)
_LATEST = r"(?: (?:latest|newest|most recent))?"
_COLLECTION = _any(
    rf"(?:what|which|how many)(?: (?:kinds?|types?|sorts?) of)? {_PRESS} {_HERE}",
    r"(?:list|show|give|name|display|tell)(?: me)?"
    rf"(?: (?:all|the|your|a list of))*{_LATEST} {_PRESS}",
    rf"what(?:['’]s| is| are)(?: in)? (?:your|the|these|this){_LATEST} "
    rf"(?:{_PRESS}|index|collection|database|corpus)(?: about)?(?: (?:here|(?:do )?you have))?",
    rf"how (?:recent|new|old|up to date|current|many) are (?:your|the|these) {_PRESS}",
    rf"what (?:dates?|period|years?|time|range) do(?:es)? (?:your|the|these) {_PRESS} cover",
    r"where do(?:es)? your (?:answers|articles|information|data) come from",
    r"what do you have(?: here)?",
)
_KINDS: tuple[tuple[TalkKind, re.Pattern[str]], ...] = (
    ("greeting", re.compile(rf"(?:{_GREETING} ?)+(?:{_HOW_ARE_YOU})?|{_HOW_ARE_YOU}")),
    ("thanks", re.compile(rf"{_THANKS}|{_ACKNOWLEDGED}")),
    ("farewell", re.compile(_FAREWELL)),
    ("help", re.compile(_HELP)),
    ("ability", re.compile(_ABILITY)),
    ("collection", re.compile(_COLLECTION)),
)
_FIRST = re.compile(_HELP_FIRST)
_NO_WORDS = re.compile(r"[^\w\s'’-]+|(?<!\w)[-'’]+|[-'’]+(?!\w)")

_ASKING = _any(
    *("who", "whom", "whose", "what", "which", "when", "where", "why", "how", "is", "are", "was"),
    *("were", "do", "does", "did", "has", "have", "had", "can", "could", "will", "would", "should"),
    *("please", "tell", "name", "list"),
)
_POLITE_START = re.compile(
    rf"(?:{_GREETING}|{_THANKS}|ok(?:ay)?|great|excuse me|sorry|please)"
    rf"(?:\s*[,.!;:…–—]+\s*|\s+(?={_ASKING}\b))",
    re.IGNORECASE,
)


def talk_kind(line: str, *, first: bool = True) -> TalkKind | None:
    """The kind of small talk that ``line`` is, or None for a question to the articles.

    Args:
        first: nothing has been said before; "How does it work?" then means the bot.
    """
    for spoken in dict.fromkeys((_spoken(line), _spoken(without_greeting(line)))):
        for kind, pattern in _KINDS:
            if pattern.fullmatch(spoken):
                return kind
        if first and _FIRST.fullmatch(spoken):
            return "help"
    return None


def without_greeting(line: str) -> str:
    """``line`` without the greeting or the thanks that it begins with, if more follows.

    A greeting needs punctuation or a question word behind it: "Hello Kitty" and
    "Good Morning America" are names.
    """
    rest = line
    while (found := _POLITE_START.match(rest)) is not None:
        if not any(char.isalnum() for char in rest[found.end() :]):
            break
        rest = rest[found.end() :]
    return rest


def _spoken(line: str) -> str:
    """The words of ``line`` in small letters, without signs and without "please"."""
    words = " ".join(_NO_WORDS.sub(" ", line).casefold().split())
    return words.removeprefix("please ").removesuffix(" please")
