"""The About tab: what is indexed, which models answer, how good they were measured to be."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr

from qa_bot.answering.fitted import fitted_path
from qa_bot.errors import QABotError
from qa_bot.web.background import Background
from qa_bot.web.figures import Point, chart
from qa_bot.web.listing import progress_html, refusal_html
from qa_bot.web.markup import escaped, isolated
from qa_bot.web.resources import PRIVATE

if TYPE_CHECKING:
    from qa_bot.bot import QABot

_log = logging.getLogger(__name__)
_FEW = 0.02
_SETS = {
    "squad_v1.1_dev": "SQuAD 1.1",
    "squad_v2.0_dev": "SQuAD 2.0",
    "nq_qed_dev": "Natural Questions",
    "newsqa_dev": "NewsQA",
    "news_2022_2023": "news of 2022 and 2023",
    "questions_2022_2023": "news of 2022 and 2023",
    "all": "all of them",
}


class About:
    """The events of the tab, over one bot."""

    def __init__(self, bot: QABot) -> None:
        self._bot = bot

    @property
    def default(self) -> int:
        """The bot's own floor of confidence, in percent."""
        return round(100 * float(getattr(self._bot, "min_confidence", 0.0)))

    def told(self, floor: float | None) -> str:
        """The tab's text and drawings, with the floor of confidence (percent) marked."""
        parts = [self._collection(), self._models(), self._measured(floor)]
        return f'<div class="about">{"".join(parts)}</div>'

    def setting(self, floor: float) -> tuple[float | None, str, str]:
        """(floor from 0 to 1, None for the bot's own; what it means; the tab's text)."""
        chosen = None if round(floor) == self.default else floor / 100
        return chosen, self.meaning(floor), self.told(floor)

    def meaning(self, floor: float) -> str:
        """What a floor (percent) does to the answers, as measured; else in plain words."""
        own = " This is the setting it comes with." if round(floor) == self.default else ""
        fitted = getattr(self._bot, "fitted", None)
        said = fitted.setting_sentence(floor / 100) if fitted is not None else ""
        said = said or f"Answers that are less than {floor:.0f}% sure are not shown."
        return f'<p class="meaning" role="status">{said}{own}</p>'

    def verify(self) -> Iterator[str]:
        """Reads the whole index again; yields what is being done, then what was found."""
        from qa_bot.storage.verify import verify_index

        checking = Background(partial(verify_index, self._bot.index))
        for step in checking.steps():
            yield progress_html(step)
        try:
            found = str(checking.result())
        except QABotError as error:
            yield refusal_html(str(error))
        except Exception as error:
            _log.error("the index could not be verified", exc_info=error)
            yield refusal_html("This failed; the terminal that runs qa_bot says why.")
        else:
            words = escaped(found[:1].upper() + found[1:] + ".")
            yield f'<div class="report" role="status"><p>{words}</p></div>'

    def _collection(self) -> str:
        snapshot = self._bot.snapshot
        manifest = getattr(snapshot, "manifest", None)
        facts = {"Generation": f"{snapshot.generation:,}"}
        if manifest is not None:
            facts["Made"] = str(manifest.created_at).replace("T", " ")[:16] + " UTC"
            facts["Articles"] = f"{snapshot.article_count:,}"
            segments = len(manifest.segments)
            word = "segment" if segments == 1 else "segments"
            facts["Passages"] = f"{snapshot.chunk_count:,} in {segments} {word}"
        return f"<section><h2>This collection</h2>{_facts(facts)}</section>"

    def _models(self) -> str:
        bot = self._bot
        encoder = getattr(getattr(bot, "embedder", None), "fingerprint", None)
        facts = {}
        if encoder is not None:
            facts["Finds passages"] = f"{encoder.name} ({encoder.dim} dimensions) and BM25"
        card = _card(bot.settings.reader)
        if card:
            facts["Reads them"] = f"{card.get('name', '')}, from {card.get('base', '')}"
            facts["Limits"] = str(card.get("limits", ""))
            facts["Licence"] = str(card.get("licence", ""))
        facts["Writes"] = "Nothing. Every answer is a piece of an article, character for character."
        facts["Runs"] = "Where this page comes from, and nowhere else; it asks no other machine."
        return f"<section><h2>What answers</h2>{_facts(facts)}</section>"

    def _measured(self, floor: float | None) -> str:
        parts = [_reading(_card(self._bot.settings.reader)), self._answering(floor)]
        if not any(parts):
            return ""
        return f"<section><h2>How good it is</h2>{''.join(parts)}</section>"

    def _answering(self, floor: float | None) -> str:
        fitted = getattr(self._bot, "fitted", None)
        if fitted is None:
            return ""
        figures = fitted.measured.get("all")
        said = ""
        if isinstance(figures, Mapping) and "right_of_shown" in figures:
            said = (
                f"<p>Of {figures['questions']:,} questions that it had never seen, over articles "
                f"it had to find first, it answered {figures['answered']:.0%}; of all that it "
                f"showed, {figures['right_of_shown']:.0%} was right. With the answering article "
                f"taken away, it refused {figures['twins_refused']:.0%}. Its confidence was off "
                f"by {100 * figures['calibration_error']:.1f} points on average.</p>"
            )
        unfit = getattr(self._bot, "uncalibrated", ())
        if unfit:
            said += (
                '<p class="warning">Confidence was fitted for another '
                f"{escaped(', '.join(unfit))}; here it is a rough guess.</p>"
            )
        return said + _drawings(fitted, None if floor is None else floor / 100)


def about_tab_of(about: About, tab: gr.Tab, sure: gr.State) -> None:
    """The layout of the tab; ``sure`` is set to the floor of confidence of this browser tab."""
    with gr.Column(elem_id="about"):
        floor = gr.Slider(
            0,
            100,
            value=about.default,
            step=1,
            label="Show an answer from this confidence on (percent)",
            elem_id="floor",
            buttons=[],
        )
        meaning = gr.HTML(about.meaning(about.default), apply_default_css=False, elem_id="meaning")
        told = gr.HTML("", apply_default_css=False, elem_id="told")
        verify = gr.Button("Verify the index", size="sm", elem_id="verify", scale=0)
        found = gr.HTML("", apply_default_css=False, elem_id="verified")
    tab.select(about.told, [floor], [told], **PRIVATE)
    floor.change(
        about.setting, [floor], [sure, meaning, told], trigger_mode="always_last", **PRIVATE
    )
    verify.click(about.verify, None, [found], concurrency_limit=1, **PRIVATE)


def _facts(facts: Mapping[str, str]) -> str:
    rows = "".join(f"<dt>{escaped(k)}</dt><dd>{isolated(v)}</dd>" for k, v in facts.items() if v)
    return f"<dl>{rows}</dl>"


def _card(reader: str) -> dict[str, Any]:
    """The card of the reader's weights; empty where it has none."""
    try:
        beside: Path = fitted_path(reader).with_name("card.json")
        found = json.loads(beside.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _reading(card: Mapping[str, Any]) -> str:
    """What the card says of reading a given context."""
    scores = card.get("scores", {}).get("int8", {})
    rows = "".join(
        f'<tr><th scope="row">{escaped(_SETS.get(name, name))}</th>'
        f"<td>{figures['f1']:.1f}</td><td>{figures['exact_match']:.1f}</td>"
        f"<td>{figures['n']:,}</td></tr>"
        for name, figures in sorted(scores.items())
        if {"f1", "exact_match", "n"} <= figures.keys()
    )
    if not rows:
        return ""
    heads = "".join(f'<th scope="col">{h}</th>' for h in ("Questions of", "F1", "exact", "asked"))
    return (
        "<p>Reading a text that holds the answer, in percent:</p>"
        f'<table class="figures"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'
    )


def _drawings(fitted: Any, floor: float | None) -> str:
    """Confidence against rightness, and what each setting does, as far as they were stored."""
    made = ""
    bins: Sequence[Sequence[float]] = fitted.measured.get("all", {}).get("reliability", ())
    if bins:
        made += chart(
            [("measured", [(float(b[0]), float(b[1])) for b in bins])],
            across="confidence",
            up="Share that was right",
            told="Reliability: how many answers of each confidence were right",
            diagonal=True,
        )
    settings = [n / 50 for n in range(51)]
    found = [(c, fitted.at_setting(c)) for c in settings]
    # Where hardly anything is shown, the share that is right is that of a few answers.
    right: list[Point] = [(c, f[0]) for c, f in found if f is not None and f[1] >= _FEW]
    answered: list[Point] = [(c, f[1]) for c, f in found if f is not None]
    if right:
        made += chart(
            [("right", right), ("answered", answered)],
            across="confidence asked for",
            up="Share of shown answers right, and of questions answered",
            told="What each setting does: the higher, the more is right and the less is answered",
            at=floor,
        )
    return f'<div class="charts">{made}</div>' if made else ""
