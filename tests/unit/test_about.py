"""The About tab: figures from where they are kept, and what a setting means."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from types import SimpleNamespace
from typing import Any

from qa_bot.config import Settings
from qa_bot.web.about import About
from qa_bot.web.figures import chart


def bot(fitted: Any = None, threshold: float = 0.35) -> Any:
    return SimpleNamespace(
        snapshot=SimpleNamespace(generation=7), settings=Settings(), fitted=fitted,
        min_confidence=threshold, uncalibrated=(),
    )  # fmt: skip


class Fitted:
    """Numbers as the shipped ones have them."""

    measured = {  # noqa: RUF012
        "all": {
            "questions": 1888, "answered": 0.7, "right_of_shown": 0.78, "twins_refused": 0.92,
            "calibration_error": 0.035, "reliability": [[0.1, 0.12], [0.9, 0.88]],
        }
    }  # fmt: skip

    def at_setting(self, floor: float) -> tuple[float, float]:
        return 0.5 + floor / 2, 1 - floor

    def setting_sentence(self, floor: float) -> str:
        return f"{0.5 + floor / 2:.0%} were right, {1 - floor:.0%} were answered."


def test_a_setting_is_said_in_measured_shares_where_there_are_any() -> None:
    about = About(bot(Fitted()))
    assert "80% were right, 40% were answered." in about.meaning(60)
    assert "less than 60% sure are not shown" in About(bot()).meaning(60)


def test_the_bots_own_setting_is_none() -> None:
    about = About(bot(Fitted()))
    assert about.setting(35)[0] is None
    assert "the setting it comes with" in about.setting(35)[1]
    assert about.setting(60)[0] == 0.6


def test_the_tab_shows_generation_reader_and_what_was_measured() -> None:
    told = About(bot(Fitted())).told(50)
    assert "<dd><bdi>7</bdi></dd>" in told
    assert "qa_bot reader" in told
    assert "1,888 questions" in told
    assert "off by 3.5 points" in told
    assert told.count("<svg") == 2


def test_a_chart_is_well_formed_and_its_points_stand_where_they_should() -> None:
    made = chart(
        [("a <b>", [(0.0, 0.0), (1.0, 1.0), (0.5, 0.25)])], across="x & y", up="up", told='"t"',
        diagonal=True, at=0.5,
    )  # fmt: skip
    root = ET.fromstring(made)
    dots = [(float(d.get("cx", 0)), float(d.get("cy", 0))) for d in root.iter("circle")]
    (x0, y0), (x1, y1), middle = dots
    assert x1 - x0 == y0 - y1 > 0
    assert middle == ((x0 + x1) / 2, y0 + (y1 - y0) / 4)
    assert "<b>" not in "".join(root.itertext()).replace("a <b>", "")
