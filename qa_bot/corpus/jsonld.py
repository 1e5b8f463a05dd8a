"""What a page says of itself in JSON-LD (schema.org), as news sites write it.

https://schema.org/Article: headline, datePublished, author, publisher, articleBody,
mainEntityOfPage. Sites break the syntax in every way; what cannot be parsed is passed over.
"""

from __future__ import annotations

import html
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_LONGEST = 2_000_000
_MOST_NODES = 20_000


@dataclass(frozen=True, slots=True)
class Linked:
    """The fields of the page's article, each "" where it names none."""

    headline: str = ""
    published: str = ""
    author: str = ""
    publisher: str = ""
    url: str = ""
    section: str = ""
    body: str = ""


def read_linked(root: Any) -> Linked:
    """The first article that the JSON-LD of the tree ``root`` describes."""
    for script in root.iter("script"):
        if "ld+json" not in (script.get("type") or "").lower():
            continue
        for node in _nodes(_parsed(script.text or "")):
            if _is_article(node):
                return Linked(
                    headline=_text(node.get("headline")) or _text(node.get("name")),
                    published=_text(node.get("datePublished")),
                    author=_names(node.get("author") or node.get("creator")),
                    publisher=_names(node.get("publisher")),
                    url=_address(node.get("mainEntityOfPage")) or _address(node.get("url")),
                    section=_names(node.get("articleSection")),
                    body=_text(node.get("articleBody"), one_line=False),
                )
    return Linked()


def _parsed(raw: str) -> object:
    if len(raw) > _LONGEST:
        return None
    raw = raw.strip().removeprefix("<!--").removesuffix("-->")
    raw = raw.replace("//<![CDATA[", "").replace("<![CDATA[", "").replace("//]]>", "")
    try:
        return json.loads(raw.replace("]]>", "").strip().rstrip(";"), strict=False)
    except (ValueError, RecursionError):
        return None


def _nodes(tree: object) -> Iterator[Mapping[str, Any]]:
    """All objects in ``tree``, outer ones first."""
    queue, seen = [tree], 0
    while queue and seen < _MOST_NODES:
        item = queue.pop(0)
        seen += 1
        if isinstance(item, dict):
            yield item
            queue += [value for value in item.values() if isinstance(value, dict | list)]
        elif isinstance(item, list):
            queue += item


def _is_article(node: Mapping[str, Any]) -> bool:
    kinds = node.get("@type")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    return any(
        isinstance(kind, str) and kind.endswith(("Article", "Posting", "Report")) for kind in kinds
    )


def _text(value: object, *, one_line: bool = True) -> str:
    if not isinstance(value, str):
        return ""
    plain = html.unescape(value)
    return " ".join(plain.split()) if one_line else plain.strip()


def _names(value: object) -> str:
    """The names of a person, an organisation, or several, without addresses."""
    values = value if isinstance(value, list) else [value]
    found: dict[str, None] = {}
    for item in values:
        name = _text(item.get("name")) if isinstance(item, dict) else _text(item)
        if name and not name.startswith(("http:", "https:", "/")):
            found[name] = None
    return ", ".join(found)


def _address(value: object) -> str:
    if isinstance(value, dict):
        value = value.get("@id") or value.get("url")
    address = _text(value)
    return address if address.startswith(("http://", "https://")) else ""
