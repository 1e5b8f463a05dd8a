"""Which program took the text out of a file: its name and version, kept with the article.

Text that an extractor returned is only as lasting as the extractor: another version may
return other text. So its name and version lie in the article's metadata, a new version makes
indexing read the files again, and ``qa-bot verify`` says when it has changed.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version

KEY = "extractor"
"""The metadata field that holds what :func:`extractor` returns."""

OWN_VERSION = 1
"""Raised when a change in qa_bot's own extraction returns other text."""

LIBRARIES = ("trafilatura", "lxml", "pypdf", "python-docx")
"""Packages that extracted text depends on."""


def extractor(library: str) -> str:
    """``library``, its version, and ours: "trafilatura 2.3.1 (qa_bot 1)"."""
    return f"{library} {_version(library)} (qa_bot {OWN_VERSION})"


def all_extractors() -> str:
    """All of them in one line: another line means that files may be read differently."""
    return ", ".join(extractor(library) for library in LIBRARIES)


@lru_cache(maxsize=len(LIBRARIES))
def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return "missing"
