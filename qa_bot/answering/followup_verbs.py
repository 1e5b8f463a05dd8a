"""Past forms of verbs and their base: regular ones, and the irregular ones that news uses."""

from __future__ import annotations

from qa_bot.answering.words import vocabulary

_PAST = vocabulary(
    "won-win lost-lose said-say made-make took-take gave-give got-get went-go came-come "
    "became-become began-begin broke-break brought-bring built-build bought-buy caught-catch "
    "chose-choose cost-cost cut-cut did-do drew-draw drove-drive ate-eat fell-fall felt-feel "
    "fought-fight found-find flew-fly froze-freeze grew-grow heard-hear held-hold hit-hit "
    "hurt-hurt kept-keep knew-know laid-lay led-lead left-leave lent-lend let-let lit-light "
    "met-meet paid-pay put-put read-read rode-ride rose-rise ran-run saw-see sold-sell "
    "sent-send set-set shook-shake shot-shoot shut-shut sang-sing sank-sink sat-sit slept-sleep "
    "spoke-speak spent-spend stood-stand stole-steal struck-strike swam-swim taught-teach "
    "told-tell thought-think threw-throw understood-understand woke-wake wore-wear wrote-write "
    "beat-beat bet-bet bid-bid burst-burst quit-quit sought-seek overtook-overtake "
    "withdrew-withdraw oversaw-oversee swept-sweep hung-hang dealt-deal meant-mean"
)
IRREGULAR = dict(pair.split("-") for pair in _PAST)
"""Irregular past forms with their base."""


def base_form(verb: str) -> str | None:
    """The base of a past form: "won" to "win", "agreed" to "agree"; None for other forms."""
    low = verb.lower()
    if low in IRREGULAR:
        return IRREGULAR[low]
    if not low.endswith("ed") or len(low) < 4:
        return None
    stem = low[:-2]
    if low.endswith("ied") and len(low) > 4:
        return f"{low[:-3]}y"
    if stem.endswith(
        ("at", "iz", "is", "v", "u", "c", "dg", "ng", "s", "ut", "ir", "or", "re", "le")
    ):
        if stem.endswith(("ss", "sh", "ch", "x", "us")) or low.endswith(("toured", "favored")):
            return stem
        if stem.endswith("ng") and not stem.endswith(("ang", "eng", "ing")):
            return stem
        if stem.endswith(("or",)) and stem not in ("scor", "stor", "explor", "ignor", "restor"):
            return stem
        return f"{stem}e"
    if len(stem) > 3 and stem[-1] == stem[-2] and stem[-1] not in "lsz":
        return stem[:-1]
    if low.endswith("eed"):
        return low[:-1]
    return stem
