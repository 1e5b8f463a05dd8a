"""The layout of the Articles tab."""

from __future__ import annotations

from typing import Any

import gradio as gr

from qa_bot.web.articles import Articles
from qa_bot.web.catalogue import Order
from qa_bot.web.resources import PRIVATE, resource
from qa_bot.web.uploads import SUFFIXES

_LAST_PARTS = {"." + suffix.rsplit(".", 1)[1] for suffix in SUFFIXES}


def articles_tab_of(articles: Articles, tab: gr.Tab, page: gr.Blocks) -> gr.HTML:
    """Adding articles, and the table of what is indexed; returns the table."""
    order = gr.State(Order())
    accepted = sorted({*SUFFIXES, *_LAST_PARTS})
    with gr.Column(elem_id="shelf"):
        with gr.Column(visible=not articles.read_only, elem_id="adding"):
            chosen = gr.File(
                label="Add articles",
                file_count="multiple",
                file_types=accepted,
                elem_id="upload",
                height=150,
            )
            with gr.Row(elem_id="ways"):
                address = gr.Textbox(
                    placeholder="https://…  page, feed or sitemap",
                    label="Add by web address",
                    show_label=False,
                    container=False,
                    max_lines=1,
                    submit_btn="Add",
                    elem_id="address",
                )
                whole = gr.UploadButton(
                    "Add a whole folder", file_count="directory", size="sm", elem_id="folder",
                    scale=0,
                )  # fmt: skip
        report = gr.HTML(
            "",
            elem_id="report",
            apply_default_css=False,
            js_on_load=None if articles.read_only else resource("dropping.js"),
        )
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
        gaps = gr.HTML("", elem_id="gaps", apply_default_css=False)
    tab.select(articles.gaps, None, [gaps], **PRIVATE)
    gr.on(
        [page.load, tab.select, wanted.change],
        articles.table,
        [wanted, order],
        [table],
        trigger_mode="always_last",
        **PRIVATE,
    )
    table.order(articles.sort, [wanted, order], [order, table], **PRIVATE)
    if articles.read_only:
        return table
    # One change of the index at a time from this page; others wait their turn in the queue.
    lane: dict[str, Any] = {**PRIVATE, "concurrency_limit": 1, "concurrency_id": "indexing"}
    chosen.upload(articles.add, [chosen, wanted, order], [chosen, report, again, table], **lane)
    whole.upload(articles.add, [whole, wanted, order], [whole, report, again, table], **lane)
    address.submit(
        articles.fetch, [address, wanted, order], [address, report, again, table], **lane
    )
    table.drop(articles.drop, [wanted, order], [report, table], **lane)
    again.click(articles.retry, [wanted, order], [report, again, table], **lane)
    return table
