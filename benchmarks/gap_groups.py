"""Where two wordings of one question part from two questions, by the encoder's cosine.

    python benchmarks/gap_groups.py

40 pairs written for this: 20 of one question in other words, 20 of two questions that look
alike. For each threshold: pairs of one question that are put together, pairs of two that are,
by the cosine alone and with the rules of qa_bot.journal.grouping.
"""

from __future__ import annotations

from qa_bot.config import Settings
from qa_bot.embedding import open_embedder
from qa_bot.journal.grouping import SAME, may_be_same

ONE_QUESTION = [
    ("Who owns the port of Piraeus?", "To whom does the Piraeus port belong?"),
    ("When does the new tram line open?", "What is the opening date of the new tram line?"),
    ("How many people work at the shipyard?", "What is the number of employees of the shipyard?"),
    ("Why was the bridge closed?", "What is the reason that the bridge was shut?"),
    ("Where will the next summit be held?", "In which city does the next summit take place?"),
    ("How much does a ticket cost?", "What is the price of a ticket?"),
    ("Who is the finance minister of Norway?", "What is the name of Norway's finance minister?"),
    ("What did the mayor say about the flood?", "What was the mayor's comment on the flood?"),
    ("Is the museum open on Sundays?", "Can I visit the museum on a Sunday?"),
    ("How tall is the new tower?", "What height does the new tower have?"),
    ("Which company built the dam?", "Who constructed the dam?"),
    ("When was Angela Merkel born?", "What is Angela Merkel's date of birth?"),
    ("Who won the election in Chile?", "Which candidate won Chile's election?"),
    ("What causes the delays at the airport?", "Why are there delays at the airport?"),
    ("How old is the oldest tree in the park?", "What age has the park's oldest tree?"),
    ("How did the fire start?", "What started the fire?"),
    ("Who leads the opposition in Spain?", "Who is the leader of Spain's opposition?"),
    ("How long does the ferry take?", "What is the ferry's travel time?"),
    ("What is the unemployment rate in Italy?", "How high is unemployment in Italy?"),
    ("who painted the stolen picture", "Which artist made the painting that was stolen?"),
]
TWO_QUESTIONS = [
    ("When was the bridge opened?", "Where was the bridge opened?"),
    ("Who won the election in Chile?", "Who won the election in Peru?"),
    ("How many people live in Oslo?", "How many people live in Bergen?"),
    ("What was inflation in 2021?", "What was inflation in 2022?"),
    ("Who built the dam?", "When was the dam built?"),
    ("Who is the finance minister of Norway?", "Who is the foreign minister of Norway?"),
    ("How much does a ticket cost?", "Where can I buy a ticket?"),
    ("Why was the bridge closed?", "When was the bridge closed?"),
    ("When does the museum open?", "When does the museum close?"),
    ("How tall is the new tower?", "How much did the new tower cost?"),
    ("When was Angela Merkel born?", "When was Angela Merkel elected?"),
    ("Where was Angela Merkel born?", "Where was Olaf Scholz born?"),
    ("What did the mayor say about the flood?", "What did the mayor say about the fire?"),
    ("How did the fire start?", "How was the fire put out?"),
    ("Who owns the port of Piraeus?", "Who owns the port of Hamburg?"),
    ("How long does the ferry take?", "How often does the ferry run?"),
    ("Who scored in the 2018 final?", "Who scored in the 2022 final?"),
    ("What is the unemployment rate in Italy?", "What is the interest rate in Italy?"),
    ("Who painted the stolen picture?", "Who stole the picture?"),
    ("How many were killed?", "How many were injured?"),
]


def main() -> None:
    embedder = open_embedder(Settings.load())

    def scored(pairs: list[tuple[str, str]]) -> list[tuple[float, bool]]:
        return [
            (
                float(embedder.embed_question(one) @ embedder.embed_question(other)),
                may_be_same(one, other),
            )
            for one, other in pairs
        ]

    one, two = scored(ONE_QUESTION), scored(TWO_QUESTIONS)
    print(f"{'':10}{'cosine alone':>24}{'with the rules':>24}")
    print(f"{'threshold':10}{'one':>12}{'two':>12}{'one':>12}{'two':>12}")
    for step in range(50, 100, 5):
        least = step / 100
        cells = [
            sum(cosine >= least and (may or not ruled) for cosine, may in pairs)
            for ruled in (False, True)
            for pairs in (one, two)
        ]
        mark = "  <- SAME" if abs(least - SAME) < 0.001 else ""
        print(f"{least:<10.2f}" + "".join(f"{cell:>9}/20" for cell in cells) + mark)


if __name__ == "__main__":
    main()
