"""Drawings for the page as inline SVG: no script, no file, the page's own colours."""

from __future__ import annotations

from collections.abc import Sequence

from qa_bot.web.markup import escaped

Point = tuple[float, float]
"""Two shares, 0 to 1: across and up."""

_SIDE, _LEFT, _BOTTOM, _TOP = 200, 44, 40, 10
_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)


def chart(
    lines: Sequence[tuple[str, Sequence[Point]]],
    *,
    across: str,
    up: str,
    told: str,
    diagonal: bool = False,
    at: float | None = None,
) -> str:
    """Lines over the unit square, each named at its end and with a dash of its own.

    Args:
        lines: (name, points in order of their first coordinate).
        across, up: what the axes are.
        told: the drawing in a sentence, for those who do not see it.
        diagonal: draw the line on which both are equal.
        at: where across a vertical line marks the present setting.
    """
    parts = [_line((t, 0.0), (t, 1.0), "grid") + _line((0.0, t), (1.0, t), "grid") for t in _TICKS]
    if diagonal:
        parts.append(_line((0.0, 0.0), (1.0, 1.0), "diagonal"))
    if at is not None:
        parts.append(_line((at, 0.0), (at, 1.0), "at"))
    for number, (name, points) in enumerate(lines):
        if not points:
            continue
        placed = " ".join(f"{x:.1f},{y:.1f}" for x, y in map(_place, points))
        parts.append(f'<polyline class="line l{number}" points="{placed}"/>')
        if len(points) <= 20:
            parts += [
                f'<circle class="dot l{number}" cx="{x:.1f}" cy="{y:.1f}" r="3"/>'
                for x, y in map(_place, points)
            ]
        x, y = _place(points[-1])
        parts.append(f'<text class="name" x="{x + 6:.1f}" y="{y + 4:.1f}">{escaped(name)}</text>')
    for tick in _TICKS:
        x, y = _place((tick, tick))
        parts.append(f'<text class="tick" x="{x:.1f}" y="{_TOP + _SIDE + 16}" '
                     f'text-anchor="middle">{tick:.0%}</text>')  # fmt: skip
        parts.append(f'<text class="tick" x="{_LEFT - 6}" y="{y + 4:.1f}" '
                     f'text-anchor="end">{tick:.0%}</text>')  # fmt: skip
    middle = _LEFT + _SIDE / 2
    parts.append(f'<text class="axis" x="{middle}" y="{_TOP + _SIDE + _BOTTOM - 6}" '
                 f'text-anchor="middle">{escaped(across)}</text>')  # fmt: skip
    width, height = _LEFT + _SIDE + 90, _TOP + _SIDE + _BOTTOM
    return (
        f'<figure class="chart"><figcaption>{escaped(up)}</figcaption>'
        f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{escaped(told)}">'
        f"{''.join(parts)}</svg></figure>"
    )


def _place(point: Point) -> Point:
    x, y = (max(0.0, min(1.0, value)) for value in point)
    return _LEFT + _SIDE * x, _TOP + _SIDE * (1 - y)


def _line(start: Point, end: Point, css_class: str) -> str:
    (x1, y1), (x2, y2) = _place(start), _place(end)
    return f'<line class="{css_class}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'
