"""Writes docs/settings.md from the Settings dataclass, so that the two cannot part.

python docs/make_settings.py
"""

from __future__ import annotations

import ast
import inspect
import json
from dataclasses import fields
from pathlib import Path

from qa_bot import config

HEAD = """# Settings

Made from `qa_bot/config.py` by `python docs/make_settings.py`; a test compares the two.

Each setting can be given in `qa_bot.toml` (in the folder you start from, or the file named by
`QA_BOT_CONFIG`) or in the environment. Later ones win: the default, `qa_bot.toml`, the
environment, what is passed in Python or in the shell. A setting that does not exist is an error.

| setting | environment | default | what it is |
|---|---|---|---|
"""

FOOT = """
`min_confidence` is the dial between answering more and being right more often. What a setting
reached on the test questions, `qa-bot ask "..." --explain` says of the one in use, and
`load_fitted().setting_sentence(0.6)` (`qa_bot.answering.fitted`) of any: how many of the shown
answers were right, and how many of the questions that the articles answer were answered
([the whole curve](images/confidence.png)).
"""


def settings_page() -> str:
    """The whole page."""
    described = _docstrings()
    rows = []
    for f in fields(config.Settings):
        variable = f"{config.ENVIRONMENT_PREFIX}{f.name.upper()}"
        cells = (f"`{f.name}`", f"`{variable}`", f"`{json.dumps(f.default)}`", described[f.name])
        rows.append(f"| {' | '.join(cells)} |\n")
    return HEAD + "".join(rows) + FOOT


def _docstrings() -> dict[str, str]:
    """Each field's name and the text below it, which only the source keeps."""
    (tree,) = ast.parse(inspect.getsource(config.Settings)).body
    assert isinstance(tree, ast.ClassDef)
    found = {}
    for field, text in zip(tree.body, tree.body[1:], strict=False):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(text, ast.Expr)
            and isinstance(text.value, ast.Constant)
        ):
            words = " ".join(str(text.value.value).split())
            found[field.target.id] = words.replace("``", "`").replace("|", "\\|")
    return found


if __name__ == "__main__":
    Path(__file__).with_name("settings.md").write_text(settings_page(), encoding="utf-8")
