"""A shipped reader as weights again: it computes what the file does."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from qa_bot.errors import ModelError
from qa_bot.models.session import open_session
from qa_bot.protocols import ReadingPassage
from qa_bot.reading.reader import MODEL, SHIPPED, TOKENIZER
from qa_bot.reading.windows import WindowMaker, pad
from qa_bot.training.export_reader import average
from qa_bot.training.shipped import shipped_model

TEXTS = (
    "The ferry left on Monday. It sank off Skagen on 3 May 1912, and 41 people drowned.",
    "A spokesman said that nobody had been told. " * 12,
)


def test_a_shipped_reader_reads_as_weights_what_it_reads_as_a_file() -> None:
    model = shipped_model(SHIPPED / MODEL).eval()
    session = open_session(SHIPPED / MODEL)
    names = {item.name for item in session.get_inputs()}
    maker = WindowMaker(SHIPPED / TOKENIZER)
    passages = [ReadingPassage("", "", text) for text in TEXTS]
    for window in maker.windows("When did the ferry sink?", passages):
        batch = pad([window])
        (wanted,) = session.run(["logits"], {k: v for k, v in batch.items() if k in names})
        with torch.inference_mode():
            found = model(**{k: torch.from_numpy(v) for k, v in batch.items()}).numpy()
        # The file rounds activations to 8 bits: its logits differ by a few hundredths of their
        # range, not by more.
        span = float(wanted.max() - wanted.min())
        assert np.sqrt(np.mean((found - wanted) ** 2)) < 0.05 * span
        assert np.corrcoef(found.ravel(), wanted.ravel())[0, 1] > 0.99


def test_another_model_cannot_be_trained_on(tmp_path: Path) -> None:
    import onnx

    graph = onnx.load(SHIPPED / MODEL)
    kept = [t for t in graph.graph.initializer if "layer.7.output.LayerNorm" not in t.name]
    del graph.graph.initializer[:]
    graph.graph.initializer.extend(kept)
    onnx.save(graph, tmp_path / MODEL)
    with pytest.raises(ModelError, match=r"(?s)cannot be trained on.*layer\.7\.output\.LayerNorm"):
        shipped_model(tmp_path / MODEL)


def test_a_mean_lies_half_way_to_the_reader_it_went_on_from() -> None:
    model, before = shipped_model(SHIPPED / MODEL), shipped_model(SHIPPED / MODEL).state_dict()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.5)
    average(model, SHIPPED / MODEL)
    after = model.state_dict()
    for name in dict(model.named_parameters()):
        assert torch.allclose(after[name], before[name] + 0.25, atol=1e-6)
