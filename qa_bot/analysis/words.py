"""The words that the rules look for: verbs of speech, denial, doubt, and their like.

Written from grammars and lexicons of news English (the reporting verbs of Quirk et al.,
A Comprehensive Grammar, 16.31; the cue lists of BioScope and of Morante and Blanco 2012;
the implicatives of Karttunen 1971), not from any collection that is measured.
"""

from __future__ import annotations

import re

_IRREGULAR = {
    "say": "say says said saying",
    "tell": "tell tells told telling",
    "write": "write writes wrote written writing",
    "think": "think thinks thought thinking",
    "know": "know knows knew known knowing",
    "understand": "understand understands understood understanding",
    "forget": "forget forgets forgot forgotten forgetting",
    "admit": "admit admits admitted admitting",
    "rebut": "rebut rebuts rebutted rebutting",
    "bet": "bet bets betting",
    "swear": "swear swears swore sworn swearing",
    "tweet": "tweet tweets tweeted tweeting",
    "quip": "quip quips quipped quipping",
    "foresee": "foresee foresees foresaw foreseen foreseeing",
    "refer": "refer refers referred referring",
    "bar": "bar bars barred barring",
    "stop": "stop stops stopped stopping",
    "keep": "keep keeps kept keeping",
    "hold": "hold holds held holding",
    "find": "find finds found finding",
    "read": "read reads reading",
    "wager": "wager wagers wagered wagering",
}


def listed(words: str) -> frozenset[str]:
    """The words of a list."""
    return frozenset(words.split())


def forms(verbs: str) -> frozenset[str]:
    """All inflected forms of the verbs in a list of base forms."""
    found: set[str] = set()
    for verb in verbs.split():
        if verb in _IRREGULAR:
            found.update(_IRREGULAR[verb].split())
        elif verb.endswith("e"):
            found.update((verb, f"{verb}s", f"{verb}d", f"{verb[:-1]}ing"))
        elif verb.endswith("y") and verb[-2] not in "aeiou":
            found.update((verb, f"{verb[:-1]}ies", f"{verb[:-1]}ied", f"{verb}ing"))
        elif verb.endswith(("s", "sh", "ch", "x")):
            found.update((verb, f"{verb}es", f"{verb}ed", f"{verb}ing"))
        else:
            found.update((verb, f"{verb}s", f"{verb}ed", f"{verb}ing"))
    return frozenset(found)


SAY = forms(
    "say tell add announce report state claim argue insist explain note write warn declare"
    " confirm acknowledge admit assert maintain stress emphasise emphasize reveal disclose"
    " respond reply answer remark comment observe complain promise pledge vow testify recall"
    " suggest allege contend conclude concede caution advise predict estimate joke quip tweet"
    " post shout exclaim ask recount reiterate repeat mention boast lament accuse urge swear"
    " told describe call continue agree object counter hint indicate point"
)
"""Verbs whose subject speaks, beside a quotation or before a clause."""
TELL_THAT = SAY - forms("ask describe call post accuse urge continue point")
"""Those of them that report a statement by a clause without quotation marks."""
DENY = forms("deny refute rebut disavow repudiate disown")
"""What they govern is said not to be so."""
DENIABLE = listed(
    "involvement wrongdoing responsibility knowledge role part link links ties connection"
    " connections existence affair collusion complicity guilt offence offense offences crime"
    " crimes murder assault abuse misconduct intention intent plans plan"
)
"""What is denied as a fact, where "deny" could also refuse a thing."""
REJECT = forms("reject dismiss dispute contradict debunk discount disprove contest")
"""They deny a claim, and refuse an offer: only with one of :data:`CLAIMS`."""
CLAIMS = listed(
    "claim claims allegation allegations accusation accusations suggestion suggestions report "
    "reports rumour rumours rumor rumors charge charges assertion assertions notion idea theory "
    "theories speculation insinuation insinuations contention story stories"
)
"""Nouns for what somebody holds to be so."""
DOUBTED = listed(
    "allegation allegations accusation accusations rumour rumours rumor rumors speculation "
    "suggestion suggestions claim claims fear fears suspicion suspicions possibility chance "
    "likelihood prospect belief hypothesis assumption concern concerns"
)
"""Nouns whose clause is not said to be so."""
FALSE = listed("false untrue baseless unfounded groundless debunked bogus fabricated")
NOT_DO = forms("fail refuse decline neglect forget")
"""With "to" and a verb: it was not done."""
PREVENT = forms("prevent stop keep bar prohibit ban")
NOBODY = listed("nobody none nothing nowhere noone")
NOT = frozenset(("not", "n't", "n’t", "never", "neither", "nor", "cannot"))
DOUBT_ADVERBS = listed(
    "allegedly reportedly possibly perhaps probably apparently presumably supposedly "
    "purportedly potentially maybe seemingly conceivably arguably ostensibly likely unlikely"
)
DOUBT_ADJECTIVES = listed(
    "alleged suspected purported supposed presumed rumoured rumored unconfirmed unverified putative"
)
UNKNOWN = listed("unclear unknown uncertain unsure doubtful likely unlikely possible")
BELIEVE = forms(
    "believe think suspect assume speculate guess fear expect anticipate predict presume doubt"
    " allege claim rumour rumor suggest imply estimate wonder"
)
"""What they govern is somebody's belief or guess."""
HELD = listed(
    "believed thought expected suspected feared presumed alleged reported said understood "
    "rumoured rumored estimated predicted likely unlikely"
)
"""As participles before "to": "is believed to have ..."."""
SEEM = forms("seem appear")
MODALS = frozenset(("may", "might", "could"))
ABLE = forms("hear smell taste remember imagine afford tell understand believe help") | listed(
    "see seen feel felt heard"
)
"""After "could" they speak of what somebody was able to do."""
NO_SCOPE_PREPOSITIONS = listed(
    "because due despite according until till except including unlike given amid after since "
    "following besides"
)
"""What stands behind these holds, whatever becomes of the verb."""
REASON_MARKS = listed(
    "because as since after before when while although though if unless until till so whereas "
    "once whenever even lest"
)
ONLY = listed("only just merely simply solely")
_STEMS = (
    r"n[o']t|n['’]t|cannot|never|no|none|nobody|nothing|nowhere|neither|nor|without|fail|refus"
    r"|declin|neglect|forg[oe]t|prevent|stop|ke[ep]|bar|prohibit|ban|unable|rule[sd]?|ruling|den[iy]"
    r"|refut|rebut|disavow|repudiat|disown|reject|dismiss|disput|contradict|debunk|discount"
    r"|disprov|contest|false|untrue|baseless|unfounded|groundless|bogus|fabricat|may|might|could"
    r"|alleg|report|possib|perhaps|probabl|apparent|presum|suppos|purport|potential|seem|conceiv"
    r"|arguabl|ostensib|likel|unlikel|suspect|rumou?r|unconfirm|unverif|putativ|unclear|unknown"
    r"|uncertain|unsure|doubt|belie[fv]|th[io][nu]|assum|speculat|guess|fear|expect|anticipat"
    r"|predict|claim|suggest|impl[iy]|estimat|wonder|appear|if|whether|according|contrary|chance"
    r"|prospect|hypothes|concern|suspicio|accus|understood"
)
_SAY_STEMS = "|".join(sorted(SAY))
_NEEDED = re.compile(
    rf"\b(?:{_STEMS})|n['’]t\b|\b(?:{_SAY_STEMS})\b|[\"“”«»]|['‘’]\w", re.IGNORECASE
)


def has_cue(text: str) -> bool:
    """Whether any rule could find anything in a sentence: it is not worth parsing otherwise."""
    return _NEEDED.search(text) is not None
