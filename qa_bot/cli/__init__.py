"""The shell: ``qa-bot``, and ``python -m qa_bot``, which is the same program.

app.py         the program: its commands, and how an error leaves it
indexing.py    index, rollback
asking.py      ask
serving.py     chat, mcp, password, token
evaluating.py  eval
checking.py    verify, info
show.py        answers as text, with and without a terminal
progress.py    bars on stderr

Whatever is heavy is imported inside the command that needs it, so that help
and errors of usage come at once.
"""

from qa_bot.cli.app import app, main

__all__ = ["app", "main"]
