"""Where a name, an abbreviation or a possessive begins and ends.

Only what is cheap and sure: initials stay with the surname, "St." with its saint or
its street, a full stop with its abbreviation; a possessive's "'s" is no part of a name.
"""

from __future__ import annotations

import re

_OPENERS = (
    "The|An?|This|That|These|Those|It|He|She|They|We|You|His|Her|Their|Its|Our|My|Your|In|On|At|By"
    "|For|From|With|As|After|Before|While|When|Whether|If|But|And|Or|So|Yet|However|There|Here|Of"
    "|What|Who|How|Why|Where|Some|Many|Most|Both|Each|Every|To|Since|During|Under|Over|Also|Not"
)
_LABELS = (
    "Plan|Group|Pool|Type|Class|Grade|Category|Vitamin|Hepatitis|Influenza|Section|Part|Appendix"
    "|Schedule|Exhibit|Figure|Table|Title|Division|Series|Serie|Gate|Terminal|Building|Block|Point"
    "|Mr|Mrs|Ms|Dr|Sir|Professor|President|Senator|Judge|Justice|General|Captain|Sergeant|Phase|Stage|Room|Unit|Level|Channel|Line|Route|Zone|Area|Company|Team|Option|Model"
)
_SURNAME = rf"(?!(?:{_OPENERS})\b)[A-Z][^\W\d_]+(?:[-’'](?!s\b)[^\W\d_]+)*+"
_PLACE = r"(?!(?:U\.\s?[SKN]|E\.\s?U|D\.\s?C|L\.\s?A|N\.\s?Y|B\.\s?C|A\.\s?[DM]|P\.\s?M)\.)"

NAME = (
    # J. K. Rowling, J.R.R. Tolkien; and Michael B. Jordan, but neither Plan B. nor World War I.
    rf"{_PLACE}(?:[A-Z]\.[ \u00a0]?){{2,4}}(?P<surname>{_SURNAME})"
    rf"|(?!(?:{_OPENERS}|{_LABELS})\b)[A-Z][^\W\d_]+[ ]{_PLACE}(?:[A-HJ-UWYZ]\.[ ]?)+"
    rf"(?P<last_name>{_SURNAME})"
    # Wall St. takes its stop and leaves what follows; St. Petersburg does not.
    rf"|(?!(?:{_OPENERS})\b)[A-Z][a-z]+[ ]St\."
    rf"|(?:Ste?|Mt|Ft)\.[ \u00a0]{_SURNAME}"
    r"|(?:[A-Za-z]\.){2,}(?:[A-Za-z](?!\w))?|Ph\.D\."
)
"""A regular expression for names that must not be cut, for use where no word character
stands before it. A span may begin at its groups ``surname`` and ``last_name``."""

_ABBREVIATED = re.compile(
    r"(?:(?<![^\W\d_])(?:[A-Za-z]\.)+[A-Za-z]|\bPh\.D"
    r"|\b(?:Jr|Sr|Inc|Corp|Co|Cos|Ltd|Bros|St|Mt|Ft|Ave|Blvd|Rd|Dr|Mrs?|Ms|Prof|Gen|Sen|Rep|Gov|Lt"
    r"|Col|Capt|Sgt|Rev|Dept|Univ|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|Ala|Ariz|Ark|Calif"
    r"|Colo|Conn|Del|Fla|Kan|Mass|Mich|Minn|Miss|Neb|Nev|Okla|Ore|Penn|Tenn|Tex|Wash|Wis|Wyo"
    r"|etc|vs))\Z"
)
_POSSESSIVE = re.compile(r"([^\W\d_]+)[’']s\Z")
# After one of these words an "'s" was no possessive: "McDonald's is", "Lloyd's of London".
_NO_OWNED = re.compile(
    r"\s+(?:of|and|or|is|are|was|were|has|have|had|will|would|can|could|may|said|says|in|on|at|to"
    r"|from|for|by|with|which|who|that|as|but|not)\b"
)
_FIRMS = re.compile(
    r"(?i:mcdonald|wendy|macy|kellogg|levi|sotheby|christie|moody|sainsbury|lloyd|domino|hershey"
    r"|bloomingdale|dunkin|arby|kohl|lowe|denny|chili|ladbroke|waterstone)"
)


def keeps_stop(text: str, start: int, stop: int) -> bool:
    """Whether the full stop at offset ``stop`` belongs to the word before it, which
    begins at ``start`` or later: "U.S.", "Jr."."""
    return _ABBREVIATED.search(text[max(start, stop - 12) : stop]) is not None


def without_possessive(text: str, start: int, end: int, question: str = "") -> int:
    """``end``, or two less where a possessive's "'s" stands before it and ``question``
    does not ask whose.

    A name may end so too ("McDonald's"): what follows must be a noun that is owned,
    and well-known firms are left alone.
    """
    if text[end - 1 : end] != "s" or text[max(start, end - 2) : end - 1] not in ("'", "’"):
        return end
    if "whose" in question.casefold():
        return end
    found = _POSSESSIVE.search(text[max(start, end - 40) : end])
    if found is None or _FIRMS.fullmatch(found[1]):
        return end
    owned = text[end : end + 1].isspace() and text[end + 1 : end + 2].isalnum()
    return end - 2 if owned and not _NO_OWNED.match(text, end) else end
