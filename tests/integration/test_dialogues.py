"""Follow-ups over the two seed articles, with the real models. No text of theirs stands here
but the short gold answers."""

from __future__ import annotations

import pytest

from qa_bot.bot import QABot
from qa_bot.records import Turn

DIALOGUES = [
    (
        ("Where did Putin meet Kim Jong-un?", "And how long did they meet?"),
        "How long did Putin and Kim Jong-un meet?",
        ("five-hour", "two-hour"),
    ),
    (
        ("Who is the Russian defence minister?", "Where was he recently?"),
        "Where was Sergei Shoigu recently?",
        ("Pyongyang",),
    ),
    (
        ("How many hours did Kim ride his armoured train?", "Why?"),
        "Why did Kim ride his armoured train?",
        ("talk weapons programmes",),
    ),
    (
        ("Which company did well out of the war?", "How much did it win in new orders?"),
        "How much did BAE win in new orders?",
        ("£21.1 billion",),
    ),
    (
        ("Who is Jennifer Mathers?", "Where does she work?"),
        "Where does Jennifer Mathers work?",
        ("Aberystwyth",),
    ),
    (
        (
            "When did Ursula von der Leyen give her state of the union speech?",
            "What did she envisage?",
        ),
        "What did Ursula von der Leyen envisage?",
        ("union complete with",),
    ),
    (
        ("Who routed the Russians?", "Where was the G20 summit in 2022?"),
        None,  # a change of topic
        ("Bali",),
    ),
    (
        ("Where was the G20 summit in 2022?", "Who routed the Russians in the Soviet-Polish war?"),
        None,
        ("Piłsudski",),
    ),
]


@pytest.mark.parametrize(("questions", "understood", "gold"), DIALOGUES)
def test_a_dialogue(
    bot: QABot, questions: tuple[str, ...], understood: str | None, gold: tuple[str, ...]
) -> None:
    history: list[Turn] = []
    for question in questions:
        answer = bot.ask(question, history)
        assert answer.question == question
        history.append(Turn(question, answer))
    assert answer.rewritten_question == understood
    assert answer.text is not None
    assert any(words in answer.text for words in gold), answer.text
    # Asked without the history, nothing is carried over: that is how a person undoes it.
    assert bot.ask(questions[-1]).rewritten_question is None


def test_in_a_shell(seeds_index, capsys, monkeypatch) -> None:
    from qa_bot.cli import main

    monkeypatch.setenv("NO_COLOR", "1")
    main_arguments = ["ask", "Where was he recently?", "--index", str(seeds_index)]
    with pytest.raises(SystemExit) as left:
        main([*main_arguments, "--after", "Who is the Russian defence minister?"])
    assert left.value.code == 0
    shown = capsys.readouterr().out
    assert shown.startswith("Understood as: Where was Sergei Shoigu recently?\n")
    assert "Pyongyang" in shown


def test_unanswered_questions_are_kept_only_when_asked_for(
    seeds_index, tmp_path, capsys, monkeypatch
) -> None:
    import shutil

    from qa_bot.cli import main
    from qa_bot.config import Settings

    index = tmp_path / "index"
    shutil.copytree(seeds_index, index)
    asked = "What is the boiling point of tungsten?"
    for keep in (False, True):
        settings = Settings.load(environ={}, index=str(index), gap_log=keep)
        answer = QABot.open(index, settings=settings).ask(asked)
        assert answer.status == "abstained"
        assert (index / "journal.sqlite").exists() is keep
    for flag, said in (([], asked), (["--json"], '"count": 1'), (["--clear"], "1 questions")):
        with pytest.raises(SystemExit) as left:
            main(["gaps", "--index", str(index), *flag])
        assert left.value.code == 0
        assert said in capsys.readouterr().out


def test_feedback_becomes_a_set_for_eval(bot: QABot, tmp_path, capsys) -> None:
    import json

    from qa_bot.cli import main
    from qa_bot.evaluation.datasets import read_records
    from qa_bot.journal.exporting import export_feedback
    from qa_bot.journal.feedback import add_feedback

    answer = bot.ask("How many hours did Kim ride his armoured train?")
    add_feedback(tmp_path, answer, "right")
    written = export_feedback(tmp_path, bot.snapshot, tmp_path / "set.jsonl")
    assert written.gold == 1
    (record,) = read_records(written.out)
    assert record.answers == (answer.text,)
    assert json.loads(written.review_out.read_text("utf-8") or "[]") == []
    with pytest.raises(SystemExit) as left:
        main(["feedback", "--index", str(tmp_path)])
    assert left.value.code == 0
    assert "1 right, 0 wrong" in capsys.readouterr().out
