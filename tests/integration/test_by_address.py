"""build_index by address: pages, sitemaps, feeds, from a server on loopback."""

from __future__ import annotations

import gzip
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes import FakeEmbedder
from web_server import Answer, Site, serving

from qa_bot.answering.verify import verify_answer
from qa_bot.config import Settings
from qa_bot.errors import CorpusError, FetchError, IndexLocked
from qa_bot.indexing import build_index, isolated, remove_articles
from qa_bot.records import Answer as Said
from qa_bot.records import Citation, IndexReport, Span
from qa_bot.storage.snapshot import Snapshot

OPEN = Settings(fetch_private=True, fetch_pause=0.0, analysis=False)
WORDS = (
    "The lighthouse keeper {name} counted forty ships before the fog came in from the west. "
    "Nobody in the harbour had expected so many, and the harbour master sent for more pilots. "
    "By the evening all of them lay at anchor, and {name} went to bed early that night."
)


def page(name: str, *, title: str = "", more: str = "") -> str:
    """A web page whose article says WORDS of ``name``."""
    body = "".join(f"<p>{sentence}.</p>" for sentence in WORDS.format(name=name).split(". "))
    title = title or f"The story of {name}"
    return (
        f"<!DOCTYPE html><html><head><title>{title}</title>{more}</head><body><nav>Menu</nav>"
        f"<main><article><h1>{title}</h1>{body}</article></main></body></html>"
    )


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without syncing, and without a process of its own for HTML: test_quarantine.py has it."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)
    monkeypatch.setattr(isolated, "_IN_PLACE", (".html", ".txt"))


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as site:
        yield site


@pytest.fixture
def index(tmp_path: Path) -> Path:
    return tmp_path / "index"


def index_of(given: object, index: Path, chosen: Settings = OPEN, **more: object) -> IndexReport:
    embedder = FakeEmbedder(window=256)
    return build_index(given, index, settings=chosen, embedder=embedder, **more)  # type: ignore[arg-type]


def articles(index: Path) -> dict[str | None, str]:
    """Address to text."""
    snapshot = Snapshot.open(index)
    found = {one.url: snapshot.article(one.article_id).text for one in snapshot.articles()}
    snapshot.close()
    return found


def reasons(report: IndexReport) -> dict[str, str]:
    return {skipped.path: skipped.reason for skipped in report.skipped}


def test_a_page_is_indexed_kept_and_cited_by_its_address(site: Site, index: Path) -> None:
    site.pages["/news/keeper"] = Answer(page("Ann"), etag='"1"')
    url = site.url("/news/keeper")
    told: list[str] = []
    report = index_of(url, index, progress=lambda stage, done, total: told.append(stage))
    assert (len(report.added), report.skipped) == (1, ())
    assert told[0] == "fetching"
    snapshot = Snapshot.open(index)
    (summary,) = snapshot.articles()
    article = snapshot.article(summary.article_id)
    assert article.article_id.startswith("fetched/127.0.0.1/news_keeper-")
    assert (article.url, article.title) == (url, "The story of Ann")
    assert "Ann counted forty ships" in article.text
    assert Path(article.location).read_bytes() == site.pages["/news/keeper"].body.encode()  # type: ignore[union-attr]
    start = article.text.index("forty ships")
    span = Span(start, start + 11)
    citation = Citation(
        article.article_id, article.title, article.source, article.location, article.url, None,
        span, "forty ships", article.text, Span(0, len(article.text)),
        content_hash=article.content_hash,
    )  # fmt: skip
    assert citation.link is not None
    assert citation.link.startswith(url)
    said = Said("?", "answered", "forty ships", 1.0, (citation,), (), (), 1, (), None, None, 1)
    site.pages.clear()  # verified without the network
    assert [check.verdict for check in verify_answer(said, OPEN)] == ["stands"]


def test_again_only_what_changed_is_sent(site: Site, index: Path) -> None:
    site.pages["/a"] = Answer(page("Ann"), etag='"1"')
    index_of(site.url("/a"), index)
    report = index_of(site.url("/a"), index)
    assert (len(report.unchanged), report.generation) == (1, 1)
    assert site.sent[-1]["if-none-match"] == '"1"'
    site.pages["/a"] = Answer(page("Bea"), etag='"2"')
    report = index_of(site.url("/a"), index)
    assert len(report.changed) == 1
    assert "Bea counted" in articles(index)[site.url("/a")]


def test_a_page_that_is_gone_goes_and_one_that_fails_stays(site: Site, index: Path) -> None:
    site.pages |= {"/a": Answer(page("Ann")), "/b": Answer(page("Bea"))}
    given = [site.url("/a"), site.url("/b")]
    index_of(given, index)
    site.pages |= {"/a": Answer("", status=410), "/b": Answer("", status=500)}
    report = index_of(given, index)
    assert len(report.removed) == len(report.unchanged) == 1
    assert reasons(report)[given[0]] == "HTTP 410; it was removed"
    assert reasons(report)[given[1]].startswith("HTTP 500; the copy of 20")
    assert list(articles(index)) == [given[1]]


def test_addresses_and_folders_together(site: Site, index: Path, tmp_path: Path) -> None:
    site.pages["/a"] = Answer(page("Ann"))
    folder = tmp_path / "news"
    folder.mkdir()
    (folder / "one.txt").write_text(WORDS.format(name="Carl"))
    report = index_of([folder, site.url("/a"), site.url("/a#again")], index)
    assert len(report.added) == 2
    with pytest.raises(CorpusError, match="nothing to index"):
        index_of([site.url("/a"), tmp_path / "none"], index)
    asked = len(site.asked)
    assert len(index_of(folder, index).unchanged) == 1
    assert len(site.asked) == asked  # a folder needs no network
    # What was fetched is a folder like any other.
    assert len(index_of(index / "fetched", index).unchanged) == 1


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer(b"\x89PNG", "image/png"), "not HTML: image/png"),
        (Answer("", "text/html"), "empty"),
        (Answer(b"<p>" + b"x" * 1_000_001), "larger than the limit of 1 MB"),
        (Answer("", status=404), "HTTP 404"),
    ],
)
def test_what_cannot_be_had_is_reported(site: Site, index: Path, answer: Answer, said: str) -> None:
    site.pages |= {"/a": answer, "/b": Answer(page("Bea"))}
    small = Settings(fetch_private=True, fetch_pause=0.0, analysis=False, fetch_page_mb=1)
    report = index_of([site.url("/a"), site.url("/b")], index, small)
    assert said in reasons(report)[site.url("/a")]
    assert list(articles(index)) == [site.url("/b")]


def test_robots_and_the_own_network_are_reported(site: Site, index: Path) -> None:
    site.pages |= {
        "/robots.txt": Answer("User-agent: *\nDisallow: /private", "text/plain"),
        "/private/a": Answer(page("Ann")),
        "/b": Answer(page("Bea")),
    }
    report = index_of([site.url("/private/a"), site.url("/b")], index)
    assert reasons(report) == {site.url("/private/a"): "its robots.txt does not allow it"}
    careful = Settings(fetch_pause=0.0, analysis=False)
    asked = len(site.asked)
    report = index_of(site.url("/b"), index, careful)
    assert "a loopback address (127.0.0.1), in the own network" in reasons(report)[site.url("/b")]
    assert len(report.unchanged) == 1
    assert len(site.asked) == asked


def test_offline_is_an_error_that_changes_nothing(site: Site, index: Path, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}/a"
        with pytest.raises(FetchError, match=r"no server could be reached(?s:.)*check the network"):
            index_of(nobody, index)
        assert not (index / "CURRENT").exists()
        assert not (index / "fetched").exists()
        site.pages["/a"] = Answer(page("Ann"))
        report = index_of([site.url("/a"), nobody], index)  # one of two answers
        assert (len(report.added), len(report.skipped)) == (1, 1)
        before = {path: path.read_bytes() for path in index.rglob("*") if path.is_file()}
        with pytest.raises(FetchError, match="nothing was changed"):
            index_of([tmp_path, nobody], index)
        assert {p: p.read_bytes() for p in index.rglob("*") if p.is_file()} == before
    assert len(articles(index)) == 1


def test_what_is_no_address_is_refused_before_anything_happens(index: Path) -> None:
    with pytest.raises(FetchError, match=r"the scheme 'ftp'"):
        index_of("ftp://example.com/x", index)
    assert not index.exists()


# --- sitemaps ---------------------------------------------------------------------------------


def sitemap(*entries: str, kind: str = "url", top: str = "urlset") -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<{top} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
        ' xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'
        ' xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">'
        + "".join(f"<{kind}>{entry}</{kind}>" for entry in entries)
        + f"</{top}>"
    )


def test_a_sitemap_brings_its_pages_and_again_only_the_changed(site: Site, index: Path) -> None:
    def listed(day: str) -> Answer:
        return Answer(
            sitemap(
                f"<loc>{site.url('/a')}</loc><lastmod>2024-01-01</lastmod>"
                "<image:image><image:loc>http://elsewhere.example/i.png</image:loc></image:image>",
                f"<loc>{site.url('/b')}</loc><lastmod>{day}</lastmod><news:news>"
                "<news:publication_date>2023-05-06T10:00:00Z</news:publication_date></news:news>",
                "<loc>http://elsewhere.example/c</loc><lastmod>2024-01-01</lastmod>",
            ),
            "application/xml",
        )

    site.pages |= {"/map.xml": listed("2024-01-01"), "/a": Answer(page("Ann"))}
    site.pages["/b"] = Answer(page("Bea"))
    report = index_of(site.url("/map.xml"), index)
    assert len(report.added) == 2
    assert list(reasons(report)) == ["http://elsewhere.example/c"]
    assert "another site" in reasons(report)["http://elsewhere.example/c"]
    snapshot = Snapshot.open(index)
    assert {one.url: one.published for one in snapshot.articles()} == {
        site.url("/a"): None,
        site.url("/b"): "2023-05-06",
    }
    site.pages |= {"/map.xml": listed("2024-02-02"), "/a": Answer("", status=500)}
    site.pages["/b"] = Answer(page("Bob"))
    site.asked.clear()
    report = index_of(site.url("/map.xml"), index)
    assert site.paths == ["/map.xml", "/b"]
    assert (len(report.changed), len(report.unchanged)) == (1, 1)


def test_a_list_of_packed_sitemaps(site: Site, index: Path) -> None:
    site.pages |= {
        "/index.xml": Answer(
            sitemap(
                f"<loc>{site.url('/one.xml.gz')}</loc>",
                "<loc>http://elsewhere.example/s.xml</loc>",
                f"<loc>{site.url('/missing.xml')}</loc>",
                kind="sitemap",
                top="sitemapindex",
            ),
            "text/xml",
        ),
        "/one.xml.gz": Answer(
            gzip.compress(sitemap(f"<loc>{site.url('/a')}</loc>").encode()), "application/gzip"
        ),
        "/a": Answer(page("Ann")),
    }
    report = index_of(site.url("/index.xml"), index)
    assert len(report.added) == 1
    assert set(reasons(report)) == {"http://elsewhere.example/s.xml", site.url("/missing.xml")}


def test_more_pages_than_one_run_takes_are_taken_by_the_next(site: Site, index: Path) -> None:
    days = {f"/{n}": f"2024-01-0{n}" for n in range(1, 6)}
    entries = [f"<loc>{site.url(p)}</loc><lastmod>{day}</lastmod>" for p, day in days.items()]
    site.pages["/map.xml"] = Answer(sitemap(*entries), "application/xml", etag='"1"')
    site.pages |= {path: Answer(page(f"Name{path[1:]}")) for path in days}
    few = Settings(fetch_private=True, fetch_pause=0.0, fetch_pages=2, analysis=False)
    found = []
    for _ in range(3):
        site.asked.clear()
        index_of(site.url("/map.xml"), index, few)
        found.append(site.paths[1:])
    assert found == [["/5", "/4"], ["/3", "/2"], ["/1"]]
    assert len(articles(index)) == 5


def test_an_entity_bomb_is_refused(site: Site, index: Path) -> None:
    bomb = (
        '<?xml version="1.0"?><!DOCTYPE urlset [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
        "<urlset><url><loc>&b;</loc></url></urlset>"
    )
    site.pages |= {"/map.xml": Answer(bomb, "text/xml"), "/b": Answer(page("Bea"))}
    report = index_of([site.url("/map.xml"), site.url("/b")], index)
    assert "declares entities" in reasons(report)[site.url("/map.xml")]


# --- feeds --------------------------------------------------------------------------------------


def rss(*items: str) -> Answer:
    return Answer(
        '<?xml version="1.0"?><rss version="2.0" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        "<title>The Harbour Post</title><link>http://harbour.example/</link>"
        + "".join(f"<item>{item}</item>" for item in items)
        + "</channel></rss>",
        "application/rss+xml",
        etag=f'"{hash(items)}"',
    )


FULL = "".join(f"<p>{sentence}.</p>" for sentence in (WORDS * 3).format(name="Dora").split(". "))


def test_a_feed_gives_full_text_or_the_linked_page(site: Site, index: Path) -> None:
    full = (
        f"<title>Dora &amp; the ships</title><link>{site.url('/full')}</link>"
        "<pubDate>Tue, 05 Mar 2024 10:00:00 GMT</pubDate>"
        f"<content:encoded><![CDATA[{FULL}]]></content:encoded>"
    )
    teaser = (
        f"<title>Ann</title><link>{site.url('/a')}</link><description>Ann counted…</description>"
        "<pubDate>Wed, 06 Mar 2024 10:00:00 GMT</pubDate>"
    )
    site.pages |= {"/feed": rss(full, teaser), "/a": Answer(page("Ann"))}
    report = index_of(site.url("/feed"), index)
    assert (len(report.added), report.skipped) == (2, ())
    assert site.paths == ["/feed", "/a"]  # the full text needed no request
    found = {one.url: one for one in Snapshot.open(index).articles()}
    assert "Dora counted forty ships" in articles(index)[site.url("/full")]
    assert found[site.url("/full")].title == "Dora & the ships"
    assert found[site.url("/full")].published == "2024-03-05"
    assert found[site.url("/a")].published == "2024-03-06"

    site.asked.clear()
    assert len(index_of(site.url("/feed"), index).unchanged) == 2
    assert site.paths == ["/feed"]
    late = f"<title>Eve</title><link>{site.url('/e')}</link>"
    site.pages |= {"/feed": rss(late, teaser), "/e": Answer(page("Eve"))}
    site.asked.clear()
    report = index_of(site.url("/feed"), index)
    assert site.paths == ["/feed", "/e"]
    assert (len(report.added), len(report.unchanged)) == (1, 2)  # what rolled off the feed stays


def test_an_atom_feed_with_relative_links(site: Site, index: Path) -> None:
    site.pages |= {
        "/atom": Answer(
            '<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title>'
            '<entry><title>Ann</title><link href="/a"/><updated>2024-01-02T00:00:00Z</updated>'
            "</entry></feed>",
            "application/atom+xml",
        ),
        "/a": Answer(page("Ann")),
    }
    assert len(index_of(site.url("/atom"), index).added) == 1
    assert list(articles(index)) == [site.url("/a")]


def test_a_feed_may_not_lead_into_the_own_network(
    site: Site, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The feed's host is pretended to be public; connections to it end at our server."""
    real_connect, real_names = socket.create_connection, socket.getaddrinfo

    def connect(address: tuple[str, int], *rest: object, **more: object) -> socket.socket:
        place = ("127.0.0.1", site.port) if address[0] == "8.8.8.8" else address
        return real_connect(place, *rest, **more)  # type: ignore[arg-type]

    def names(host: str, *rest: object, **more: object) -> object:
        if host == "news.example":
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("8.8.8.8", 80))]
        return real_names(host, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "create_connection", connect)
    monkeypatch.setattr(socket, "getaddrinfo", names)
    site.pages |= {
        "/feed": rss(f"<title>A</title><link>{site.url('/secret')}</link>"),
        "/secret": Answer(page("Secret")),
    }
    careful = Settings(fetch_pause=0.0, analysis=False)
    report = index_of("http://news.example/feed", index, careful)
    assert "in the own network" in reasons(report)[site.url("/secret")]
    assert "/secret" not in site.paths


# --- with the rest of the house ----------------------------------------------------------


def test_another_encoding_is_kept_readable(site: Site, index: Path) -> None:
    site.pages["/a"] = Answer(page("Jürgen").encode("latin-1"), "text/html; charset=iso-8859-1")
    index_of(site.url("/a"), index)
    assert "Jürgen counted" in articles(index)[site.url("/a")]


def test_a_removed_page_stays_out_and_a_purge_removes_its_file(site: Site, index: Path) -> None:
    site.pages |= {"/a": Answer(page("Zanzibarquokka")), "/b": Answer(page("Bea"))}
    given = [site.url("/a"), site.url("/b")]
    index_of(given, index)
    remove_articles(index, site.url("/a"), settings=OPEN)
    assert list(articles(index)) == [site.url("/b")]
    report = index_of(given, index)
    assert report.added == ()
    assert "--restore" in report.notices[0]
    index_of(given, index, restore=True)
    assert len(articles(index)) == 2
    remove_articles(index, site.url("/a"), purge=True, settings=OPEN)
    held = [p for p in index.rglob("*") if p.is_file() and b"anzibarquokka" in p.read_bytes()]
    assert held == []


def test_fresh_forgets_what_other_addresses_led_to(site: Site, index: Path) -> None:
    site.pages |= {"/a": Answer(page("Ann")), "/b": Answer(page("Bea"))}
    index_of([site.url("/a")], index)
    index_of([site.url("/b")], index, fresh=True)
    assert list(articles(index)) == [site.url("/b")]


def test_two_fetch_at_once(site: Site, index: Path) -> None:
    from filelock import FileLock

    site.pages["/a"] = Answer(page("Ann"))
    (index / "fetched").mkdir(parents=True)
    with FileLock(index / "fetched" / ".lock"), pytest.raises(IndexLocked, match="is fetching"):
        index_of(site.url("/a"), index)


def test_ctrl_c_while_fetching_keeps_what_came(site: Site, index: Path) -> None:
    site.pages |= {
        "/map.xml": Answer(sitemap(*(f"<loc>{site.url(p)}</loc>" for p in ("/a", "/b")))),
        "/a": Answer(page("Ann")),
        "/b": Answer(page("Bea")),
    }

    def stop(stage: str, done: int, total: int) -> None:
        if stage == "fetching" and done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index_of(site.url("/map.xml"), index, progress=stop)
    assert not (index / "CURRENT").exists()
    report = index_of(index / "fetched", index)
    assert len(report.added) == 1
    assert len(index_of(site.url("/map.xml"), index).added) == 1
