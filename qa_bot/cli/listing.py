"""``qa-bot info``: what the index holds, in lines or as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from qa_bot.cli.indexing import IndexOption
from qa_bot.cli.show import safe
from qa_bot.config import Settings

if TYPE_CHECKING:
    from qa_bot.storage.snapshot import ArticleSummary, Snapshot

_LISTED = 20


def info(
    articles: Annotated[
        bool, typer.Option("--articles", help="List every article, by id.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for programs.")] = False,
    index: IndexOption = None,
) -> None:
    """Say what the index holds: articles, dates, sources, folders, sizes."""
    from qa_bot.storage.layout import Layout
    from qa_bot.storage.opening import read_sources
    from qa_bot.storage.snapshot import Snapshot

    settings = Settings.load(index=index)
    folder = Path(settings.index)
    snapshot = Snapshot.open(folder)
    try:
        sources = read_sources(Layout(folder), snapshot.manifest)
        removed = sorted(name for root in sources.roots.values() for name in root.removed)
        listed = list(snapshot.articles())
        record = _record(folder, snapshot, listed, removed)
        record["dial"] = _dial(settings)
        if articles:
            record["list"] = [asdict(article) for article in listed]
        if as_json:
            print(json.dumps(record, indent=1))
        else:
            for line in _lines(record, listed if articles else ()):
                print(line)
    finally:
        snapshot.close()


def _record(
    folder: Path, snapshot: Snapshot, listed: Sequence[ArticleSummary], removed: list[str]
) -> dict[str, Any]:
    manifest, embedder = snapshot.manifest, snapshot.manifest.embedder
    by_source: dict[str | None, list[ArticleSummary]] = {}
    for article in listed:
        by_source.setdefault(article.source, []).append(article)
    common = sorted(by_source.items(), key=lambda pair: (-len(pair[1]), pair[0] or ""))
    return {
        "index": str(folder.resolve()),
        "generation": snapshot.generation,
        "created_at": manifest.created_at,
        "articles": snapshot.article_count,
        "chunks": snapshot.chunk_count,
        "embedder": {
            "name": embedder.name,
            "dim": embedder.dim,
            "revision": embedder.revision,
        },
        "segments": len(manifest.segments),
        "bytes": sum(digest.bytes for digest in manifest.files.values()),
        "dates": _dates(listed),
        "folders": [
            {"name": root.name, "path": root.path, "exists": Path(root.path).exists()}
            for root in manifest.roots
        ],
        "sources": [
            {"source": source, "articles": len(found), "dates": _dates(found)}
            for source, found in common
        ],
        "removed": removed,
    }


def _dial(settings: Settings) -> dict[str, Any]:
    """The setting of ``min_confidence``, and what it reached on the test questions: shares (0 to
    1), None where it was not measured, as with a reader that has no fitted numbers of its own."""
    from qa_bot.answering.fitted import SHIPPED, fitted_path, load_fitted

    path = fitted_path(settings.reader)
    fitted = load_fitted(path)
    if path == SHIPPED and settings.reader != Settings().reader:  # measured with another reader
        fitted = replace(fitted, settings=())
    floor = fitted.threshold if settings.min_confidence < 0 else settings.min_confidence
    right, answered = fitted.at_setting(floor) or (None, None)
    return {
        "min_confidence": floor,
        "right": right,
        "answered": answered,
        "sentence": fitted.setting_sentence(floor),
    }


def _dates(articles: Sequence[ArticleSummary]) -> dict[str, Any]:
    """First and last day of publication (ISO), and how many articles have none."""
    days = sorted(article.published for article in articles if article.published)
    return {
        "first": days[0] if days else None,
        "last": days[-1] if days else None,
        "undated": len(articles) - len(days),
    }


def _lines(record: dict[str, Any], listed: Sequence[ArticleSummary]) -> Iterator[str]:
    yield f"index       {record['index']}"
    yield f"generation  {record['generation']}, made {record['created_at']}"
    yield f"articles    {record['articles']:,}"
    yield f"chunks      {record['chunks']:,}"
    embedder = record["embedder"]
    yield (
        f"embedder    {embedder['name']}, {embedder['dim']} dimensions, {embedder['revision'][:12]}"
    )
    yield f"segments    {record['segments']}"
    each = record["bytes"] / record["chunks"] if record["chunks"] else 0
    yield f"size        {record['bytes'] / 1e6:.1f} MB, {each:,.0f} bytes a chunk"
    yield f"dates       {_span(record['dates'])}"
    dial = record["dial"]
    shown = f"confidence  shown from {dial['min_confidence']:.0%} on. {dial['sentence']}"
    yield shown.rstrip()
    for root in record["folders"]:
        gone = "" if root["exists"] else " (gone)"
        yield f"folder      {safe(root['name'])}: {safe(root['path'])}{gone}"
    for source in record["sources"][:_LISTED]:
        name = safe(source["source"] or "(none named)")
        yield f"source      {name}: {source['articles']:,} ({_span(source['dates'])})"
    if len(record["sources"]) > _LISTED:
        yield f"            and {len(record['sources']) - _LISTED} more"
    for name in record["removed"]:
        yield f"removed     {safe(name)} (stays out until --restore)"
    if listed:
        yield ""
    for article in listed:
        parts = (
            article.title or "untitled",
            article.source,
            article.published,
            f"{article.characters:,} characters in {article.chunks} "
            f"{'chunk' if article.chunks == 1 else 'chunks'}",
        )
        yield safe(article.article_id)
        yield "    " + " · ".join(safe(part) for part in parts if part)


def _span(dates: dict[str, Any]) -> str:
    if dates["first"] is None:
        return "undated"
    days = {dates["first"]: None, dates["last"]: None}
    undated = f", {dates['undated']:,} undated" if dates["undated"] else ""
    return " to ".join(days) + undated
