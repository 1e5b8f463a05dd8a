"""Checkpoints of transformers as readers: what ONNX Runtime says is what torch says, on the
very inputs that transformers' own tokenizer makes. All of them are made here."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from checkpoints import KINDS, write_checkpoint

from qa_bot.config import Settings
from qa_bot.errors import ModelError
from qa_bot.models.checkpoint import CARD, MODEL, TOKENIZER, find_checkpoint
from qa_bot.models.pair import PairFormat
from qa_bot.models.session import open_session
from qa_bot.protocols import ReadingPassage
from qa_bot.reading.reader import OnnxReader, open_reader
from qa_bot.reading.windows import Window, WindowMaker

Tiny = Callable[[str], tuple[Path, Path]]
QUESTION = "Who drew the lighthouse?"
TEXTS = (
    "It was drawn by Niels Sigfred Nebelong.",
    "Das Café in Zürich  kostet 5 €; 日本語 🙂",
    "1858",
)
ANGLED, SQUARE = ([0], [2, 2], [2]), ([2], [3], [3])  # ids of <s> </s>, and of [CLS] [SEP]


def loaded(folder: Path) -> tuple[Any, Any]:
    from transformers import AutoModelForQuestionAnswering, AutoTokenizer

    model = AutoModelForQuestionAnswering.from_pretrained(folder, local_files_only=True)
    return model.eval(), AutoTokenizer.from_pretrained(folder, local_files_only=True)


def logits_of_torch(model: Any, inputs: Any) -> np.ndarray:
    """(tokens, 2) of one row, as the checkpoint's makers would compute it."""
    import torch

    with torch.inference_mode():
        read = model(**inputs)
    return np.stack((read.start_logits[0].numpy(), read.end_logits[0].numpy()), axis=-1)


def windows_of(folder: Path, text: str) -> list[Window]:
    card = json.loads((folder / CARD).read_text(encoding="utf-8"))
    maker = WindowMaker(
        folder / TOKENIZER,
        max_length=card["max_length"],
        overlap=card["overlap"],
        pair=PairFormat.from_record(card["pair"]),
    )
    return maker.windows(QUESTION, [ReadingPassage("a", "c", text)])


@pytest.mark.parametrize("kind", KINDS)
def test_logits_are_those_of_torch(tiny_readers: Tiny, kind: str) -> None:
    checkpoint, folder = tiny_readers(kind)
    model, tokenizer = loaded(checkpoint)
    session = open_session(folder / MODEL)
    taken = {each.name for each in session.get_inputs()}
    assert taken == {"input_ids", "attention_mask"} | (
        {"token_type_ids"} if kind in ("bert", "electra") else set()
    )
    for text in TEXTS:
        (window,) = windows_of(folder, text)
        inputs = tokenizer(QUESTION, text, return_tensors="pt")
        assert list(window.token_ids) == inputs["input_ids"][0].tolist()
        if "token_type_ids" in taken:
            assert window.type_ids() == inputs["token_type_ids"][0].tolist()
        feeds = {
            "input_ids": np.array([window.token_ids]),
            "attention_mask": np.ones((1, len(window.token_ids)), dtype=np.int64),
            "token_type_ids": np.array([window.type_ids()]),
        }
        (found,) = session.run(["logits"], {name: feeds[name] for name in taken})
        expected = logits_of_torch(model, inputs)
        assert np.ptp(expected) > 0.5  # weights that say something
        assert found[0] == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize("kind", KINDS)
def test_the_card_says_how_it_is_run(tiny_readers: Tiny, kind: str) -> None:
    checkpoint, folder = tiny_readers(kind)
    assert {path.name for path in folder.iterdir()} == {MODEL, TOKENIZER, CARD}
    card = json.loads((folder / CARD).read_text(encoding="utf-8"))
    pair = card["pair"]
    angled = kind in ("roberta", "mpnet")
    assert (pair["before"], pair["between"], pair["after"]) == (ANGLED if angled else SQUARE)
    assert pair["pad"] == (1 if angled else 0)
    assert pair["typed"] == (kind in ("bert", "electra"))
    # RoBERTa's table has 514 rows, of which the first two are never a position.
    expected = (512, 384, 128) if kind == "roberta" else (64, 64, 21)
    assert (card["positions"], card["max_length"], card["overlap"]) == expected
    assert card["largest_logit_difference"] < 1e-3
    assert card["weights"] == "fp32"
    assert card["source"]["digest"] == find_checkpoint(str(checkpoint)).digest


def test_all_512_positions_of_roberta_can_be_used(tiny_readers: Tiny) -> None:
    import torch

    checkpoint, folder = tiny_readers("roberta")
    model, _ = loaded(checkpoint)
    ids = np.random.default_rng(8).integers(5, model.config.vocab_size, size=(1, 513))
    ids[0, 0] = 0
    full = {"input_ids": ids[:, :512], "attention_mask": np.ones((1, 512), dtype=np.int64)}
    (found,) = open_session(folder / MODEL).run(["logits"], full)
    tensors = {name: torch.from_numpy(value) for name, value in full.items()}
    assert found[0] == pytest.approx(logits_of_torch(model, tensors), abs=1e-3)
    with pytest.raises(Exception, match=r"index|range"):  # and no more than 512
        logits_of_torch(model, {"input_ids": torch.from_numpy(ids)})


@pytest.mark.parametrize("kind", KINDS)
def test_it_reads_as_the_definition_says(tiny_readers: Tiny, kind: str) -> None:
    """The best span is the largest start + end over all pairs; null is the first token's."""
    checkpoint, folder = tiny_readers(kind)
    model, tokenizer = loaded(checkpoint)
    reader = OnnxReader(folder, max_answer_tokens=7)
    for text in TEXTS:
        (reading,) = reader.read(QUESTION, [ReadingPassage("a", "c", text, 40)], top_n=4)
        inputs = tokenizer(QUESTION, text, return_tensors="pt")
        logits = logits_of_torch(model, inputs)
        assert reading.null_score == pytest.approx(float(logits[0].sum()), abs=2e-3)
        owners = inputs.sequence_ids(0)
        ids = inputs["input_ids"][0].tolist()
        places = [
            place
            for place, owner in enumerate(owners)
            if owner == 1 and not tokenizer.decode([ids[place]]).isspace()
        ]
        best = max(
            float(logits[first, 0] + logits[last, 1])
            for first in places
            for last in places
            if first <= last < first + 7
        )
        assert reading.candidates[0].score == pytest.approx(best, abs=2e-3)


OPEN = """
import sys
from qa_bot.config import Settings
from qa_bot.protocols import ReadingPassage
from qa_bot.reading.reader import open_reader
reader = open_reader(Settings(reader=sys.argv[1], cache_dir=sys.argv[2]))
(reading,) = reader.read("Who drew it?", [ReadingPassage("a", "c", "Niels Nebelong drew it.")])
print(reader.fingerprint, reading.candidates[0].text)
loaded = [name for name in ("torch", "transformers", "onnx") if name in sys.modules]
assert not loaded, loaded
"""


def open_apart(checkpoint: Path, cache: Path) -> tuple[str, str]:
    """stdout and stderr of a program that opens the reader and reads with it."""
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", OPEN, str(checkpoint), str(cache)],
        cwd=cache.parent,
        env=os.environ | {"PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        timeout=250,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout, done.stderr


def test_a_checkpoint_is_exported_once_and_torch_stays_out(
    tiny_readers: Tiny, tmp_path: Path
) -> None:
    checkpoint, exported = tiny_readers("bert")
    cache = tmp_path / "cache"
    first, notice = open_apart(checkpoint, cache)
    again, silence = open_apart(checkpoint, cache)
    assert "preparing the reader bert" in notice
    assert "preparing" not in silence
    assert first == again
    (folder,) = (path for path in (cache / "models").iterdir() if path.is_dir())
    # Exporting anew, in another process and another place, gave the same file.
    assert (folder / MODEL).read_bytes() == (exported / MODEL).read_bytes()
    assert first.split()[0] == json.loads((folder / CARD).read_text())["files"][MODEL]

    settings = Settings(reader=str(checkpoint), cache_dir=str(cache))
    assert open_reader(settings) is open_reader(settings)
    content = bytearray((folder / MODEL).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / MODEL).write_bytes(content)
    with pytest.raises(ModelError, match=rf"(?s)not the one its card names.*mend: +rm -r {folder}"):
        open_reader(Settings(reader=str(checkpoint), cache_dir=str(cache), threads=1))


def test_a_head_that_is_missing_is_not_made_up(tiny_readers: Tiny, tmp_path: Path) -> None:
    """transformers would fill it with random numbers. Told through the exporting process."""
    from safetensors.numpy import load_file, save_file

    broken = Path(shutil.copytree(tiny_readers("bert")[0], tmp_path / "broken"))
    weights = load_file(broken / "model.safetensors")
    kept = {name: value for name, value in weights.items() if not name.startswith("qa_outputs")}
    assert len(kept) == len(weights) - 2
    save_file(kept, broken / "model.safetensors", metadata={"format": "pt"})
    settings = Settings(reader=str(broken), cache_dir=str(tmp_path / "cache"))
    with pytest.raises(ModelError, match=r"(?s)lacks weights.*expected:.*qa_outputs.*mend:"):
        open_reader(settings)
    assert not [path for path in (tmp_path / "cache" / "models").iterdir() if path.is_dir()]


def test_a_head_of_another_shape_is_refused(tmp_path: Path) -> None:
    from qa_bot.models.span_export import export

    checkpoint = write_checkpoint(tmp_path / "five", "bert", outputs=5)
    (tmp_path / "out").mkdir()
    with pytest.raises(ModelError, match=r"(?s)another shape.*found: +5 logits"):
        export(find_checkpoint(str(checkpoint)), tmp_path / "out")


def test_weights_that_cannot_be_read_are_named(tiny_readers: Tiny, tmp_path: Path) -> None:
    from qa_bot.models.span_export import export

    broken = Path(shutil.copytree(tiny_readers("roberta")[0], tmp_path / "broken"))
    (broken / "model.safetensors").write_bytes(b"no weights at all")
    (tmp_path / "out").mkdir()
    with pytest.raises(ModelError, match=r"(?s)roberta checkpoint cannot be loaded.*mend:"):
        export(find_checkpoint(str(broken)), tmp_path / "out")
