"""Windows of a byte-level tokenizer: a token may be a space and a word, white space alone, or
half of a character; what it can be quoted as is whole characters, and nothing but those."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from checkpoints import byte_level_tokenizer
from hypothesis import example, given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from qa_bot.errors import ModelError
from qa_bot.models.pair import PairFormat
from qa_bot.protocols import ReadingPassage
from qa_bot.reading.windows import WindowMaker, pad
from qa_bot.records import Span

LONG = 4000


@pytest.fixture(scope="module", params=[True, False], ids=["trimmed", "untrimmed"])
def path(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("byte level") / "tokenizer.json"
    byte_level_tokenizer(trim_offsets=request.param).save(str(file))
    return file


def maker(path: Path, *, max_length: int = LONG, overlap: int = 8) -> WindowMaker:
    pair = PairFormat.of(Tokenizer.from_file(str(path)), pad=1)
    return WindowMaker(path, max_length=max_length, overlap=overlap, pair=pair)


def passage(text: str, *, offset: int = 0, masked: tuple[Span, ...] = ()) -> ReadingPassage:
    return ReadingPassage("a", "c", text, offset, masked)


@cache
def byte_of() -> dict[str, int]:
    """The inverse of byte-level BPE's alphabet (Radford et al. 2019): printable bytes of
    Latin-1 stand for themselves, the others for the code points from 256 on, in order."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    return {chr(byte): byte for byte in printable} | {
        chr(256 + place): byte for place, byte in enumerate(others)
    }


def whole_characters(text: str, tokens: list[str]) -> list[tuple[int, int] | None]:
    """Characters that each token has a byte of, without white space at the edges; None
    where it is all white space. Counted in bytes, without the tokenizer's own offsets."""
    character = [place for place, char in enumerate(text) for _ in char.encode()]
    expected: list[tuple[int, int] | None] = []
    begin = 0
    for token in tokens:
        covered = [character[begin + place] for place in range(len(token))]
        begin += len(token)
        solid = [place for place in covered if not text[place].isspace()]
        expected.append((solid[0], solid[-1] + 1) if solid else None)
    assert begin == len(character)
    return expected


TEXTS = (
    "The  ship,\n\nnamed “Zürich” 🙂🚲, cost 63,000 €.",
    "cafe\u0301 e\u0301\u0301 👩\u200d👩\u200d👧 日本語 <s>Mia</s> <pad> \u00a0x",
)


@given(
    text=st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
    | st.text(alphabet="aé e\u0301🙂👩\u200d日本 \n\u00a0.“5€", max_size=40),
    offset=st.integers(0, 50),
)
@example(text=TEXTS[0], offset=3)
@example(text=TEXTS[1], offset=0)
def test_offsets_are_the_characters_a_token_has_bytes_of(
    path: Path, text: str, offset: int
) -> None:
    windows = maker(path).windows("who?", [passage(text, offset=offset)])
    if not text.strip():
        assert windows == []
        return
    (window,) = windows
    tokenizer = Tokenizer.from_file(str(path))
    context = window.token_ids[window.context_start : -1]
    tokens = [tokenizer.id_to_token(number) for number in context]
    assert bytes(byte_of()[char] for token in tokens for char in token).decode() == text
    expected = whole_characters(text, tokens)
    for start, end, wanted in zip(window.starts, window.ends, expected, strict=True):
        if wanted is None:
            assert start == end
        else:
            assert (start - offset, end - offset) == wanted
    assert (np.diff(window.starts) >= 0).all()
    assert (np.diff(window.segments) >= 0).all()
    assert offset <= window.starts.min() <= window.ends.max() <= offset + len(text)


def test_half_characters_and_their_neighbours_are_whole(path: Path) -> None:
    """The tokenizer of the tests does split characters, so the law above is not empty."""
    tokenizer = Tokenizer.from_file(str(path))
    tokens = tokenizer.encode("👩🚲", add_special_tokens=False).tokens
    assert len(tokens) > 2
    (window,) = maker(path).windows("who?", [passage("👩🚲")])
    assert {(0, 1), (1, 2)} == set(zip(window.starts.tolist(), window.ends.tolist(), strict=True))


def test_a_pair_is_written_as_roberta_writes_it(path: Path) -> None:
    tokenizer = Tokenizer.from_file(str(path))
    pair = PairFormat.of(tokenizer, pad=1)
    assert (pair.before, pair.between, pair.after) == ((0,), (2, 2), (2,))
    assert (pair.pad, pair.typed, pair.added) == (1, False, 4)
    assert PairFormat.from_record(pair.to_record()) == pair
    question, text = "who drew it?", "It was drawn by  Niels.\n"
    (window,) = maker(path).windows(question, [passage(text)])
    whole = tokenizer.encode(question, text)
    assert list(window.token_ids) == whole.ids
    assert whole.ids[0] == 0
    assert whole.ids[window.context_start - 2 : window.context_start] == [2, 2]


def test_special_tokens_in_a_text_are_text(path: Path) -> None:
    for text in ("<s>bold</s>", "a <pad> b", "x<mask>y", "</s>"):
        (window,) = maker(path).windows(text, [passage(text)])
        assert window.token_ids[0] == 0
        asked = window.token_ids[1 : window.context_start - 2]
        context = window.token_ids[window.context_start : -1]
        assert min(asked) > 4  # 0 to 4 are the special tokens
        assert min(context) > 4


def test_a_space_before_a_word_does_not_pull_it_into_a_mask(path: Path) -> None:
    text = "Kim came. Putin left."
    mask = Span(0, 10)  # with the space behind the sentence
    (window,) = maker(path).windows("who?", [passage(text, masked=(mask,))])
    assert window.starts[0] == 10
    assert text[window.starts[0] : window.ends[-1]] == "Putin left."


def test_white_space_is_read_but_ends_no_segment_early(path: Path) -> None:
    (window,) = maker(path).windows("who?", [passage("one \n\n two")])
    blank = window.starts == window.ends
    assert blank.any()
    solid = window.segments[~blank]
    assert solid[0] != solid[-1]


def test_a_small_window_keeps_room_for_the_passage(path: Path) -> None:
    small = maker(path, max_length=24, overlap=4)
    text = "a b c d e f g h i j k l m n o p q r s t u v w x y z"
    windows = small.windows("why " * 100, [passage(text)])
    assert all(len(window.token_ids) <= 24 for window in windows)
    seen = {place for w in windows for place in w.starts[w.starts < w.ends].tolist()}
    assert seen == set(range(0, len(text), 2))


def test_pad_takes_the_tokenizers_own_id(path: Path) -> None:
    windows = maker(path).windows("who?", [passage("one"), passage("one two three four")])
    batch = pad(windows, pad_id=1)
    short = len(windows[0].token_ids)
    assert set(batch["input_ids"][0, short:].tolist()) == {1}
    assert batch["attention_mask"].sum(axis=1).tolist() == [len(w.token_ids) for w in windows]


def test_a_tokenizer_without_a_pair_is_refused() -> None:
    from tokenizers import models, pre_tokenizers, processors

    bare = Tokenizer(models.WordLevel({"a": 0, "[SEP]": 1}, unk_token="a"))
    bare.pre_tokenizer = pre_tokenizers.Whitespace()
    with pytest.raises(ModelError, match=r"(?s)does not join.*found:.*“a” and “a”.*mend:"):
        PairFormat.of(bare)
    odd = processors.TemplateProcessing(
        single="[SEP] $A [SEP]", pair="[SEP]:1 $A:1 [SEP]:1 $B:0 [SEP]:0",
        special_tokens=[("[SEP]", 1)],
    )  # fmt: skip
    bare.post_processor = odd
    with pytest.raises(ModelError, match="token type 0 for the question's part"):
        PairFormat.of(bare)
