"""What is indexed, as an HTML table; and what a run of indexing did, in words."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from qa_bot.records import IndexReport, Skipped
from qa_bot.web.background import Step
from qa_bot.web.catalogue import COLUMNS, Order
from qa_bot.web.markup import date_in_words, escaped, isolated, link, title_or_name
from qa_bot.web.uploads import Kept

if TYPE_CHECKING:
    from qa_bot.storage.snapshot import ArticleSummary

MOST_SHOWN = 200
MOST_GAPS = 30
_LABELS = {"title": "Title", "source": "Source", "published": "Date", "characters": "Characters"}
_ALWAYS = ("title", "characters")


def handle(article_id: str) -> str:
    """A name for an article that a browser can hold; ids may have characters it cannot."""
    return hashlib.sha256(article_id.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def table_html(
    found: Sequence[ArticleSummary],
    total: int,
    wanted: str,
    order: Order,
    *,
    removable: bool = False,
) -> str:
    """The table, at most MOST_SHOWN rows, and a line that says how many there are.

    ``removable``: every row has a button to remove its article.
    """
    if total == 0:
        return '<p class="count">No articles yet. Add the first ones above.</p>'
    count = f"{total:,} {'article' if total == 1 else 'articles'}"
    if wanted.strip():
        count = f"{len(found):,} of {count}"
    if len(found) > MOST_SHOWN:
        count += f"; the first {MOST_SHOWN} are shown, narrow them with the filter"
    if not found:
        return f'<p class="count" role="status">{escaped(count)}</p>'
    # A collection of plain text files knows of no publishers and dates: no empty columns.
    columns = [c for c in COLUMNS if c in _ALWAYS or any(getattr(a, c) for a in found)]
    heads = "".join(_head(column, _LABELS[column], order) for column in columns)
    if removable:
        heads += '<th scope="col" class="removal"><span class="aside">Remove</span></th>'
    shown = found[:MOST_SHOWN]
    rows = "".join(_row(article, columns, removable=removable) for article in shown)
    return (
        f'<p class="count" role="status">{escaped(count)}</p>'
        f'<table class="articles"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'
    )


def _head(column: str, label: str, order: Order) -> str:
    sort, arrow = "none", ""
    if column == order.column:
        sort = "descending" if order.descending else "ascending"
        arrow = f' <span aria-hidden="true">{"↓" if order.descending else "↑"}</span>'
    return (
        f'<th scope="col" class="{column}" aria-sort="{sort}">'
        f'<button type="button" data-sort="{column}">{label}{arrow}</button></th>'
    )


def _row(article: ArticleSummary, columns: Sequence[str], *, removable: bool) -> str:
    title = title_or_name(article.title, article.article_id)
    removal = (
        f'<td class="removal"><button type="button" data-remove="{handle(article.article_id)}" '
        f'aria-label="Remove {escaped(title)}">Remove</button></td>'
        if removable
        else ""
    )
    cells = {
        "source": isolated(article.source) if article.source else "",
        "published": escaped(date_in_words(article.published)) if article.published else "",
        "characters": f"{article.characters:,}",
    }
    others = "".join(
        f'<td class="{name}">{cell}</td>' for name, cell in cells.items() if name in columns
    )
    return (
        '<tr><td class="title"><button type="button" class="opener" '
        f'data-article="{handle(article.article_id)}">'
        f"{isolated(title, 'title')}</button>"
        f'<span class="id" title="{escaped(article.article_id)}">{isolated(article.article_id)} '
        f"{link(article.url, 'original')}</span></td>"
        f"{others}{removal}</tr>"
    )


def gaps_html(gaps: Sequence[Any]) -> str:
    """What people asked that the articles do not hold, most asked first; empty for nothing.

    ``gaps``: each with ``question``, ``count``, ``last_asked`` (ISO 8601) and ``wordings``.
    """
    if not gaps:
        return ""
    ordered = sorted(gaps, key=lambda gap: gap.count, reverse=True)[:MOST_GAPS]
    items = []
    for gap in ordered:
        when = f"last on {date_in_words(gap.last_asked[:10])}"
        asked = "asked once, " if gap.count == 1 else f"asked {gap.count:,} times, "
        others = [words for words in gap.wordings if words != gap.question][:3]
        also = f"; also as {_listed(others)}" if others else ""
        items.append(f"<li>{isolated(gap.question)}<span>{asked}{escaped(when)}{also}</span></li>")
    return (
        '<section class="gaps"><h2>Asked, and not in these articles</h2>'
        "<p>Articles about these would be of use.</p>"
        f"<ol>{''.join(items)}</ol></section>"
    )


def progress_html(step: Step) -> str:
    """How far a run of indexing has come, as a bar with its words."""
    value = "" if step.fraction is None else f' value="{step.fraction:.3f}"'
    return (
        f'<div class="report busy"><p>{escaped(step.text)}</p>'
        f'<progress max="1"{value} aria-label="Indexing"></progress></div>'
    )


def report_html(kept: Sequence[Kept], refused: Sequence[Skipped], report: IndexReport) -> str:
    """What an upload did: added, changed, already there, and what was skipped and why."""
    lines = []
    for what, ids in (
        ("added", report.added),
        ("changed", report.changed),
        ("removed", report.removed),
    ):
        if ids:
            lines.append(f"<li>{_plural(len(ids), 'article')} {what}: {_listed(ids)}</li>")
    known = [file.uploaded for file in kept if not file.is_new]
    if known:
        lines.append(f"<li>Already here, nothing to do: {_listed(known)}</li>")
    lines += [
        f"<li>{isolated(file.uploaded)} is kept as {isolated(file.name)}, because "
        "another file already has its name</li>"
        for file in kept
        if file.renamed
    ]
    lines += _all_skipped((*refused, *report.skipped))
    lines += [
        f"<li>Renamed: {isolated(old)} is now {isolated(new)}</li>"
        for old, new in list(report.renamed.items())[:8]
    ]
    lines += [f"<li>{isolated(notice)}</li>" for notice in report.notices]
    if not lines:
        lines.append("<li>Nothing had changed.</li>")
    changed = bool(report.added or report.changed or report.removed)
    after = " You can ask about them now." if report.added or report.changed else ""
    head = f"Done in {report.seconds:.1f} s.{after}" if changed else "The collection is as it was."
    return f'<div class="report" role="status"><p>{head}</p><ul>{"".join(lines)}</ul></div>'


def refusal_html(what: str, refused: Sequence[Skipped] = ()) -> str:
    """An upload that could not be indexed: why, and which files were not kept."""
    lines = "".join(_all_skipped(refused))
    return (
        f'<div class="report refused" role="alert"><p>{escaped(what)}</p>'
        + (f"<ul>{lines}</ul>" if lines else "")
        + "</div>"
    )


def _all_skipped(skipped: Sequence[Skipped]) -> list[str]:
    """A line for each reason, with the files it was for: a folder may hold hundreds of pictures."""
    by_reason: dict[str, list[str]] = {}
    for one in skipped:
        by_reason.setdefault(one.reason, []).append(one.path)
    return [
        f'<li class="skipped">Skipped {_listed(sorted(paths))}: {isolated(reason)}</li>'
        for reason, paths in by_reason.items()
    ]


def _plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def _listed(items: Sequence[str], limit: int = 8) -> str:
    shown = ", ".join(map(isolated, items[:limit]))
    rest = len(items) - limit
    return shown + (f" and {rest:,} more" if rest > 0 else "")
