"""Reading sources again: quotes that stand, moved, went, or cannot be read."""

import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qa_bot.answering.verify import verify_answer
from qa_bot.config import Settings
from qa_bot.corpus.folder import load_file, walk
from qa_bot.records import Alternative, Answer, Article, Citation, Span

TEXT = "Kim rode the train.\r\nIt took 20 hours in all. Putin waited.\n"
QUOTE = "20 hours"
SENTENCE = "It took 20 hours in all."


def articles_of(root):
    return [
        item
        for file in walk(root)
        for item in load_file(file, root_name=root.name, max_file_mb=20)
        if isinstance(item, Article)
    ]


def cite(article, quote=QUOTE, sentence=SENTENCE):
    start, sentence_start = article.text.index(quote), article.text.index(sentence)
    return Citation(
        article.article_id, article.title, article.source, article.location, article.url,
        article.published, Span(start, start + len(quote)), quote, sentence,
        Span(sentence_start, sentence_start + len(sentence)), content_hash=article.content_hash,
    )  # fmt: skip


def answer_with(*citations, alternatives=()):
    return Answer(
        "How long?", "answered", QUOTE, 0.9, citations, alternatives, (), 1, (), None, None, 1
    )


def verdicts(answer):
    return [check.verdict for check in verify_answer(answer, Settings())]


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "articles" / "a.txt"
    path.parent.mkdir()
    path.write_bytes(TEXT.encode())
    return path


@pytest.fixture
def answer(source):
    (article,) = articles_of(source.parent)
    return answer_with(cite(article))


def test_an_unchanged_source_stands(answer):
    (check,) = verify_answer(answer, Settings())
    assert check.stands
    assert check.verdict == "stands"
    assert "unchanged" in check.detail


def test_a_change_behind_the_quote_leaves_it_standing_and_is_told(source, answer):
    source.write_bytes((TEXT + "More came later.\n").encode())
    (check,) = verify_answer(answer, Settings())
    assert check.stands
    assert "changed elsewhere" in check.detail
    source.write_bytes(TEXT.replace("in all", "and a half").encode())
    (check,) = verify_answer(answer, Settings())
    assert check.stands
    assert "sentence has changed" in check.detail


def test_a_quote_that_shifted_by_one_character_has_moved(source, answer):
    source.write_bytes(("!" + TEXT).encode())
    (check,) = verify_answer(answer, Settings())
    assert check.verdict == "moved"
    assert not check.stands
    start = TEXT.index(QUOTE)
    assert check.found == Span(start + 1, start + 9)
    assert f"at characters {start + 1} to {start + 9}, not {start} to {start + 8}" in check.detail
    assert "sentence" not in check.detail


PRINTED = st.text(st.characters(exclude_categories=("C",)), max_size=60)


@given(before=PRINTED, after=PRINTED)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_written_around_it_the_new_offsets_hold_the_quote(
    source, answer, before, after
):
    source.write_bytes(f"Late. {before}\n\n{TEXT}\n{after}".encode())
    (check,) = verify_answer(answer, Settings())
    (article,) = articles_of(source.parent)
    source.write_bytes(TEXT.encode())
    assert check.verdict == "moved"
    assert check.found == answer.citations[0].span.shift(article.text.index(TEXT))
    assert check.found.of(article.text) == QUOTE


def test_of_several_places_the_one_in_the_old_sentence_is_named(source, answer):
    source.write_bytes(f"Of 20 hours. Kim left.\n\n{'More. ' * 40}\n\n{TEXT}".encode())
    (article,) = articles_of(source.parent)
    (check,) = verify_answer(answer, Settings())
    assert check.verdict == "moved"
    assert check.found.start == article.text.index(SENTENCE) + SENTENCE.index(QUOTE)


def test_words_that_now_stand_in_another_sentence_are_to_be_read_again(source, answer):
    source.write_bytes(b"Kim rode the train. It took 30 hours. Putin waited for 20 hours.\n")
    (check,) = verify_answer(answer, Settings())
    assert check.verdict == "moved"
    assert "read them again" in check.detail


def test_text_that_was_wrapped_anew_holds_the_same_words(source, answer):
    source.write_bytes(
        TEXT.replace("20 hours in", "20\nhours in").replace("Kim", "Mr Kim").encode()
    )
    (article,) = articles_of(source.parent)
    (check,) = verify_answer(answer, Settings())
    assert check.verdict == "moved"
    assert check.found.of(article.text) == "20\nhours"


def test_a_part_of_another_word_is_not_the_quote(source, answer):
    source.write_bytes(TEXT.replace("20 hours", "120 hours").encode())
    (check,) = verify_answer(answer, Settings())
    assert check.verdict == "gone"
    assert check.found is None


def test_a_quote_whose_words_changed_is_gone(source, answer):
    source.write_bytes(TEXT.replace("20 hours", "30 hours").encode())
    (check,) = verify_answer(answer, Settings())
    assert check.verdict == "gone"
    assert "'30 hours'" in check.detail


def test_a_missing_an_emptied_and_a_binary_source_are_unreadable(source, answer):
    source.unlink()
    (check,) = verify_answer(answer, Settings())
    assert check.verdict == "unreadable"
    assert "there is no file" in check.detail
    source.write_bytes(b"")
    assert verdicts(answer) == ["unreadable"]
    source.write_bytes(bytes(range(256)) * 20)
    assert verdicts(answer) == ["unreadable"]


def test_an_edited_answer_does_not_stand(answer):
    forged = replace(answer.citations[0], quote="30 hours")
    assert verdicts(replace(answer, citations=(forged,))) == ["gone"]
    beyond = replace(answer.citations[0], span=Span(9000, 9008))
    (check,) = verify_answer(replace(answer, citations=(beyond,)), Settings())
    assert check.verdict == "moved"
    assert "it is the answer that was altered" in check.detail


def test_alternatives_are_verified_too_and_an_abstention_has_nothing_to_verify(answer):
    citation = answer.citations[0]
    forged = replace(citation, quote="a week")
    both = replace(answer, alternatives=(Alternative("a week", 0.2, (forged, citation)),))
    checks = verify_answer(both, Settings())
    assert [(c.role, c.verdict) for c in checks] == [
        ("answer", "stands"),
        ("alternative", "gone"),
        ("alternative", "stands"),
    ]
    assert verify_answer(replace(answer, citations=()), Settings()) == []


@pytest.mark.parametrize("with_ids", [True, False])
def test_rows_of_a_file_are_told_apart(tmp_path, with_ids):
    rows = [
        {"text": "A first article that says nothing of it."},
        {"text": TEXT},
        {"text": TEXT.replace("20 hours", "30 hours")},
    ]
    if with_ids:
        rows = [{"id": f"n{i}", **row} for i, row in enumerate(rows)]
    path = tmp_path / "articles" / "rows.jsonl"
    path.parent.mkdir()

    def write(written):
        path.write_text("".join(json.dumps(row) + "\n" for row in written), encoding="utf-8")

    write(rows)
    second = articles_of(path.parent)[1]
    answer = answer_with(cite(second))
    assert verdicts(answer) == ["stands"]
    write([rows[0], {**rows[2], **({"id": "n1"} if with_ids else {})}])
    assert verdicts(answer) == ["gone"]
    write(rows[:1])
    (check,) = verify_answer(answer, Settings())
    assert check.verdict == "unreadable"
    assert "no longer holds that article" in check.detail
    write([rows[1], rows[0]])
    # With ids a row is known wherever it stands; without, its line is all that names it.
    assert verdicts(answer) == (["stands"] if with_ids else ["gone"])
