"""Small question-answering checkpoints that the tests make themselves: random weights, and
tokenizers written or trained on a few sentences. Nothing is downloaded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tokenizers import Tokenizer

SENTENCES = (
    "The lighthouse at Skagen was finished in 1858 and is 46 metres high.",
    "It was drawn by Niels Sigfred Nebelong, and cost 63,000 rigsdaler.",
    "Who drew the lighthouse? When was it finished, and what did it cost?",
    "Read more: Ten lighthouses of the north. The mayor of the town is Ida Holm.",
    "Der Käse kostet 5 €, das Café heißt „Zürich“; 日本語の文章。 Привет, мир!",
    "He smiled 🙂 and left by bicycle 🚲 — nobody knows why.",
)
KINDS = ("bert", "roberta", "distilbert", "electra", "mpnet")
WINDOW = 64
"""Tokens that each checkpoint takes, special ones included."""

_SIZE: dict[str, Any] = {
    "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4,
    "intermediate_size": 64, "initializer_range": 0.4,
}  # fmt: skip
_DISTILBERT: dict[str, Any] = {
    "dim": 32, "n_layers": 2, "n_heads": 4, "hidden_dim": 64, "initializer_range": 0.4,
}  # fmt: skip


def write_checkpoint(folder: Path, kind: str, *, window: int = WINDOW, outputs: int = 2) -> Path:
    """A checkpoint of ``kind`` in ``folder``, as its makers publish them.

    RoBERTa's tokenizer is vocab.json and merges.txt, the others' vocab.txt; both are
    what published checkpoints of these kinds have always had.
    """
    import torch
    import transformers

    folder.mkdir(parents=True, exist_ok=True)
    byte_level = kind == "roberta"
    vocabulary = _byte_level(folder) if byte_level else _word_pieces(folder, angled=kind == "mpnet")
    name = {"bert": "Bert", "roberta": "Roberta", "distilbert": "DistilBert",
            "electra": "Electra", "mpnet": "MPNet"}[kind]  # fmt: skip
    skipped = 2 if kind in ("roberta", "mpnet") else 0
    config = getattr(transformers, f"{name}Config")(
        vocab_size=vocabulary,
        max_position_embeddings=window + skipped,
        pad_token_id=1 if kind in ("roberta", "mpnet") else 0,
        num_labels=outputs,
        **(_DISTILBERT if kind == "distilbert" else _SIZE),
        **({"embedding_size": 16} if kind == "electra" else {}),
        **({"type_vocab_size": 1} if kind == "roberta" else {}),
    )
    torch.manual_seed(20260301)
    model = getattr(transformers, f"{name}ForQuestionAnswering")(config)
    model.save_pretrained(folder)
    (folder / "tokenizer_config.json").write_text(
        json.dumps({"tokenizer_class": f"{name}Tokenizer", "model_max_length": window})
    )
    return folder


def _word_pieces(folder: Path, *, angled: bool) -> int:
    """Write vocab.txt: the words of SENTENCES, and every letter alone and inside a word."""
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    if angled:
        special = ["<s>", "<pad>", "</s>", "[UNK]", "<mask>"]
    text = " ".join(SENTENCES).lower()
    letters = sorted({char for char in text if not char.isspace()})
    words = sorted({word.strip(".,:;?!„“€") for word in text.split()} - set(letters) - {""})
    pieces = [*special, *letters, *(f"##{letter}" for letter in letters), *words]
    (folder / "vocab.txt").write_text("\n".join(pieces) + "\n", encoding="utf-8")
    return len(pieces)


def _byte_level(folder: Path) -> int:
    """Write vocab.json and merges.txt of :func:`byte_level_tokenizer`."""
    tokenizer = byte_level_tokenizer()
    tokenizer.model.save(str(folder))
    return int(tokenizer.get_vocab_size())


def byte_level_tokenizer(*, trim_offsets: bool = True) -> Tokenizer:
    """RoBERTa's kind of tokenizer: byte-level BPE, trained on SENTENCES.

    ``trim_offsets``: whether its own offsets leave out the space before a word.
    """
    from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=["<s>", "<pad>", "</s>", "<unk>", "<mask>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator([*SENTENCES] * 3, trainer)
    tokenizer.post_processor = processors.RobertaProcessing(
        ("</s>", 2), ("<s>", 0), trim_offsets=trim_offsets, add_prefix_space=False
    )
    return tokenizer
