"""VectorIndex: one suite over the exact and the approximate form."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_bot.protocols import VectorIndex
from qa_bot.storage.arrays import IdArray, as_ids
from qa_bot.storage.dense import SegmentVectors
from qa_bot.storage.dense_writing import write_vectors

Matrix = npt.NDArray[np.float32]
Build = Callable[[IdArray, Matrix], VectorIndex]
DIM = 16


def unit(rows: int, dim: int = DIM, seed: int = 0) -> Matrix:
    matrix = np.random.default_rng(seed).standard_normal((rows, dim)).astype(np.float32)
    return matrix / np.linalg.norm(matrix, axis=1, keepdims=True)


def some_ids(rows: int, seed: int = 0) -> IdArray:
    rng = np.random.default_rng(seed + 1)
    return np.sort(rng.choice(2**62, size=rows, replace=False)).astype(np.int64)


@pytest.fixture(params=["flat", "ivf"])
def build(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Writes and opens an index; "ivf" is approximate from the first vector on."""

    def make(ids: IdArray, matrix: Matrix) -> VectorIndex:
        folder = tmp_path_factory.mktemp(request.param)
        limit = 10**9 if request.param == "flat" or len(ids) < 40 else 0
        write_vectors(folder, ids, [matrix], matrix.shape[1], flat_limit=limit)
        return SegmentVectors(folder)

    return make


def reference(ids: IdArray, matrix: Matrix, vector: Matrix, k: int) -> list[int]:
    scores = matrix.astype(np.float64) @ vector.astype(np.float64)
    return ids[np.lexsort((ids, -scores))[:k]].tolist()


def test_it_is_a_vector_index(build: Build) -> None:
    index = build(some_ids(50), unit(50))
    assert len(index) == 50
    assert callable(index.search)


def test_vectors_come_back_bit_for_bit(build: Build) -> None:
    ids, matrix = some_ids(300), unit(300)
    index = build(ids, matrix)
    order = np.random.default_rng(5).permutation(300)
    np.testing.assert_array_equal(index.vectors(ids[order]), matrix[order])
    assert index.vectors(ids[:0]).shape == (0, DIM)
    with pytest.raises(KeyError, match=r"^3$"):
        index.vectors(as_ids([3]))


def test_the_best_come_first_with_their_cosines(build: Build) -> None:
    ids, matrix = some_ids(400), unit(400)
    index = build(ids, matrix)
    for seed in range(20):
        vector = unit(1, seed=seed + 100)[0]
        found, scores = index.search(vector, 10)
        assert found.tolist() == reference(ids, matrix, vector, 10)
        expected = matrix[np.searchsorted(ids, found)].astype(np.float64) @ vector
        np.testing.assert_allclose(scores, expected, atol=1e-6)
        np.testing.assert_array_equal(index.score(vector, found), scores)
        assert (scores.dtype, found.dtype) == (np.float32, np.int64)


def test_score_says_nan_for_an_id_that_is_not_here(build: Build) -> None:
    ids, matrix = some_ids(50), unit(50)
    scores = build(ids, matrix).score(matrix[7], as_ids([ids[7], 12]))
    assert scores[0] == pytest.approx(1.0, abs=1e-6)
    assert np.isnan(scores[1])


def test_equal_scores_are_ordered_by_id_wherever_the_cut_falls(build: Build) -> None:
    matrix = np.repeat(unit(4), 30, axis=0)
    ids = some_ids(120)
    index = build(ids, matrix)
    vector = unit(1, seed=9)[0]
    expected = reference(ids, matrix, vector, 120)
    for k in (1, 29, 30, 31, 64, 119, 120):
        assert index.search(vector, k)[0].tolist() == expected[:k]


def test_more_than_there_are_gives_all(build: Build) -> None:
    ids, matrix = some_ids(60), unit(60)
    vector = unit(1, seed=3)[0]
    index = build(ids, matrix)
    assert index.search(vector, 1000)[0].tolist() == reference(ids, matrix, vector, 60)
    assert len(index.search(vector, 0)[0]) == 0


@pytest.mark.parametrize("share", [0.01, 0.04, 0.06, 0.5, 1.0])
def test_only_and_exclude_leave_k_results_whenever_k_exist(build: Build, share: float) -> None:
    rows = 1000
    ids, matrix = some_ids(rows), unit(rows)
    index = build(ids, matrix)
    rng = np.random.default_rng(11)
    only = np.sort(rng.choice(ids, size=int(share * rows), replace=False))
    exclude = np.sort(rng.choice(ids, size=rows // 3, replace=False))
    for seed in range(5):
        vector = unit(1, seed=seed + 50)[0]
        for allowed, options in (
            (only, {"only": only}),
            (np.setdiff1d(ids, exclude), {"exclude": exclude}),
            (np.setdiff1d(only, exclude), {"only": only, "exclude": exclude}),
        ):
            chosen = np.isin(ids, allowed)
            expected = reference(ids[chosen], matrix[chosen], vector, 10)
            found = index.search(vector, 10, **options)[0].tolist()
            assert len(found) == min(10, len(allowed))
            assert set(found) <= set(allowed.tolist())
            assert len(set(found) & set(expected)) >= 0.8 * len(expected)


def test_the_nearest_lists_may_hold_nothing_that_is_allowed(build: Build) -> None:
    """Two far clusters; the question lies in one, the filter allows the other alone."""
    matrix = unit(1200)
    matrix[:600, 0], matrix[600:, 0] = 9, -9
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    ids = some_ids(1200)
    index = build(ids, matrix)
    assert len(index.search(matrix[0], 20, only=ids[600:])[0]) == 20


def test_unknown_ids_in_a_filter_do_no_harm(build: Build) -> None:
    ids, matrix = some_ids(60), unit(60)
    index = build(ids, matrix)
    only = as_ids(sorted([1, int(ids[4]), 2**62 + 5]))
    assert index.search(matrix[0], 5, only=only)[0].tolist() == [ids[4]]
    assert len(index.search(matrix[0], 5, only=as_ids([1]))[0]) == 0
    assert len(index.search(matrix[0], 60, exclude=as_ids([1]))[0]) == 60


def test_an_empty_index_finds_nothing(build: Build) -> None:
    index = build(as_ids([]), np.zeros((0, DIM), dtype=np.float32))
    assert len(index) == 0
    assert len(index.search(unit(1)[0], 5)[0]) == 0
    assert np.isnan(index.score(unit(1)[0], as_ids([4]))).all()


def test_a_vector_of_another_length_is_refused(build: Build) -> None:
    index = build(some_ids(50), unit(50))
    with pytest.raises(ValueError, match="16 numbers is needed, found 3"):
        index.search(np.ones(3, dtype=np.float32), 5)


@given(rows=st.integers(1, 40), dim=st.integers(1, 33), seed=st.integers(0, 1000))
@settings(max_examples=30, deadline=None)
def test_a_score_does_not_depend_on_the_neighbours(
    rows: int, dim: int, seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Alone or among others, in any row and dimension: the same bits."""
    matrix, ids = unit(rows, dim, seed), some_ids(rows, seed)
    vector = unit(1, dim, seed + 1)[0]
    together, alone = tmp_path_factory.mktemp("a"), tmp_path_factory.mktemp("b")
    write_vectors(together, ids, [matrix[:3], matrix[3:]], dim)
    found, scores = SegmentVectors(together).search(vector, rows)
    row = seed % rows
    write_vectors(alone, ids[row : row + 1], [matrix[row : row + 1]], dim)
    single = SegmentVectors(alone).search(vector, 1)
    assert scores[found.tolist().index(ids[row])] == single[1][0]


def test_an_approximate_index_finds_nearly_all_of_the_true_neighbours(tmp_path: Path) -> None:
    ids, matrix = some_ids(5000), unit(5000, 32)
    write_vectors(tmp_path, ids, [matrix], 32, flat_limit=100)
    index = SegmentVectors(tmp_path)
    assert (tmp_path / "dense.vectors.npy").exists()
    hits = 0
    for seed in range(50):
        vector = unit(1, 32, seed + 7)[0]
        hits += len(
            set(index.search(vector, 10)[0].tolist()) & set(reference(ids, matrix, vector, 10))
        )
    assert hits >= 0.95 * 500


@pytest.mark.parametrize(
    ("ids", "matrix"),
    [
        (as_ids([2, 1]), unit(2)),
        (as_ids([1, 1]), unit(2)),
        (as_ids([1]), unit(2)),
        (as_ids([1]), np.full((1, DIM), np.nan, dtype=np.float32)),
    ],
)
def test_what_cannot_be_indexed_is_refused(tmp_path: Path, ids: IdArray, matrix: Matrix) -> None:
    with pytest.raises(ValueError, match=r"ascending|not finite"):
        write_vectors(tmp_path, ids, [matrix], DIM)


def test_something_else_is_no_index(tmp_path: Path) -> None:
    (tmp_path / "dense.faiss").write_bytes(b"something else entirely")
    with pytest.raises(ValueError, match="not a vector index"):
        SegmentVectors(tmp_path)


@pytest.mark.parametrize("rows", [0, 1, 7])
def test_the_flat_file_is_the_one_that_faiss_writes(tmp_path: Path, rows: int) -> None:
    import faiss

    ids, matrix = some_ids(rows), unit(rows)
    index = faiss.IndexIDMap2(faiss.IndexFlatIP(DIM))
    if rows:
        index.add_with_ids(matrix, ids)
    faiss.write_index(index, str(tmp_path / "theirs"))
    write_vectors(tmp_path, ids, [matrix[:2], matrix[2:]], DIM)
    assert (tmp_path / "dense.faiss").read_bytes() == (tmp_path / "theirs").read_bytes()
