"""What a reader is trained on: margins over "no answer", in a window and over passages.

Everything is said of margins: a place's logit less the logit of its window's
[CLS]. In one window, the softmax over [CLS] and the context is the usual one
(Devlin et al. 2019, section 4.3). Over the passages of one question, the softmax
runs over the margins of all their context tokens and one "nowhere" at 0: the
shared normalisation of Clark and Gardner (2018, section 3.3), with an option to
refuse. So margins of different passages compare, which is what ranks them when
answering. A teacher's margins take the place of the labels in the same two
softmaxes (Hinton et al. 2015).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch.nn import functional

from qa_bot.training.sampling import Batch

OUTSIDE = -1e4


@dataclass(frozen=True, slots=True)
class Weights:
    """How the losses are mixed: ``labels`` is the share of the labels' loss where there
    is a teacher; ``shared`` the weight of the loss over passages beside the one in a
    window; ``temperature`` divides both margins when a teacher is followed."""

    labels: float = 0.3
    shared: float = 1.0
    temperature: float = 1.0


def margins(logits: torch.Tensor, allowed: torch.Tensor) -> torch.Tensor:
    """float32 (n, longest, 2): logits less those of [CLS]; far below where no span may be."""
    relative = (logits - logits[:, :1]).float()
    return relative.masked_fill(~allowed[..., None], OUTSIDE)


def nowhere(found: torch.Tensor, rows: Batch, counted: torch.Tensor) -> torch.Tensor:
    """(groups, 2): log of 1 plus the summed exponentials of the margins of all context
    tokens of a question's ``counted`` rows."""
    inside = torch.logsumexp(found[:, 1:], dim=1)
    inside = torch.where(counted[:, None], inside, OUTSIDE)
    where = rows.group[:, None].expand(-1, 2)
    top = torch.zeros(rows.groups, 2, device=found.device)
    top = top.scatter_reduce(0, where, inside.detach(), "amax", include_self=True)
    total = torch.exp(-top).scatter_add(0, where, torch.exp(inside - top[rows.group]))
    return top + torch.log(total)


def labelled_loss(found: torch.Tensor, rows: Batch, weights: Weights) -> torch.Tensor:
    """Mean over start and end, of windows and (weighted) of questions."""
    losses = []
    for side, places in ((0, rows.starts), (1, rows.ends)):
        each = functional.cross_entropy(found[..., side], places, reduction="none")
        losses.append((each * rows.known).sum() / rows.known.sum().clamp(min=1))
    loss = (losses[0] + losses[1]) / 2
    gold = (rows.starts > 0) & rows.grouped
    if weights.shared:
        whole = nowhere(found, rows, rows.known)[rows.group]
        at = torch.arange(len(found), device=found.device)
        start = whole[:, 0] - found[at, rows.starts, 0]
        end = whole[:, 1] - found[at, rows.ends, 1]
        each = (start + end) / 2
        loss = loss + weights.shared * (each * gold).sum() / gold.sum().clamp(min=1)
    return loss


def taught_loss(found: torch.Tensor, rows: Batch, weights: Weights) -> torch.Tensor:
    """Cross-entropy against the teacher's distributions, mixed like the labels'."""
    assert rows.teacher is not None
    heat = weights.temperature
    said = margins(rows.teacher, rows.allowed) / heat
    found = found / heat
    log_share = functional.log_softmax(found, dim=1)
    wanted = functional.softmax(said, dim=1)
    loss = -(wanted * log_share).sum(dim=1).mean()
    if weights.shared:
        counted = rows.grouped
        wanted = torch.exp(said[:, 1:] - nowhere(said, rows, counted)[rows.group][:, None])
        agreed = (wanted * found[:, 1:]).sum(dim=1) * counted[:, None]
        whole = nowhere(found, rows, counted)
        asked = torch.zeros(rows.groups, device=found.device)
        asked = asked.scatter_reduce(0, rows.group, counted.float(), "amax")
        total = (whole * asked[:, None]).sum() - agreed.sum()
        loss = loss + weights.shared * total / (2 * asked.sum()).clamp(min=1)
    return loss * heat**2


def loss_of(logits: torch.Tensor, rows: Batch, weights: Weights) -> torch.Tensor:
    """The loss of a batch: labels alone, or labels and teacher."""
    found = margins(logits, rows.allowed)
    loss = labelled_loss(found, rows, weights)
    if rows.teacher is None:
        return loss
    return weights.labels * loss + (1 - weights.labels) * taught_loss(found, rows, weights)
