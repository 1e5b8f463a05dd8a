"""Ships a trained reader: ``python -m qa_bot.training.export_reader SETS``.

Weights to ONNX, int8 if that costs no more than half a point of F1, and a card
beside it. Each step is measured: ONNX against torch on real windows, int8 against
fp32 on SQuAD 1.1 dev.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
import typer

from qa_bot.config import Settings
from qa_bot.errors import ModelError
from qa_bot.evaluation.run import evaluate
from qa_bot.models.files import sha256, write_json
from qa_bot.models.quantise import quantise, save
from qa_bot.models.session import open_session
from qa_bot.protocols import ReadingPassage
from qa_bot.reading.reader import CARD, MODEL, SHIPPED, TOKENIZER
from qa_bot.reading.windows import MAX_LENGTH, OVERLAP, Window, WindowMaker, pad
from qa_bot.training.asked import OTHERS
from qa_bot.training.bases import SpanModel, base_folder, new_model
from qa_bot.training.sets import MIX, read_set
from qa_bot.training.shipped import shipped_model
from qa_bot.training.smooth import STRENGTH, smooth
from qa_bot.training.train_reader import SUMMARY, WEIGHTS

DEV_SETS = ("squad_v1.1_dev", "nq_qed_dev", "newsqa_dev")
MOST_LOST = 0.5
"""F1 points that int8 may cost; above it, fp32 ships."""
MOST_LOGIT_ERROR = 1e-3
"""Largest difference of a logit between torch and ONNX at fp32."""
OPSET = 20  # the first with Gelu as one node
PACKAGES = ("torch", "onnx", "onnxscript", "onnxruntime")

LICENCE = """The weights are licensed CC BY-SA 4.0. They were trained from {base} on: SQuAD 1.1
(CC BY-SA 4.0, Rajpurkar et al. 2016), SQuADShifts (CC BY 4.0, Miller et al. 2020), Natural
Questions as in QED (CC BY-SA 3.0, Kwiatkowski et al. 2019, Lamm et al. 2021), HotpotQA (CC BY-SA
4.0, Yang et al. 2018), QAMR (MIT, Michael et al. 2018), PolicyQA
(MIT, Ahmad et al. 2020), and on 1,040 invented news articles with 3,640 questions that a language
model wrote for it (written_news.jsonl.gz, beside the training code, under this project's
licence)."""
BASES = {
    "minilm": "all-MiniLM-L6-v2 (Apache-2.0; 22.7M parameters, 6 layers of 384)",
    "gte-small": "gte-small (MIT; 33.2M parameters, 12 layers of 384)",
}
TEACHERS = {"mpnet": "all-mpnet-base-v2 (Apache-2.0; 109M parameters)"}
LIMITS = "English; it points at spans: no arithmetic, no yes or no of its own."


def trace(model: SpanModel, path: Path) -> None:
    """Writes ``model`` as ONNX at fp32, any number of rows and tokens."""
    import onnx

    example = {
        name: torch.ones((2, 16), dtype=torch.long)
        for name in ("input_ids", "attention_mask", "token_type_ids")
    }
    sizes = {0: torch.export.Dim("rows"), 1: torch.export.Dim("tokens", max=MAX_LENGTH)}
    with torch.inference_mode():
        torch.onnx.export(
            model.eval(),
            tuple(example.values()),
            path,
            input_names=list(example),
            output_names=["logits"],
            dynamic_shapes=dict.fromkeys(example, sizes),
            opset_version=OPSET,
            dynamo=True,
            external_data=False,
            verbose=False,
        )
    save(onnx.load(path), path)


def largest_difference(model: SpanModel, path: Path, maker: WindowMaker) -> float:
    """Between torch's and ONNX Runtime's logits, over windows of three lengths."""
    session = open_session(path)
    worst = 0.0
    for count in (3, 40, 400):
        text = " ".join(
            f"The ship {number} sank in the year {1800 + number}." for number in range(count)
        )
        windows = maker.windows("When did ship 2 sink?", [passage(text)])
        batch = pad(windows)
        with torch.inference_mode():
            expected = model(**{name: torch.from_numpy(a) for name, a in batch.items()}).numpy()
        (found,) = session.run(["logits"], batch)
        real = batch["attention_mask"].astype(bool)
        worst = max(worst, float(np.abs(found - expected)[real].max()))
    return worst


def training_windows(sets: Path, maker: WindowMaker) -> list[Window]:
    """A hundred windows of SQuAD's training passages, evenly spaced, to see how large
    activations get."""
    (path,) = sets.rglob("squad_v1.1_train_partial.jsonl.gz")
    examples = list(read_set(path))
    chosen = examples[:: len(examples) // 100]
    return [w for e in chosen for w in maker.windows(e.question, [passage(e.context)])]


def passage(text: str) -> ReadingPassage:
    """``text`` as a passage of its own."""
    return ReadingPassage("", "", text)


def measured(folder: Path, sets: Path, *, most: int) -> dict[str, Any]:
    """Exact match and F1 of the model in ``folder`` on at most ``most`` evenly spaced
    questions of each dev set found in ``sets``."""
    settings = Settings.load(reader=folder)
    found: dict[str, Any] = {}
    for name in DEV_SETS:
        matches = sorted(sets.rglob(f"{name}.jsonl.gz"))
        if matches:
            figures = evaluate(matches[0], mode="reader", settings=settings, limit=most)
            found[name] = {
                key: figures[key] for key in ("n", "exact_match", "f1", "f1_forced", "intervals")
            }
    return found


def write_card(folder: Path, record: dict[str, Any]) -> None:
    """``card.json`` of the model in ``folder``: ``record`` and the files' sha256."""
    files = {name: sha256(folder / name) for name in (MODEL, TOKENIZER)}
    write_json(folder / CARD, {**record, "files": files})


def quantised(model: SpanModel, sets: Path, folder: Path) -> None:
    """Smooths ``model`` in place and writes it to ``folder`` with 7 bits a weight, so that
    sums of products fit 16 bits, on processors without VNNI too."""
    smooth(model, training_windows(sets, WindowMaker(folder / TOKENIZER)))
    trace(model, folder / "smoothed.onnx")
    quantise(folder / "smoothed.onnx", folder / MODEL, single=True, reduce_range=True)


def traced(model: SpanModel, folder: Path) -> float:
    """Writes ``model`` to ``folder`` at fp32; the largest difference of a logit.

    Raises:
        ModelError: the difference is more than rounding.
    """
    trace(model, folder / MODEL)
    difference = largest_difference(model, folder / MODEL, WindowMaker(folder / TOKENIZER))
    if difference > MOST_LOGIT_ERROR:
        raise ModelError(
            "the exported reader differs from the trained one",
            where=folder / MODEL,
            expected=f"logits within {MOST_LOGIT_ERROR}",
            found=difference,
            mend="pin torch and onnxscript to the versions in the last card",
        )
    return difference


def average(model: SpanModel, shipped: Path) -> None:
    """Makes every weight of ``model`` the mean of itself and of the shipped reader that it was
    trained on from.

    What a run learns on is not what readers are asked: the mean keeps what was known before,
    and is the better outside (Wortsman et al. 2022, Robust fine-tuning of zero-shot models; the
    equal share is their choice where nothing may be tuned).
    """
    before = shipped_model(shipped).state_dict()
    after = model.state_dict()
    model.load_state_dict({name: (after[name] + before[name]) / 2 for name in after})


def story(run: Path, base: str) -> dict[str, Any]:
    """What the card says of the training: from the run's ``summary.json``, and from its
    ``notes.txt``, where somebody wrote what the recipe does not show."""
    summary = json.loads((run / SUMMARY).read_text(encoding="utf-8"))
    notes = run / "notes.txt"
    told = {
        "licence": " ".join(LICENCE.format(base=BASES[base]).split()),
        "base": BASES[base],
        "training_sets": {"most_examples": MIX, "retrieved_passages": OTHERS},
        "training": summary,
    }
    if "teacher" in summary:
        told["teacher"] = TEACHERS["mpnet"]
    if notes.exists():
        told["notes"] = " ".join(notes.read_text(encoding="utf-8").split())
    return told


def main(
    sets: Annotated[Path, typer.Argument(help="folder of the training and evaluation sets")],
    run: Annotated[Path, typer.Option(help="folder of the training run")] = Path("runs/reader"),
    base: Annotated[str, typer.Option(help="minilm, or the path of gte-small's ONNX")] = "minilm",
    target: Annotated[Path, typer.Option(help="where the model goes")] = SHIPPED,
    most: Annotated[int, typer.Option(help="questions of each dev set")] = 1500,
    mean_with: Annotated[
        Path | None, typer.Option(help="ship the mean of the run and of this shipped reader")
    ] = None,
) -> None:
    """Export, measure and ship the reader of a finished run."""
    name = "minilm" if base == "minilm" else "gte-small"
    tokenizer = base_folder() / TOKENIZER
    model = new_model(base_folder() if base == "minilm" else Path(base))
    model.load_state_dict(torch.load(run / WEIGHTS, weights_only=True))
    if mean_with is not None:
        average(model, mean_with)
    with tempfile.TemporaryDirectory(prefix="qa_bot_reader_") as scratch:
        exact, small = Path(scratch) / "fp32", Path(scratch) / "int8"
        for folder in (exact, small):
            folder.mkdir()
            shutil.copyfile(tokenizer, folder / TOKENIZER)
        difference = traced(model, exact)
        quantised(model, sets, small)
        plain = {"max_length": MAX_LENGTH, "overlap": OVERLAP}
        scores = {}
        for folder in (exact, small):
            write_card(folder, plain)
            scores[folder.name] = measured(folder, sets, most=most)
            typer.echo(f"{folder.name}: {json.dumps(scores[folder.name])}")
        squad = "squad_v1.1_dev"
        lost = scores["fp32"][squad]["f1"] - scores["int8"][squad]["f1"]
        chosen = small if lost <= MOST_LOST else exact
        target.mkdir(parents=True, exist_ok=True)
        for part in (MODEL, TOKENIZER):
            shutil.copyfile(chosen / part, target / part)
        write_card(
            target,
            {
                "name": f"qa_bot reader, {name}",
                "status": "shipped, not interim",
                **story(run, name),
                "mean_with": None if mean_with is None else sha256(mean_with),
                "command": "see docs/training.md, Make it again",
                "weights": chosen.name,
                "smoothing_before_int8": STRENGTH,
                "f1_lost_to_int8": round(lost, 3),
                "largest_logit_difference_fp32": difference,
                "scores": scores,
                "made_with": {package: version(package) for package in PACKAGES},
                "limits": LIMITS,
                **plain,
            },
        )


if __name__ == "__main__":
    typer.run(main)
