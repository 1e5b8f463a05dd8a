"""The chat page: ``python app.py`` opens the index (and first builds it from seeds/ if
there is none), serves the page on 127.0.0.1:7860 and prints its address."""

from __future__ import annotations

import sys

from qa_bot import QABot, QABotError
from qa_bot.web import launch
from qa_bot.web.auth import Accounts

if __name__ == "__main__":
    try:
        launch(QABot.open(), accounts=Accounts.load(None))
    except QABotError as error:
        sys.exit(str(error))
