"""The layout of the page, and which event changes what."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import gradio as gr

from qa_bot.web.api_endpoints import offer
from qa_bot.web.articles import FIRST_TAB, Articles
from qa_bot.web.chat import Chat
from qa_bot.web.conversation import Talk
from qa_bot.web.evidence import nothing_open
from qa_bot.web.listing import Order
from qa_bot.web.replies import conversation_html
from qa_bot.web.uploads import SUFFIXES

if TYPE_CHECKING:
    from qa_bot.bot import QABot

NAME = "qa_bot"
QUESTIONS_AT_ONCE = 8
LONGEST_QUEUE = 64
_PRIVATE: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}

# An opening quotation mark on a tile; drawn here so that no file has to be served.
_ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" width="28" height="28">'
    '<rect width="32" height="32" rx="8" fill="#175e5a"/>'
    '<path fill="#fff" d="M8 23v-6.5C8 12 10.3 9.5 14 8.5l1 2.2c-2 .8-3 2.2-3.2 4.3H15v8z'
    'M17.5 23v-6.5c0-4.5 2.3-7 6-8l1 2.2c-2 .8-3 2.2-3.2 4.3h3.2v8z"/></svg>'
)


def resource(name: str) -> str:
    """The text of one of the files beside this module."""
    return files("qa_bot.web").joinpath(name).read_text(encoding="utf-8")


def head() -> str:
    """What goes into ``<head>``: the icon, as an address that holds it."""
    return (
        f'<link rel="icon" type="image/svg+xml" href="data:image/svg+xml,{quote(_ICON)}">'
        '<meta name="referrer" content="no-referrer">'
    )


def build_page(bot: QABot, read_only: bool = False) -> gr.Blocks:
    """The page over ``bot``; :func:`qa_bot.web.launch` serves it.

    Everything is private to the page but ``/ask``, which any Gradio client can call.
    """
    chat, articles = Chat(bot), Articles(bot)
    with gr.Blocks(
        title=NAME, analytics_enabled=False, fill_width=True, delete_cache=(3600, 3600)
    ) as page:
        gr.HTML(
            f'<div class="brand"><span aria-hidden="true">{_ICON}</span><h1>{NAME}</h1>'
            "<p>Answers quoted word for word from your articles</p></div>",
            elem_id="masthead",
            apply_default_css=False,
        )
        with gr.Tabs(elem_id="tabs") as tabs:
            with gr.Tab("Ask", id=FIRST_TAB, elem_id="ask-tab"):
                evidence = _ask_tab(chat, articles, page)
            with gr.Tab("Articles", id="articles", elem_id="articles-tab") as articles_tab:
                table = _articles_tab(articles, articles_tab, page)
        table.pick(articles.pick, None, [tabs, evidence], **_PRIVATE)
        offer(bot)
    page.queue(default_concurrency_limit=QUESTIONS_AT_ONCE, max_size=LONGEST_QUEUE)
    return page


def _ask_tab(chat: Chat, articles: Articles, page: gr.Blocks) -> gr.HTML:
    """The conversation beside the evidence; returns the evidence panel."""
    talk = gr.State(Talk())
    with gr.Row(elem_id="desk", equal_height=False):
        with gr.Column(elem_id="talk", min_width=320):
            conversation = gr.HTML(
                conversation_html(()),
                elem_id="conversation",
                apply_default_css=False,
                js_on_load=resource("conversation.js"),
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
                nothing_open(),
                elem_id="evidence",
                apply_default_css=False,
                js_on_load=resource("evidence.js"),
            )
    # The box is emptied in the browser when a question is sent, not by the reply, which may
    # find the next one half typed. Gradio's own "once" would drop a question sent while
    # another is being answered.
    sent = gr.Textbox(visible="hidden", container=False)
    box.submit(
        None, [box], [box, sent], js="q => ['', q]", trigger_mode="multiple", **_PRIVATE
    ).then(
        chat.reply,
        [sent, talk, *limits],
        [box, conversation, evidence],
        trigger_mode="multiple",
        **_PRIVATE,
    )
    conversation.cite(chat.open, [talk], [evidence], trigger_mode="multiple", **_PRIVATE)
    fresh.click(chat.clear, [talk], [conversation, evidence], **_PRIVATE)
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
    gr.on([page.load, fold.expand], articles.sources, None, [source], **_PRIVATE)
    return [first, last, source, where, undated, newest]


def _articles_tab(articles: Articles, tab: gr.Tab, page: gr.Blocks) -> gr.HTML:
    """Adding files, and the table of what is indexed; returns the table."""
    order = gr.State(Order())
    with gr.Column(elem_id="shelf"):
        chosen = gr.File(
            label="Add articles",
            file_count="multiple",
            file_types=list(SUFFIXES),
            elem_id="upload",
            height=150,
        )
        report = gr.HTML("", elem_id="report", apply_default_css=False)
        again = gr.Button("Index kept files", visible=False, size="sm", elem_id="again")
        wanted = gr.Textbox(
            placeholder="Filter by title, source or date",
            label="Filter",
            show_label=False,
            container=False,
            elem_id="filter",
            max_lines=1,
        )
        table = gr.HTML(
            "", elem_id="articles", apply_default_css=False, js_on_load=resource("articles.js")
        )
    gr.on(
        [page.load, tab.select, wanted.change],
        articles.table,
        [wanted, order],
        [table],
        trigger_mode="always_last",
        **_PRIVATE,
    )
    table.order(articles.sort, [wanted, order], [order, table], **_PRIVATE)
    # One run of indexing at a time from this page; others wait their turn in the queue.
    lane: dict[str, Any] = {**_PRIVATE, "concurrency_limit": 1, "concurrency_id": "indexing"}
    chosen.upload(articles.add, [chosen, wanted, order], [chosen, report, again, table], **lane)
    again.click(articles.retry, [wanted, order], [report, again, table], **lane)
    return table
