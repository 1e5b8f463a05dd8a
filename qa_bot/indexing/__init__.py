"""Bringing an index up to date with its folders.

base       what the index holds now, whatever its schema
roots      which folder has which label in article ids
places     which file has which label, so that a renamed one keeps its ids
addressed  web addresses, fetched into index/fetched first
isolated   loaders that may hang or crash, in a process of their own
kept_out   what was removed by hand and stays out
reading    files to articles: what is added, changed, unchanged, moved, gone
embed      vectors for the texts that have none yet
masking    sentences that repeat: what is masked otherwise than it was
generation new articles chunked, embedded and published as the next generation
build      build_index: all of it in order
rereading  every article extracted again, to see whether its text still stands
chosen     which articles are meant by an id, a path, an address
removing   remove_articles; purging, repacking: and every trace of their text
"""

from __future__ import annotations

from qa_bot.indexing.build import build_index
from qa_bot.indexing.removing import remove_articles

__all__ = ["build_index", "remove_articles"]
