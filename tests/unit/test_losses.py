"""The losses against their definitions, written out one token at a time."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from qa_bot.training.losses import Weights, labelled_loss, loss_of, margins, taught_loss
from qa_bot.training.sampling import Batch


def make_rows(chance: np.random.Generator, *, teacher: bool) -> tuple[torch.Tensor, Batch]:
    """Five windows of three questions; the second question does not compare passages."""
    n, longest = 5, 7
    allowed = np.zeros((n, longest), dtype=bool)
    allowed[:, 0] = True
    for row, (begin, end) in enumerate([(3, 6), (2, 7), (4, 7), (3, 5), (2, 6)]):
        allowed[row, begin:end] = True
    rows = Batch(
        inputs={},
        tokens=0,
        allowed=torch.from_numpy(allowed),
        starts=torch.tensor([4, 0, 5, 3, 0]),
        ends=torch.tensor([5, 0, 6, 3, 0]),
        known=torch.tensor([True, True, True, True, False]),
        group=torch.tensor([0, 0, 1, 2, 2]),
        grouped=torch.tensor([True, True, False, True, True]),
        groups=3,
        teacher=torch.from_numpy(chance.normal(size=(n, longest, 2)) * 3) if teacher else None,
    )
    return torch.from_numpy(chance.normal(size=(n, longest, 2)) * 3).float(), rows


def places(rows: Batch, row: int) -> list[int]:
    return [int(place) for place in torch.nonzero(rows.allowed[row]).ravel() if place > 0]


def test_margins_are_relative_to_the_first_token() -> None:
    logits, rows = make_rows(np.random.default_rng(1), teacher=False)
    found = margins(logits, rows.allowed)
    for row in range(5):
        for side in range(2):
            assert found[row, 0, side] == 0
            for place in places(rows, row):
                expected = float(logits[row, place, side] - logits[row, 0, side])
                assert float(found[row, place, side]) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("shared", [0.0, 1.0, 0.5])
def test_labels(seed: int, shared: float) -> None:
    logits, rows = make_rows(np.random.default_rng(seed), teacher=False)
    m = margins(logits, rows.allowed).double().numpy()
    sides = ((0, rows.starts), (1, rows.ends))

    windows, questions = [], []
    for side, gold in sides:
        for row in range(5):
            if rows.known[row]:
                total = 1 + sum(math.exp(m[row, p, side]) for p in places(rows, row))
                own = m[row, int(gold[row]), side]
                windows.append(math.log(total) - own)
        for question, members in ((0, [0, 1]), (2, [3])):  # row 4 is not known, question 1 alone
            total = 1 + sum(math.exp(m[r, p, side]) for r in members for p in places(rows, r))
            answering = members[0]
            questions.append(math.log(total) - m[answering, int(gold[answering]), side])
            assert question in (0, 2)
    expected = np.mean(windows) + shared * np.mean(questions)
    loss = labelled_loss(margins(logits, rows.allowed), rows, Weights(shared=shared))
    assert float(loss) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("heat", [1.0, 2.0])
def test_teacher(seed: int, heat: float) -> None:
    logits, rows = make_rows(np.random.default_rng(seed), teacher=True)
    assert rows.teacher is not None
    m = margins(logits, rows.allowed).double().numpy() / heat
    t = margins(rows.teacher, rows.allowed).double().numpy() / heat
    windows, questions = [], []
    for side in range(2):
        for row in range(5):
            whole = [0, *places(rows, row)]
            said = np.array([math.exp(t[row, p, side]) for p in whole])
            found = np.array([math.exp(m[row, p, side]) for p in whole])
            windows.append(-float((said / said.sum()) @ np.log(found / found.sum())))
        for members in ([0, 1], [3, 4]):
            where = [(r, p) for r in members for p in places(rows, r)]
            said = np.array([1.0] + [math.exp(t[r, p, side]) for r, p in where])
            found = np.array([1.0] + [math.exp(m[r, p, side]) for r, p in where])
            questions.append(-float((said / said.sum()) @ np.log(found / found.sum())))
    expected = (np.mean(windows) + 0.7 * np.mean(questions)) * heat**2
    weights = Weights(shared=0.7, temperature=heat)
    loss = taught_loss(margins(logits, rows.allowed), rows, weights)
    assert float(loss) == pytest.approx(expected, rel=1e-4)


def test_labels_and_teacher_are_mixed() -> None:
    logits, rows = make_rows(np.random.default_rng(7), teacher=True)
    found = margins(logits, rows.allowed)
    weights = Weights(labels=0.25)
    expected = 0.25 * labelled_loss(found, rows, weights) + 0.75 * taught_loss(found, rows, weights)
    assert float(loss_of(logits, rows, weights)) == pytest.approx(float(expected), rel=1e-6)


def test_no_gradient_is_lost_where_a_window_is_far_off() -> None:
    logits, rows = make_rows(np.random.default_rng(3), teacher=True)
    logits = (logits * 200).requires_grad_()
    loss_of(logits, rows, Weights()).backward()
    assert logits.grad is not None
    assert torch.isfinite(logits.grad).all()
    assert (logits.grad.abs() > 0).any()
