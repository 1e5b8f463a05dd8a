"""The layout of the page, and which event changes what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import gradio as gr

from qa_bot.web.about import About, about_tab_of
from qa_bot.web.api_endpoints import offer
from qa_bot.web.articles import FIRST_TAB, Articles
from qa_bot.web.chat import Chat
from qa_bot.web.conversation import Talk
from qa_bot.web.evidence import nothing_open
from qa_bot.web.replies import conversation_html
from qa_bot.web.resources import PRIVATE, resource
from qa_bot.web.shelf import articles_tab_of

if TYPE_CHECKING:
    from qa_bot.bot import QABot

__all__ = ["build_page", "head", "resource"]

NAME = "qa_bot"
QUESTIONS_AT_ONCE = 8
LONGEST_QUEUE = 512  # opening the page takes several places

# The value of this part is a message to its script, and is never drawn.
_HISTORY = (
    '<details class="menu"><summary>History</summary>'
    '<div class="inside" role="region" aria-label="History"></div></details>'
)

# An opening quotation mark on a tile; drawn here so that no file has to be served.
_ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" width="28" height="28">'
    '<rect width="32" height="32" rx="8" fill="#175e5a"/>'
    '<path fill="#fff" d="M8 23v-6.5C8 12 10.3 9.5 14 8.5l1 2.2c-2 .8-3 2.2-3.2 4.3H15v8z'
    'M17.5 23v-6.5c0-4.5 2.3-7 6-8l1 2.2c-2 .8-3 2.2-3.2 4.3h3.2v8z"/></svg>'
)


def head() -> str:
    """What goes into ``<head>``: the icon, as an address that holds it."""
    return (
        f'<link rel="icon" type="image/svg+xml" href="data:image/svg+xml,{quote(_ICON)}">'
        '<meta name="referrer" content="no-referrer">'
    )


def build_page(bot: QABot, read_only: bool = False) -> gr.Blocks:
    """The page over ``bot``; :func:`qa_bot.web.launch` serves it.

    Everything is private to the page but ``/ask``, which any Gradio client can call.

    Args:
        read_only: articles can be neither added nor removed from the page.
    """
    chat, articles = Chat(bot), Articles(bot, read_only=read_only)
    with gr.Blocks(
        title=NAME, analytics_enabled=False, fill_width=True, delete_cache=(3600, 3600)
    ) as page:
        gr.HTML(
            f'<div class="brand"><span aria-hidden="true">{_ICON}</span><h1>{NAME}</h1>'
            "<p>Answers quoted word for word from your articles</p></div>",
            elem_id="masthead",
            apply_default_css=False,
        )
        sure = gr.State(None)
        with gr.Tabs(elem_id="tabs") as tabs:
            with gr.Tab("Ask", id=FIRST_TAB, elem_id="ask-tab"):
                evidence = _ask_tab(chat, articles, page, sure)
            with gr.Tab("Articles", id="articles", elem_id="articles-tab") as articles_tab:
                table = articles_tab_of(articles, articles_tab, page)
            with gr.Tab("About", id="about", elem_id="about-tab") as about_tab:
                about_tab_of(About(bot), about_tab, sure)
        table.pick(articles.pick, None, [tabs, evidence], **PRIVATE)
        offer(bot)
    page.queue(default_concurrency_limit=QUESTIONS_AT_ONCE, max_size=LONGEST_QUEUE)
    return page


def _ask_tab(chat: Chat, articles: Articles, page: gr.Blocks, sure: gr.State) -> gr.HTML:
    """The conversation beside the evidence; returns the evidence panel."""
    talk = gr.State(Talk())
    bare: dict[str, Any] = {"apply_default_css": False}
    with gr.Row(elem_id="desk", equal_height=False):
        with gr.Column(elem_id="talk", min_width=320):
            conversation = gr.HTML(
                conversation_html(()),
                elem_id="conversation",
                js_on_load=resource("conversation.js"),
                **bare,
            )
            suggestions = gr.HTML(
                "", elem_id="suggestions", js_on_load=resource("suggestions.js"), **bare
            )
            with gr.Row(elem_id="composer"):
                box = gr.Textbox(
                    placeholder="Ask the articles…",
                    label="Your question",
                    show_label=False,
                    lines=1,
                    max_lines=4,
                    autofocus=True,
                    container=False,
                    scale=1,
                    submit_btn="Ask",
                    elem_id="question",
                )
                with gr.Group(elem_id="below"):
                    limits = _filter_row(articles, page)
                    history = gr.HTML(
                        "",
                        html_template=_HISTORY,
                        elem_id="history",
                        js_on_load=resource("history.js"),
                        **bare,
                    )
                    fresh = gr.Button(
                        "New conversation",
                        variant="secondary",
                        size="sm",
                        scale=0,
                        elem_id="fresh",
                        min_width=0,
                    )
        with gr.Column(elem_id="reading", min_width=320):
            evidence = gr.HTML(
                nothing_open(), elem_id="evidence", js_on_load=resource("evidence.js"), **bare
            )
    # The box is emptied in the browser when a question is sent, not by the reply, which may
    # find the next one half typed. Gradio's own "once" would drop a question sent while
    # another is being answered.
    sent = gr.Textbox(visible="hidden", container=False)
    each: dict[str, Any] = {**PRIVATE, "trigger_mode": "multiple"}
    asked = [talk, sure, *limits]
    shown = [box, conversation, evidence, history]
    box.submit(None, [box], [box, sent], js="q => ['', q]", **each).then(
        chat.reply, [sent, *asked], shown, **each
    )
    for part in (conversation, suggestions):
        part.again(chat.again, asked, shown, **each)
    for part in (conversation, evidence):
        part.cite(chat.open, [talk], [evidence], **each)
    conversation.judge(chat.judge, [talk], [conversation, history], **each)
    fresh.click(chat.clear, [talk], [conversation, evidence, history], **PRIVATE)
    history.restore(chat.restore, [talk], [conversation, evidence, history], **each)
    history.export(chat.export, [talk], [history], **each)
    gr.on(
        [page.load, fresh.click],
        chat.suggestions,
        None,
        [suggestions],
        concurrency_limit=None,
        **PRIVATE,
    )
    return evidence


def _filter_row(articles: Articles, page: gr.Blocks) -> list[gr.components.Component]:
    """The boxes that limit a question, folded away; in the order of ``filtering.chosen``."""
    box: dict[str, Any] = {"min_width": 0}
    with gr.Accordion("Filters", open=False, elem_id="limits") as fold:
        with gr.Row(elem_classes="boxes"):
            first = gr.Textbox(label="From", placeholder="YYYY-MM-DD", max_lines=1, **box)
            last = gr.Textbox(label="Until", placeholder="YYYY-MM-DD", max_lines=1, **box)
            source = gr.Dropdown([], value=None, allow_custom_value=True, label="Source", **box)
            where = gr.Textbox(label="Metadata", placeholder="section=World", max_lines=1, **box)
        with gr.Row(elem_classes="switches"):
            newest = gr.Checkbox(label="Newest first", container=False, **box)
            undated = gr.Checkbox(label="Undated articles too", container=False, **box)
    gr.on([page.load, fold.expand], articles.sources, None, [source], **PRIVATE)
    return [first, last, source, where, undated, newest]
