"""Many people asking at once: does any question fail, is the order kept, how long does it take.

    python benchmarks/load.py --index index/ --people 50 --questions 3

Serves the page over an index in this process (or ``--fake``: a bot that sleeps, to see
what the page alone costs) and asks with one Gradio client a person, each of them one
question after another, all people at the same time, through the same events as the
browser. Prints what failed, whether answers came in the order asked, and p50 and p95 of
the seconds from asking to the answer.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
from gradio_client import Client

from qa_bot import QABot, build_index
from qa_bot.web import launch

ROOT = Path(__file__).parent.parent
QUESTIONS = (
    "How many hours did Kim ride his armoured train?",
    "Who met Putin at the Vostochny space centre?",
    "When did Putin and Kim Jong Un meet?",
    "What has Ukraine been supplied with?",
    "Which team won the football world cup in 2018?",
)


class Person:
    """One client; ``seconds`` of each answer, ``asked`` and ``answered`` in order."""

    def __init__(self, url: str, start: int, count: int, gate: threading.Barrier) -> None:
        self.client = Client(url, verbose=False, httpx_kwargs={"timeout": 300})
        self.questions = [QUESTIONS[(start + n) % len(QUESTIONS)] for n in range(count)]
        self.gate = gate
        self.seconds: list[float] = []
        self.answered: list[str] = []
        self.failures: list[str] = []

    def run(self) -> None:
        """Sends all questions at once, then waits for each in turn."""
        self.gate.wait()
        began = time.perf_counter()
        jobs = [self.client.submit(question, api_name="/ask") for question in self.questions]
        for job in jobs:
            try:
                record: dict[str, Any] = job.result(timeout=600)
                self.answered.append(record["question"])
            except Exception as error:
                self.failures.append(repr(error)[:200])
            self.seconds.append(time.perf_counter() - began)


def main() -> int:
    """Serve, ask, report; 1 where a question failed or came out of order."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--index", type=Path, help="an index; by default one made of seeds/")
    parser.add_argument("--fake", action="store_true", help="a bot that only sleeps")
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--questions", type=int, default=1, help="of each person, sent at once")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bot: Any
        if arguments.fake:
            sys.path.insert(0, str(ROOT / "tests" / "browser"))
            import fake_bot

            text = "The leader rode his armoured train for 20 hours to meet Putin."
            bot = fake_bot.FakeBot([fake_bot.article("a.txt", text)], answer_pause=0.05)
        else:
            if arguments.index is None:
                build_index(ROOT / "seeds", folder)
            bot = QABot.open(arguments.index or folder)
        served = launch(bot, port=0, prevent_thread_lock=True)
        try:
            report = measure(served.local_url, arguments.people, arguments.questions)
        finally:
            served.close(verbose=False)
    print(json.dumps(report, indent=1))
    return 1 if report["failed"] or report["out_of_order"] else 0


def measure(url: str, people: int, questions: int) -> dict[str, Any]:
    """All people at the same time; seconds are from asking to the answer."""
    gate = threading.Barrier(people)
    crowd = [Person(url, n, questions, gate) for n in range(people)]
    threads = [threading.Thread(target=person.run) for person in crowd]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = np.array([s for person in crowd for s in person.seconds])
    return {
        "people": people,
        "questions": people * questions,
        "failed": [failure for person in crowd for failure in person.failures],
        "out_of_order": sum(person.answered != person.questions for person in crowd),
        "seconds_in_all": round(time.perf_counter() - began, 2),
        "p50_seconds": round(float(np.percentile(seconds, 50)), 2),
        "p95_seconds": round(float(np.percentile(seconds, 95)), 2),
        "answers_a_second": round(len(seconds) / float(seconds.max()), 1),
    }


if __name__ == "__main__":
    sys.exit(main())
