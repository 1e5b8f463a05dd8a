"""The documentation against the program: commands, flags and settings that it names exist."""

import re
import runpy
import shlex
from dataclasses import fields
from pathlib import Path

import pytest
import typer

from qa_bot.cli import app
from qa_bot.config import ENVIRONMENT_PREFIX, Settings

ROOT = Path(__file__).parent.parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
PROGRAM = typer.main.get_command(app)
NOT_SETTINGS = {"EVAL_DATA", "CONFIG"}

_COMMAND = re.compile(r"(?:qa-bot|python -m qa_bot)\s+([a-z]+)\b([^\n`#]*)")


def shown_commands():
    """(page, command, flags) for each ``qa-bot ...`` in a code block or in backquotes."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        code = re.findall(r"```.*?```|`[^`\n]+`", text, flags=re.DOTALL)
        for name, rest in _COMMAND.findall("\n".join(code).replace("\\\n", " ")):
            rest = re.split(r"[|><;&]", rest)[0]
            try:
                words = shlex.split(rest)
            except ValueError:
                words = rest.split()
            flags = [w.strip("[]").split("=")[0] for w in words if w.strip("[").startswith("-")]
            yield page.name, name, [flag for flag in flags if flag != "-"]


def flags_of(command):
    return {flag for parameter in command.params for flag in parameter.opts} | {"--help", "-h"}


def test_every_command_and_flag_in_the_documentation_exists():
    shown = list(shown_commands())
    assert len({command for _, command, _ in shown}) >= 5, "the README shows the commands"
    for page, command, flags in shown:
        assert command in PROGRAM.commands, f"{page} names qa-bot {command}"
        unknown = set(flags) - flags_of(PROGRAM.commands[command])
        assert not unknown, f"{page}: qa-bot {command} has no {unknown}"


def test_every_make_target_in_the_documentation_exists():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, flags=re.MULTILINE))
    named = {
        (page.name, target)
        for page in PAGES
        for target in re.findall(r"`(?:\$ )?make ([a-z-]+)", page.read_text(encoding="utf-8"))
    }
    assert ("README.md", "chat") in named
    assert {(page, target) for page, target in named if target not in targets} == set()


def test_the_page_of_settings_is_the_one_that_the_dataclass_makes():
    page = runpy.run_path(str(ROOT / "docs" / "make_settings.py"))["settings_page"]()
    assert (ROOT / "docs" / "settings.md").read_text(encoding="utf-8") == page
    for field in fields(Settings):
        (row,) = re.findall(rf"^\| `{field.name}` \|.*$", page, flags=re.MULTILINE)
        cells = [cell.strip() for cell in row.strip("|").split(" | ")]
        assert cells[1] == f"`{ENVIRONMENT_PREFIX}{field.name.upper()}`"
        assert cells[3].strip(" |"), f"{field.name} is not described"


def test_every_variable_in_the_documentation_is_a_setting():
    known = {field.name.upper() for field in fields(Settings)} | NOT_SETTINGS
    for page in PAGES:
        for name in re.findall(r"QA_BOT_([A-Z_]+[A-Z])", page.read_text(encoding="utf-8")):
            assert name in known, f"{page.name} names QA_BOT_{name}"


@pytest.mark.parametrize(
    ("command", "flags"),
    [
        ("index", {"--index", "--fresh", "--restore", "--watch", "--allow-private", "--columns"}),
        ("ask", {"--index", "--json", "--top", "--explain"}),
        ("ask", {"--from", "--until", "--undated", "--source", "--where", "--newest"}),
        ("ask", {"--after"}),
        ("gaps", {"--index", "--json", "--clear"}),
        ("feedback", {"--index", "--export"}),
        ("chat", {"--host", "--port", "--index"}),
        ("eval", {"--index", "--reader", "--contexts", "--json"}),
        ("verify", {"--index"}),
        ("info", {"--index", "--articles", "--json"}),
        ("remove", {"--index", "--purge"}),
        ("export", {"--index", "--out"}),
        ("rollback", {"--index"}),
    ],
)
def test_the_promised_commands_have_their_flags(command, flags):
    assert flags <= flags_of(PROGRAM.commands[command])


def test_every_command_and_flag_says_what_it_is():
    for name, command in PROGRAM.commands.items():
        assert command.help, name
        for parameter in command.params:
            assert parameter.help, f"{name}: {parameter.name}"
