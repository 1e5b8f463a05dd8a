"""From questions and passages to tables: what a pair is called, and where its answer stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_tables import random_tables
from tokenizers import Tokenizer

from qa_bot.reading.windows import WindowMaker
from qa_bot.training.asked import GROUPED, OTHERS, Asked, gather
from qa_bot.training.bases import base_folder
from qa_bot.training.make_tables import PIECE_TOKENS, QUESTION_TOKENS, tabulate
from qa_bot.training.retrieved import Found
from qa_bot.training.sets import Example, vary_questions
from qa_bot.training.tables import GOLD, NEGATIVE, UNKNOWN, VARIANTS, Tables

TOKENIZER = base_folder("minilm") / "tokenizer.json"
SQUAD, NQ, QAMR = "squad_v1.1_train_partial", "nq_qed_train", "qamr_dev_test_sentences"


def example(question: str, context: str, answer: str | None, source: str = SQUAD) -> Example:
    if answer is None:
        return Example(source, question, context, (), None, None)
    start = context.index(answer)
    return Example(source, question, context, (answer,), start, start + len(answer))


CONTEXTS = [
    "The ship was old. It sank in 1912 off Skagen. Nobody was lost.",
    "Another ship sank in 1913.",
    "A play of 1912 was lost.",
    "The town had a harbour.",
]
OWN = CONTEXTS[0]


def found(*chunks: tuple[int, int, int]) -> dict[str, Found]:
    return {"when did it sink?": Found("when did it sink?", chunks)}


def whole(number: int) -> tuple[int, int, int]:
    return number, 0, len(CONTEXTS[number])


# Labelling.


def test_passages_are_labelled_by_the_words_of_the_answer() -> None:
    own = example("when did it sink?", OWN, "1912")
    (asked,) = gather([own], found(whole(1), whole(2), whole(3)), CONTEXTS, set())
    assert asked.golds == [(OWN, OWN.index("1912"), OWN.index("1912") + 4)]
    assert asked.others == [
        (CONTEXTS[1], NEGATIVE),
        (CONTEXTS[2], UNKNOWN),
        (CONTEXTS[3], NEGATIVE),
    ]
    assert not asked.held


def test_any_answer_given_anywhere_in_any_case_makes_a_passage_unknown() -> None:
    examples = [
        example("when did it sink?", OWN, "1912"),
        example("when did it sink?", CONTEXTS[1], "sank in 1913"),
    ]
    contexts = [*CONTEXTS, "It SANK IN 1913, or later."]
    (asked,) = gather(examples, found((4, 0, 26)), contexts, set())
    assert asked.others == [(contexts[4], UNKNOWN)]
    assert [gold[0] for gold in asked.golds] == [OWN, CONTEXTS[1]]


def test_chunks_of_the_own_passage_answer_where_they_hold_the_answer() -> None:
    own = example("when did it sink?", OWN, "1912")
    start = OWN.index("It sank")
    chunks = ((0, start, len(OWN)), (0, 0, start), (0, 0, OWN.index("12")), whole(0))
    (asked,) = gather([own], found(*chunks), CONTEXTS, set())
    assert [text for text, _, _ in asked.golds] == [OWN, OWN[start:]]
    assert [text[begin:end] for text, begin, end in asked.golds] == ["1912", "1912"]
    assert asked.others == []


def test_what_does_not_answer_by_its_set_is_negative() -> None:
    (asked,) = gather([example("when?", OWN, None)], {}, CONTEXTS, set())
    assert (asked.golds, asked.others) == ([], [(OWN, NEGATIVE)])


def test_a_question_whose_own_distractor_comes_first_gets_what_was_retrieved_too() -> None:
    examples = [
        example("when did it sink?", CONTEXTS[3], None),
        example("when did it sink?", OWN, "1912"),
    ]
    (asked,) = gather(examples, found(whole(1)), CONTEXTS, set())
    assert asked.others == [(CONTEXTS[3], NEGATIVE), (CONTEXTS[1], NEGATIVE)]


def test_held_out_passages_never_stand_beside_a_training_question() -> None:
    own = example("when did it sink?", OWN, "1912")
    (asked,) = gather([own], found(whole(1), whole(3)), CONTEXTS, {CONTEXTS[1]})
    assert asked.others == [(CONTEXTS[3], NEGATIVE)]
    (asked,) = gather([own], found(whole(1), whole(3)), CONTEXTS, {OWN, CONTEXTS[1]})
    assert asked.held
    assert [text for text, _ in asked.others] == [CONTEXTS[1], CONTEXTS[3]]


def test_a_question_with_passages_on_both_sides_is_two() -> None:
    examples = [
        example("when did it sink?", OWN, "1912"),
        example("when did it sink?", CONTEXTS[1], "1913"),
    ]
    training, held = gather(examples, {}, CONTEXTS, {CONTEXTS[1]})
    assert [(a.held, a.golds[0][0]) for a in (training, held)] == [
        (False, OWN),
        (True, CONTEXTS[1]),
    ]


def test_each_set_has_its_number_of_other_passages() -> None:
    contexts = [OWN, *(f"Nothing {n} is here." for n in range(20))]
    brought = found(*((n, 0, len(contexts[n])) for n in range(1, 21)))
    for source in (SQUAD, NQ, "squadshifts_reddit", QAMR):
        own = example("when did it sink?", OWN, "1912", source)
        (asked,) = gather([own], brought, contexts, set())
        assert len(asked.others) == OTHERS.get(source, 0)
    assert QAMR not in OTHERS


questions = st.sampled_from(["when did it sink?", "who came?"])


@st.composite
def worlds(
    draw: st.DrawFn,
) -> tuple[list[Example], dict[str, Found], list[str], set[str]]:
    """Contexts of few words, so that answers recur by chance; questions; what they brought."""
    words = st.lists(st.sampled_from(["Kim", "Per", "saw", "1912", "a", "kim"]), min_size=2)
    texts = draw(st.lists(words.map(" ".join), min_size=2, max_size=8, unique=True))
    examples = []
    for _ in range(draw(st.integers(1, 6))):
        context = draw(st.sampled_from(texts))
        answer = draw(st.sampled_from([None, *context.split()]))
        source = draw(st.sampled_from([SQUAD, NQ, QAMR]))
        examples.append(example(draw(questions), context, answer, source))
    brought = {}
    for question in ("when did it sink?", "who came?"):
        chunks = []
        for number in draw(st.permutations(range(len(texts)))):
            begin = draw(st.integers(0, len(texts[number]) - 1))
            chunks.append((number, begin, draw(st.integers(begin + 1, len(texts[number])))))
        brought[question] = Found(question, tuple(chunks))
    return examples, brought, texts, set(draw(st.lists(st.sampled_from(texts))))


@settings(max_examples=60)
@given(worlds())
def test_labels_keep_their_word(
    world: tuple[list[Example], dict[str, Found], list[str], set[str]],
) -> None:
    examples, brought, texts, held = world
    gathered = gather(examples, brought, texts, held)
    keys = [(asked.source, asked.question, asked.held) for asked in gathered]
    assert len(set(keys)) == len(keys)
    for asked in gathered:
        mine = [e for e in examples if (e.source, e.question) == (asked.source, asked.question)]
        own = [e for e in mine if (e.context in held) == asked.held]
        answers = {answer for e in mine for answer in e.answers}
        for text, start, end in asked.golds:
            assert text[start:end] in {e.answers[0] for e in own if e.answers}
            assert any(text in e.context for e in own)
        unanswered = {e.context for e in own if not e.answers}
        for text, kind in asked.others:
            holds = any(answer.casefold() in text.casefold() for answer in answers)
            if kind == UNKNOWN:
                assert holds
            else:
                assert kind == NEGATIVE
                assert not holds or text in unanswered
            if not asked.held and text not in unanswered:
                assert any(text in context for context in texts if context not in held)
        assert len(asked.others) <= OTHERS.get(asked.source, 0) + sum(not e.answers for e in own)


# Tables.


@cache
def words_only() -> Tokenizer:
    """The tokenizer as it cuts one text, however long."""
    tokenizer = Tokenizer.from_file(str(TOKENIZER))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


@cache
def small_pieces() -> WindowMaker:
    """Pieces of 20 tokens that share 8."""
    return WindowMaker(TOKENIZER, max_length=23, overlap=8)


@pytest.fixture
def tokenizer() -> Tokenizer:
    return words_only()


@pytest.fixture
def maker() -> WindowMaker:
    return small_pieces()


def asked_of(
    golds: list[tuple[str, str]], others: list[tuple[str, int]], *, held: bool = False
) -> Asked:
    """(text, answer) of the golds to their places."""
    placed = [
        (text, text.index(answer), text.index(answer) + len(answer)) for text, answer in golds
    ]
    return Asked("When did the ship sink?", SQUAD, held, placed, others)


def pairs_of(tables: Tables, question: int) -> Iterator[tuple[int, list[int], int, int]]:
    """(kind, piece ids, first, last) of each pair."""
    begin, end = tables.question_ptr_pairs[question : question + 2]
    for pair in range(begin, end):
        yield (
            int(tables.pair_kind[pair]),
            tables.piece(int(tables.pair_piece[pair])).tolist(),
            int(tables.pair_start[pair]),
            int(tables.pair_end[pair]),
        )


def test_positions_decode_to_the_answers(tokenizer: Tokenizer, maker: WindowMaker) -> None:
    answers = [
        ("It sank in 1912 off Skagen, they say.", "1912"),
        ("The unsinkable Vasa sank.", "The unsinkable Vasa"),
        ("Then came Ærøskøbing", "Ærøskøbing"),
        ("It cost 63,000 rigsdaler.", "63,000 rigsdaler"),
    ]
    tables = tabulate([asked_of([gold], []) for gold in answers], maker, seed=1)
    assert tables.questions == 4
    for question, (_, answer) in enumerate(answers):
        ((kind, ids, first, last),) = pairs_of(tables, question)
        assert kind == GOLD
        own = tokenizer.encode(answer, add_special_tokens=False).ids
        assert ids[first : last + 1] == own
        if answer.isascii():
            said = tokenizer.decode(ids[first : last + 1])
            assert said.replace(" ", "") == answer.lower().replace(" ", "")


def test_long_texts_become_pieces_that_hold_the_answer_or_do_not(
    tokenizer: Tokenizer, maker: WindowMaker
) -> None:
    words = [f"w{n}" for n in range(40)]
    text = " ".join([*words[:22], "twelve ships", *words[22:]])
    ids = tokenizer.encode(text, add_special_tokens=False).ids
    answer = tokenizer.encode("twelve ships", add_special_tokens=False).ids
    other = " ".join(f"x{n}" for n in range(30))
    tables = tabulate([asked_of([(text, "twelve ships")], [(other, NEGATIVE)])], maker, seed=1)
    windows = [ids[begin : begin + 20] for begin in range(0, len(ids) - 8, 12)]
    holding = [
        window
        for window in windows
        if any(window[at : at + len(answer)] == answer for at in range(len(window)))
    ]
    pairs = list(pairs_of(tables, 0))
    golds = [piece for kind, piece, _, _ in pairs if kind == GOLD]
    assert golds == holding
    assert golds
    assert all(piece[first : last + 1] == answer for k, piece, first, last in pairs if k == GOLD)
    # The pieces around it are not called negative: they are left out.
    negatives = [(piece, first, last) for kind, piece, first, last in pairs if kind == NEGATIVE]
    other_ids = tokenizer.encode(other, add_special_tokens=False).ids
    assert sorted({i for piece, _, _ in negatives for i in piece}) == sorted(set(other_ids))
    assert {(first, last) for _, first, last in negatives} == {(-1, -1)}
    assert len(pairs) == len(golds) + len(negatives)
    assert max(len(piece) for _, piece, _, _ in pairs) <= 20


@settings(max_examples=40)
@given(st.integers(0, 60), st.integers(1, 12), st.integers(0, 60))
def test_an_answer_stands_whole_in_its_pieces(before: int, size: int, after: int) -> None:
    words = [chr(ord("a") + n % 26) for n in range(before + size + after)]
    text = " ".join(words)
    start, end = 2 * before, 2 * (before + size) - 1
    tables = tabulate(
        [Asked("q", SQUAD, False, [(text, start, end)], [(".", 1)])], small_pieces(), seed=1
    )
    golds = [pair for pair in pairs_of(tables, 0) if pair[0] == GOLD]
    # A window of 20 moves by 12: each that begins at or before the answer and ends after it.
    total, begin, expected = len(words), 0, 0
    while True:
        expected += begin <= before and min(begin + 20, total) >= before + size
        if begin + 20 >= total:
            break
        begin += 12
    assert len(golds) == expected
    if size <= 8:
        assert golds
    letters = words_only().encode(text[start:end], add_special_tokens=False)
    assert all(piece[first : last + 1] == letters.ids for _, piece, first, last in golds)


def test_a_piece_is_kept_once_for_a_question_and_a_known_answer_wins(maker: WindowMaker) -> None:
    text = "It sank in 1912."
    item = asked_of([(text, "1912"), (text, "1912")], [(text, UNKNOWN), ("No.", NEGATIVE)])
    tables = tabulate([item, item], maker, seed=1)
    assert [kind for kind, *_ in pairs_of(tables, 0)] == [GOLD, NEGATIVE]
    assert tables.pair_piece.tolist() == [0, 1, 0, 1]
    assert len(tables.piece_ptr) == 3


def test_questions_without_a_pair_are_dropped(maker: WindowMaker) -> None:
    items = [
        asked_of([], [("  ", NEGATIVE)]),
        asked_of([("It sank in 1912.", "1912")], [], held=True),
        Asked("who?", QAMR, False, [], [("Nobody.", NEGATIVE)]),
    ]
    tables = tabulate(items, maker, seed=1)
    assert tables.questions == 2
    assert tables.question_held.tolist() == [True, False]
    assert [str(tables.sets[place]) for place in tables.question_set] == [SQUAD, QAMR]
    assert tables.question_grouped.tolist() == [True, False]
    assert SQUAD in GROUPED
    assert QAMR not in GROUPED


def test_questions_are_kept_in_three_ways(tokenizer: Tokenizer, maker: WindowMaker) -> None:
    items = [
        Asked(f"When did ship {n} sink in the harbour?", SQUAD, False, [], [("No.", NEGATIVE)])
        for n in range(12)
    ]
    tables = tabulate(items, maker, seed=7)
    ways = [[item.question for item in items]]
    ways += [vary_questions(ways[0], seed=7 + turn) for turn in range(2)]
    assert len(ways) == VARIANTS
    for question in range(12):
        for variant in range(VARIANTS):
            wanted = tokenizer.encode(ways[variant][question], add_special_tokens=False).ids
            assert tables.question(question, variant).tolist() == wanted


def test_a_question_and_a_piece_fit_in_a_window() -> None:
    from qa_bot.reading.windows import MAX_LENGTH

    assert PIECE_TOKENS + QUESTION_TOKENS + 3 <= MAX_LENGTH
    maker = WindowMaker(TOKENIZER, max_length=PIECE_TOKENS + 3, overlap=128)
    item = Asked("why " * 60, SQUAD, False, [], [("so " * 1000, NEGATIVE)])
    tables = tabulate([item], maker, seed=1)
    assert np.diff(tables.piece_ptr).max() == PIECE_TOKENS
    assert len(tables.question(0)) == QUESTION_TOKENS


def test_saved_tables_are_read_back(tmp_path: Path) -> None:
    tables = random_tables(3)
    tables.save(tmp_path / "tables.npz")
    loaded = Tables.load(tmp_path / "tables.npz")
    for field in fields(Tables):
        written, read = getattr(tables, field.name), getattr(loaded, field.name)
        assert read.dtype == written.dtype, field.name
        np.testing.assert_array_equal(read, written)
