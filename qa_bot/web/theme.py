"""The look of Gradio's own parts: system fonts and the colours of style.css, nothing fetched."""

from __future__ import annotations

import gradio as gr
from gradio.themes.utils import fonts, sizes

# Plain strings stay keywords; Font() puts its name in quotes.
SANS = (
    "ui-sans-serif",
    "system-ui",
    "-apple-system",
    fonts.Font("Segoe UI"),
    "Roboto",
    fonts.Font("Helvetica Neue"),
    "Arial",
    "sans-serif",
)
MONO = ("ui-monospace", "Menlo", "Consolas", fonts.Font("Liberation Mono"), "monospace")

# Contrast of text on its background is at least 4.5 to 1 in both modes (WCAG AA);
# tests/browser/test_look.py measures it on the drawn page.
INK, INK_DARK = "#20242a", "#e9e6e0"
MUTED, MUTED_DARK = "#5a6069", "#a9adb5"
PAPER, PAPER_DARK = "#f7f5f1", "#15171a"
SURFACE, SURFACE_DARK = "#ffffff", "#1d2024"
RULE, RULE_DARK = "#e0dcd4", "#33373d"
ACCENT, ACCENT_DARK = "#175e5a", "#7cc7be"
ACCENT_HOVER, ACCENT_HOVER_DARK = "#0f4946", "#9bd8d0"


def quiet_theme() -> gr.themes.Base:
    """Paper, ink and one green; see style.css for what Gradio does not draw."""
    theme = gr.themes.Base(
        font=SANS,
        font_mono=MONO,
        text_size=sizes.text_md,
        radius_size=sizes.radius_md,
        spacing_size=sizes.spacing_md,
    )
    theme.name = "quiet"
    return theme.set(
        body_background_fill=PAPER,
        body_background_fill_dark=PAPER_DARK,
        body_text_color=INK,
        body_text_color_dark=INK_DARK,
        body_text_color_subdued=MUTED,
        body_text_color_subdued_dark=MUTED_DARK,
        background_fill_primary=SURFACE,
        background_fill_primary_dark=SURFACE_DARK,
        background_fill_secondary=PAPER,
        background_fill_secondary_dark=PAPER_DARK,
        block_background_fill=SURFACE,
        block_background_fill_dark=SURFACE_DARK,
        block_border_color=RULE,
        block_border_color_dark=RULE_DARK,
        block_border_width="0px",
        block_shadow="none",
        block_shadow_dark="none",
        block_label_text_color=MUTED,
        block_label_text_color_dark=MUTED_DARK,
        border_color_primary=RULE,
        border_color_primary_dark=RULE_DARK,
        border_color_accent=ACCENT,
        border_color_accent_dark=ACCENT_DARK,
        color_accent=ACCENT,
        color_accent_soft="#e3efed",
        color_accent_soft_dark="#1f3533",
        link_text_color=ACCENT,
        link_text_color_dark=ACCENT_DARK,
        link_text_color_hover=ACCENT_HOVER,
        link_text_color_hover_dark=ACCENT_HOVER_DARK,
        link_text_color_active=ACCENT,
        link_text_color_active_dark=ACCENT_DARK,
        link_text_color_visited=ACCENT,
        link_text_color_visited_dark=ACCENT_DARK,
        input_background_fill=SURFACE,
        input_background_fill_dark=SURFACE_DARK,
        input_border_color="#8b9099",
        input_border_color_dark="#6c727b",
        input_border_width="1px",
        input_border_color_focus=ACCENT,
        input_border_color_focus_dark=ACCENT_DARK,
        input_placeholder_color="#6a707a",
        input_placeholder_color_dark="#9a9fa8",
        input_shadow="none",
        input_shadow_dark="none",
        input_shadow_focus="none",
        input_shadow_focus_dark="none",
        button_primary_background_fill=ACCENT,
        button_primary_background_fill_dark=ACCENT_DARK,
        button_primary_background_fill_hover=ACCENT_HOVER,
        button_primary_background_fill_hover_dark=ACCENT_HOVER_DARK,
        button_primary_text_color="#ffffff",
        button_primary_text_color_dark="#10201f",
        button_secondary_background_fill="transparent",
        button_secondary_background_fill_dark="transparent",
        button_secondary_background_fill_hover="#ece8e0",
        button_secondary_background_fill_hover_dark="#2a2e33",
        button_secondary_text_color=MUTED,
        button_secondary_text_color_dark=MUTED_DARK,
        loader_color=ACCENT,
        loader_color_dark=ACCENT_DARK,
        shadow_drop="none",
        shadow_drop_lg="none",
    )
