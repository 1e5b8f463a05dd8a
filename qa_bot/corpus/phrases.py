"""What boilerplate says: the words and patterns that boilerplate.py looks for.

They are the common stock of English-language sites; none belongs to one site.
"""

from __future__ import annotations

import re
from collections.abc import Iterable


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


def _any(patterns: Iterable[str], *, before: str = "", after: str = "") -> re.Pattern[str]:
    return re.compile(f"{before}(?:{'|'.join(patterns)}){after}", re.IGNORECASE)


# Menus: every word of the line is a label, or a filler beside an unmistakable label.
LABELS = _words(
    """menu close home search share save print email e-mail facebook twitter whatsapp linkedin
    pinterest reddit instagram youtube telegram flipboard messenger copy link login logout subscribe
    register comments advertisement advert ad skip navigation next previous prev back more less show
    hide toggle sidebar tweet follow newsletter newsletters sponsored"""
)
PLAIN_LABELS = LABELS - _words("home close search next previous back more less save show print ad")
FILLERS = _words(
    """to this in on up the log sign now us all your page article story stories main content for via
    open here today view post comment bookmark continues below reading free account"""
)
MENU_PHRASES = frozenset(
    {"log in", "log out", "sign in", "sign out", "sign up", "back to top", "go to top", "main menu"}
)

# Teasers: the rest of the line belongs to another article.
TEASER = _any(
    (
        r"(?:read|see|watch|learn|find out|discover|keep reading)\s+(?:more|next|also)\b"
        r"(?=\W*$|\s*[:|–—-]|\s+(?:about|on|at|from|here|in|by|of)\b)",
        r"(?:also read|read|see also|more|don['’]t miss|up next|further reading|in pictures"
        r"|recommended(?: reading)?|watch(?: now| live)?|listen(?: now)?|editor['’]s picks?"
        r"|related(?: (?:articles?|stor(?:y|ies)|content|links?|coverage|topics?|videos?))?"
        r"|more (?:on|from) this(?: story| topic)?|most (?:read|popular|viewed)"
        r"|(?:just |only )?for subscribers)(?:\s*:|\s*$)",
        r"you (?:may|might) (?:also )?(?:like|be interested in)\b",
    ),
    before=r"[\W_]*",
)

# Credits.
_AGENCY = (
    r"(?:AP|AFP|EPA(?:-EFE)?|EFE|PA(?: Wire| Media)?|Reuters|Getty(?: Images)?|Shutterstock|Alamy"
    r"|Bloomberg|Xinhua|TASS|Sputnik|Anadolu(?: Agency)?|NurPhoto|Zuma(?: Press)?|Imago|Unsplash"
    r"|Flickr|iStock(?:photo)?|Adobe Stock|Wikimedia(?: Commons)?|Associated Press|Handout|Pool"
    r"|EyeEm|Pixabay|Pexels|Depositphotos|Redux|SIPA|Maxar|Planet Labs|CC[ -]BY[-\w. ]*)"
)
AGENCY = re.compile(rf"(?<!\w){_AGENCY}(?!\w)")
AGENCY_ALONE = re.compile(
    rf"(?:The )?{_AGENCY}(?: (?:Photo|Images?|File Photo|via))?(?:\s*[/,|]?\s*{_AGENCY})*",
    re.IGNORECASE,
)
SLASHED_CREDIT = re.compile(rf"\w[/|]\s?{_AGENCY}(?!\w)|\bHide Caption \d+ of \d+")
"""The end of a picture's credit, wherever in a line: A. Name/Getty Images."""
CREDIT_LABEL = _any(
    (
        r"(?:photo(?:graph)?s?|image|picture|pic|illustration|graphic|video|file photo|AP photo)"
        r"(?:\s+credits?|\s+source|\s+courtesy(?: of)?|\s+by|\s+provided by|\s*:|\s*/)",
        r"(?:credits?|courtesy)\s*:",
        r"courtesy ",
        r"©|\|",
    ),
    after=r"\s*\S",
)
SLASHED_NAMES = re.compile(r"[^\W\d]\s?[/|]\s?[^\W\d]")
SMALL_WORDS = _words(
    """of the for and de da di la le van von der den del al bin ibn via on in by to with at pool
    file handout photo courtesy"""
)
NOT_IN_NAMES = frozenset('"“«„:?!()')

# Calls to the reader that begin a sentence.
_MEDIA = r"(?:twitter|facebook|instagram|tiktok|linkedin|youtube|threads|bluesky|whatsapp|telegram)"
CALL_AT_START = _any(
    (
        r"subscribe\b(?! (?:button|model))",
        r"sign(?:ing)? up (?:here|now|today|free|for|to|below|and)\b",
        r"(?:register|log ?in|sign in) (?:now|here|today|free|for free)\b",
        r"(?:register|log ?in|sign in) to (?:continue|read|comment|view)\b",
        rf"follow (?:us\b|@|.{{1,80}}(?:\bon {_MEDIA}|@\w))",
        r"(?:like|find|join) us on\b",
        r"join our (?:[\w-]+ ){0,5}(?:community|channel|group|club|list|newsletter)\b",
        r"join (?:the (?:conversation|discussion|debate)|(?:a|the) (?:\w+ )?community)\b",
        r"(?:download|get|install) (?:the|our)(?: \w+){0,4} app\b",
        r"(?:click|tap) (?:here|below|through|on (?:the|this) link|the (?:link|button))\b",
        r"share (?:this|your (?:story|stories|thoughts|views?|experiences?|comments?))\b",
        r"(?:write (?:to|for) us|write an article|e-?mail us|contact us|get in touch with us)\b",
        r"(?:tell|send) us (?:what you|your|in the|below|an? (?:e-?mail|message|tip))\b",
        r"(?:have your say|leave a comment|comment below)\b",
        r"(?:support|consider supporting) (?:our|local|independent|quality) (?:\w+ )?journalism",
        r"support journalism\b",
        r"become an? (?:\w+ ){0,3}(?:subscriber|member) (?:now|today|here)\b",
        r"(?:view|see|browse|find|explore) (?:more|all) (?:\w+ ){0,3}(?:here|on|at)\b",
        r"read (?:more|on)(?: here| (?:about|on|at) .{1,60})?\W*\Z",
        r"read (?:the|our) (?:full|original|whole) (?:\w+ )?(?:story|article|report|transcript)\b",
    ),
    before=(
        r"[\W_]*(?:please |to [^,.]{3,80}, |you can (?:also |always )?|don['’]t forget to "
        r"|(?:and|or|so|but|also|then|just|simply) |[A-Z][^.:?!]{0,40}: ?)?"
    ),
)

# Calls that are plain wherever in the sentence they stand.
CALL_ANYWHERE = _any(
    (
        r"\bsubscribe (?:to (?:our|this|my)|here|now|today)\b",
        r"\b(?:you can|please|by) sign(?:ing)? up\b",
        r"\bsign up (?:here|now|right here|today|for (?:our|my))\b",
        r"\b(?:in|to|into|from) your (?:e-?mail )?inbox\b",
        r"\b(?:get|receive|try|is available as) .{0,60}"
        r"\b(?:e-?mail|daily|weekly|fortnightly|monthly|free) newsletter\b",
        r"\bour (?:[\w-]+ ){0,4}newsletter\b|\bnewsletter,? sign ?up\b",
        r"\b(?:reach|contact|e-?mail|follow) (?:him|her|them|me|us|the (?:author|reporter))\b"
        rf".*(?:@|\b{_MEDIA})",
        r"\bwrite an article and join\b|\bclick(?:ing)? here\b",
        r"\b(?:this|these) (?:articles?|stor(?:y|ies)|content|page) (?:is|are)"
        r" (?:only |exclusively )?(?:for|available to) (?:\w+ ){0,3}subscribers\b",
        r"\b(?:already|not) (?:yet )?an? (?:subscriber|member)\?",
        r"\bwherever you (?:get|listen to) your podcasts",
        r"\b(?:enable|turn on|disable) (?:javascript|cookies|your ad ?blocker)\b",
        r"\b(?:we|site) uses? cookies\b",
        r"\b(?:our|agree to the) (?:privacy|cookies?) (?:policy|notice)\b",
        r"\bterms of (?:use|service) (?:and|apply)\b",
        r"\bmay earn (?:us )?an? (?:\w+ )?commission\b",
    )
)
LEGAL = _any(
    (
        r"\ball rights reserved\b",
        r"^\W*(?:copyright|©|\(c\)) ?(?:©|\(c\))? ?\d{4}",
        r"\bmay not be (?:published|reproduced|republished|redistributed)\b.*\bpermission",
        r"\bmay not be published, (?:re)?broadcast\b",
        r"\brepublished from .{1,60} under a creative commons\b",
    )
)
# Every match of the last two holds one of these; asking for them first is much quicker.
HINTS = (
    "subscri",
    "sign",
    "inbox",
    "newsletter",
    "click",
    "reach",
    "contact",
    "mail",
    "follow",
    "write an article",
    "podcasts",
    "enable",
    "turn on",
    "disable",
    "cookie",
    "privacy",
    "terms of",
    "commission",
    "rights reserved",
    "copyright",
    "©",
    "(c)",
    "may not be",
    "republished",
    " member?",
)

# A question that only leads to the call after it: "Want to hear more?"
LEADING_QUESTION = re.compile(
    r"[\W_]*(?:want|would you like|like what|enjoy(?:ed|ing)?|love|interested|looking|ready|got an?"
    r"|do you (?:have|want)|have an?|need more|prefer)\b[^?]{1,90}\?\Z",
    re.IGNORECASE,
)
