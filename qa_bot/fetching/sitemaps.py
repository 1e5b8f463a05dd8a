"""Sitemaps (sitemaps.org/protocol.html) and lists of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from qa_bot.fetching.fetcher import NotFetched
from qa_bot.fetching.kinds import has_entities


@dataclass(frozen=True, slots=True)
class Listed:
    """One address of a sitemap. ``modified`` is W3C date and time as written;
    ``published`` a day, from Google's news extension."""

    address: str
    modified: str | None = None
    published: str | None = None


def read_sitemap(content: bytes) -> list[Listed]:
    """The addresses of a sitemap, or of the sitemaps in a list of them, in its order.

    Raises:
        NotFetched: it is not XML, or declares entities.
    """
    from lxml import etree

    if has_entities(content):
        raise NotFetched("its XML declares entities, which are not expanded")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, recover=True, huge_tree=False
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NotFetched(f"it is no XML: {error}") from None
    if root is None:
        raise NotFetched("it is no XML")
    return list(_listed(root))


def _listed(root: object) -> Iterator[Listed]:
    for entry in root:  # type: ignore[attr-defined]
        fields: dict[str, str] = {}
        for element in entry.iter():
            if isinstance(element.tag, str) and element.text:
                space, _, name = element.tag.rpartition("}")
                # Images and videos have a loc of their own, in another namespace.
                if element.getparent() is entry or (name, "news" in space) == (
                    "publication_date",
                    True,
                ):
                    fields.setdefault(name, element.text.strip())
        if fields.get("loc"):
            yield Listed(fields["loc"], fields.get("lastmod"), fields.get("publication_date"))
