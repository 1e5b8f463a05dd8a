"""Flags and speakers of a span, from cues and speeches that are given."""

from __future__ import annotations

from fakes import make_article

from qa_bot.answering.cite import cite
from qa_bot.answering.safety import flags_of, speaker_of, with_context
from qa_bot.cli.show import Marks, answer_lines
from qa_bot.records import Answer, ArticleAnalysis, Cue, Span, Speech

TEXT = "Lavrov denied that Moscow had sent tanks to Syria. It rained."


def span(words: str) -> Span:
    start = TEXT.index(words)
    return Span(start, start + len(words))


SENTENCE = span("Lavrov denied that Moscow had sent tanks to Syria.")
DENIAL = Cue(SENTENCE, "denial", span("denied"), span("that Moscow had sent tanks to Syria"))


def test_a_span_in_the_scope_is_flagged_and_one_outside_is_not() -> None:
    analysis = ArticleAnalysis(cues=(DENIAL,))
    assert flags_of(analysis, span("tanks")) == ("denied",)
    assert flags_of(analysis, span("Lavrov")) == ()
    assert flags_of(analysis, span("rained")) == ()


def test_a_span_that_holds_the_cue_says_so_itself() -> None:
    analysis = ArticleAnalysis(cues=(DENIAL,))
    assert flags_of(analysis, span("denied that Moscow had sent tanks")) == ()


def test_a_scope_of_two_runs_is_one_scope() -> None:
    halves = [
        Cue(SENTENCE, "hedge", span("denied"), part) for part in (span("Moscow"), span(" had sent"))
    ]
    assert flags_of(ArticleAnalysis(cues=tuple(halves)), span("Moscow had sent")) == ("hedged",)


def test_flags_come_in_one_order_each_once() -> None:
    cues = tuple(
        Cue(SENTENCE, kind, span("It"), span("tanks to Syria"))
        for kind in ("question", "negation", "hedge", "negation")
    )
    analysis = ArticleAnalysis(cues=cues, speeches=(Speech(span("tanks to Syria"), None),))
    assert flags_of(analysis, span("tanks")) == ("negated", "hedged", "question", "quoted")


def test_the_nearest_speaker_counts_and_nobody_says_his_own_name() -> None:
    outer = Speech(span("Moscow had sent tanks to Syria"), span("Lavrov"), quoted=False)
    inner = Speech(span("tanks to Syria"), span("Moscow"))
    analysis = ArticleAnalysis(speeches=(outer, inner, Speech(span("rained"), None)))
    assert speaker_of(analysis, span("tanks")) == span("Moscow")
    assert speaker_of(analysis, span("sent")) == span("Lavrov")
    assert speaker_of(analysis, span("rained")) is None
    assert speaker_of(ArticleAnalysis(speeches=(outer,)), span("Lavrov")) is None


def test_a_citation_carries_them_and_the_shell_shows_them() -> None:
    article = make_article("news/a.txt", TEXT)
    plain = cite(article, span("tanks"), flags=("uncalibrated",))
    assert with_context(plain, article, None) == plain
    said = Speech(span("Moscow had sent tanks to Syria"), span("Lavrov"), quoted=False)
    cited = with_context(plain, article, ArticleAnalysis(cues=(DENIAL,), speeches=(said,)))
    assert (cited.flags, cited.speaker) == (("uncalibrated", "denied"), "Lavrov")
    answer = Answer(
        "What did Moscow send?", "answered", "tanks", 0.9, (cited,), (), (), 1, (), None, None, 1
    )
    shown = "\n".join(answer_lines(answer, Marks("**", "**")))
    assert "— denied: read the whole sentence" in shown
    assert "— according to Lavrov" in shown
