"""Vectors of an interrupted run come back; what was cut off or damaged does not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_bot.errors import PublishError
from qa_bot.storage import vector_cache
from qa_bot.storage.vector_cache import VectorCache


def keys(*numbers: int) -> list[bytes]:
    return [number.to_bytes(16) for number in numbers]


def vectors(*numbers: int, dim: int = 3) -> npt.NDArray[np.float32]:
    return np.array(
        [[number + place / 10 for place in range(dim)] for number in numbers], dtype=np.float32
    )


def test_what_was_added_comes_back_in_the_order_asked_for(tmp_path: Path) -> None:
    cache = VectorCache(tmp_path / "cache" / "vectors.bin", 3)
    cache.add(keys(1, 2), vectors(1, 2))
    cache.add(keys(3), vectors(3))
    np.testing.assert_array_equal(cache.get(keys(3, 1, 3)), vectors(3, 1, 3))
    cache.close()
    again = VectorCache(tmp_path / "cache" / "vectors.bin", 3)
    assert len(again) == 3
    assert keys(2)[0] in again
    assert keys(4)[0] not in again
    np.testing.assert_array_equal(again.get(keys(2, 1)), vectors(2, 1))
    again.clear()
    assert not (tmp_path / "cache" / "vectors.bin").exists()


def test_vectors_reach_the_file_without_a_flush_once_seconds_have_passed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vector_cache, "_SECONDS", -1.0)
    cache = VectorCache(tmp_path / "vectors.bin", 3)
    cache.add(keys(1), vectors(1))
    assert len(VectorCache(tmp_path / "vectors.bin", 3)) == 1  # as after a kill


def test_vectors_of_another_length_are_kept_but_do_not_count(tmp_path: Path) -> None:
    path = tmp_path / "vectors.bin"
    for dim in (3, 5):
        cache = VectorCache(path, dim)
        cache.add(keys(dim), vectors(dim, dim=dim))
        cache.close()
    for dim in (3, 5):
        cache = VectorCache(path, dim)
        assert len(cache) == 1
        np.testing.assert_array_equal(cache.get(keys(dim)), vectors(dim, dim=dim))
        cache.close()


@given(cut=st.integers(0, 400))
@settings(deadline=None)
def test_a_file_cut_anywhere_gives_back_its_whole_blocks(
    cut: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("cut") / "vectors.bin"
    cache = VectorCache(path, 3)
    ends = [0]
    for number in range(4):
        cache.add(keys(number), vectors(number))
        cache.flush()
        ends.append(path.stat().st_size)
    cache.close()
    path.write_bytes(path.read_bytes()[:cut])
    again = VectorCache(path, 3)
    whole = sum(end <= cut for end in ends[1:])
    assert len(again) == whole
    again.add(keys(9), vectors(9))  # and it can be added to
    again.close()
    last = VectorCache(path, 3)
    np.testing.assert_array_equal(last.get(keys(*range(whole), 9)), vectors(*range(whole), 9))


@given(place=st.integers(0, 199), bits=st.integers(1, 255))
@settings(deadline=None)
def test_a_damaged_block_is_never_believed(
    place: int, bits: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("flip") / "vectors.bin"
    cache = VectorCache(path, 3)
    for number in (1, 2, 3):
        cache.add(keys(number), vectors(number))
        cache.flush()
    cache.close()
    content = bytearray(path.read_bytes())
    content[place] ^= bits
    path.write_bytes(content)
    again = VectorCache(path, 3)
    for number in (1, 2, 3):
        if keys(number)[0] in again:
            np.testing.assert_array_equal(again.get(keys(number)), vectors(number))
    assert len(again) < 3


def test_a_cache_that_cannot_be_made_is_a_publish_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(PublishError, match="could not be written"):
        VectorCache(tmp_path / "file" / "vectors.bin", 3)
