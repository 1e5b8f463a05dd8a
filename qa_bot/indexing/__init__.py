"""Bringing an index up to date with its folders.

base     what the index holds now, whatever its schema
roots    which folder has which label in article ids
reading  files to articles: what is added, changed, unchanged, gone
embed    vectors for the texts that have none yet
build    build_index: all of it in order, published as one generation
"""

from __future__ import annotations

from qa_bot.indexing.build import build_index

__all__ = ["build_index"]
