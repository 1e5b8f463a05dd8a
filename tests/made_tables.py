"""Training tables and encoders that the tests make themselves: random ids, random weights."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from qa_bot.training.tables import GOLD, NEGATIVE, UNKNOWN, VARIANTS, Tables

if TYPE_CHECKING:
    from qa_bot.training.bases import SpanModel

FIRST_WORD, VOCABULARY = 110, 300
"""Ids of the tables lie between these two: above BERT's special ones."""


def random_tables(
    seed: int,
    *,
    questions: int = 12,
    longest: int = 30,
    held: float = 0.25,
    grouped: float = 0.7,
    answered: float = 0.85,
) -> Tables:
    """Questions with 0 to 2 answering pairs and 0 to 6 others, at least one of all."""
    chance = np.random.default_rng(seed)
    asked = chance.integers(1, 8, questions * VARIANTS)
    pairs: list[tuple[int, int, int]] = []
    lengths: list[int] = []
    ptr = [0]
    for _ in range(questions):
        golds = int(chance.integers(1, 3)) if chance.random() < answered else 0
        others = int(chance.integers(0 if golds else 1, 7))
        for number in range(golds + others):
            length = int(chance.integers(3, longest))
            first = int(chance.integers(0, length))
            last = int(chance.integers(first, length))
            kind = GOLD if number < golds else int(chance.choice((NEGATIVE, UNKNOWN)))
            pairs.append((first, last, GOLD) if kind == GOLD else (-1, -1, kind))
            lengths.append(length)
        ptr.append(len(pairs))
    # Pieces stand in another order than the pairs that read them, and one is read by nobody.
    piece = chance.permutation(len(pairs) + 1)[: len(pairs)]
    sizes = np.full(len(pairs) + 1, 5)
    sizes[piece] = lengths
    table = np.array(pairs)
    return Tables(
        piece_ids=chance.integers(FIRST_WORD, VOCABULARY, sizes.sum()).astype(np.uint16),
        piece_ptr=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        question_ids=chance.integers(FIRST_WORD, VOCABULARY, asked.sum()).astype(np.uint16),
        question_ptr=np.concatenate([[0], np.cumsum(asked)]).astype(np.int64),
        pair_piece=piece.astype(np.int32),
        pair_start=table[:, 0].astype(np.int16),
        pair_end=table[:, 1].astype(np.int16),
        pair_kind=table[:, 2].astype(np.int8),
        question_ptr_pairs=np.array(ptr, dtype=np.int64),
        question_set=chance.integers(0, 2, questions).astype(np.int8),
        question_grouped=chance.random(questions) < grouped,
        question_held=chance.random(questions) < held,
        sets=np.array(["one", "two"]),
    )


def bert_config(**changes: Any) -> Any:
    """BertConfig of 2 layers of 8."""
    from transformers import BertConfig

    sizes = {
        "vocab_size": VOCABULARY,
        "hidden_size": 8,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 16,
        "max_position_embeddings": 64,
        "initializer_range": 0.3,
    }
    return BertConfig(**(sizes | changes))


def write_bert(folder: Path, *, seed: int = 1) -> Path:
    """A folder of the transformers library with a random :func:`bert_config` encoder."""
    import torch
    from transformers import BertModel

    torch.manual_seed(seed)
    BertModel(bert_config(), add_pooling_layer=False).save_pretrained(folder)
    return folder


def span_model(seed: int) -> SpanModel:
    """A span model on a random :func:`bert_config` encoder without dropout."""
    import torch
    from transformers import BertModel

    from qa_bot.training.bases import SpanModel

    torch.manual_seed(seed)
    config = bert_config(hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
    model = SpanModel(BertModel(config, add_pooling_layer=False), 8)
    torch.nn.init.normal_(model.span.weight)
    return model
