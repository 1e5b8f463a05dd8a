"""Training, stopping, going on and teaching, on an encoder of 2 layers of 8; retrieval for
training on ten contexts with the real embedder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from made_tables import random_tables, span_model, write_bert

from qa_bot.config import Settings
from qa_bot.errors import ModelError
from qa_bot.training import retrieved, teach, train_reader
from qa_bot.training.bases import SpanModel
from qa_bot.training.losses import Weights, margins, taught_loss
from qa_bot.training.recipe import Recipe, rate
from qa_bot.training.sampling import Batch, Items, Sampler, TeacherLogits
from qa_bot.training.sets import Example
from qa_bot.training.tables import Tables
from qa_bot.training.train_reader import CHECKPOINT, LOG, SUMMARY, WEIGHTS, Trainer

RECIPE = Recipe(base="tiny", rows=8, learning_rate=1e-2, steps=12, others=2)


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """Products this small only wait for each other."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def tables() -> Tables:
    """So few questions that 12 steps are more than one pass."""
    return random_tables(21, questions=24, longest=20)


def trainer(folder: Path, tables: Tables, *, seed: int = 1, recipe: Recipe = RECIPE) -> Trainer:
    folder.mkdir(parents=True, exist_ok=True)
    return Trainer(span_model(seed), recipe, folder, tables)


def weights_of(model: SpanModel) -> dict[str, torch.Tensor]:
    return {name: tensor.clone() for name, tensor in model.state_dict().items()}


def assert_same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> None:
    assert set(one) == set(other)
    for name, tensor in one.items():
        torch.testing.assert_close(tensor, other[name], rtol=0, atol=0, msg=name)


# Training.


def test_the_learning_rate_rises_then_falls_to_nothing() -> None:
    recipe = Recipe(base="tiny", warm_up=0.1)
    assert [round(rate(p, recipe), 3) for p in (0, 0.05, 0.1, 0.55, 1.0)] == [0, 0.5, 1, 0.5, 0]


def test_a_seed_decides_a_run(tmp_path: Path, tables: Tables) -> None:
    runs = [trainer(tmp_path / str(n), tables) for n in range(2)]
    lines = [run.train() for run in runs]
    assert_same(weights_of(runs[0].model), weights_of(runs[1].model))
    assert lines[0]["held_out"] == lines[1]["held_out"]
    assert [line["step"] for line in lines] == [12, 12]
    other = trainer(tmp_path / "other", tables, recipe=replace(RECIPE, seed=14))
    other.train()
    assert not torch.equal(other.model.span.weight, runs[0].model.span.weight)


def test_word_embeddings_stay_and_all_else_is_trained(tmp_path: Path, tables: Tables) -> None:
    run = trainer(tmp_path, tables)
    before = weights_of(run.model)
    run.train()
    moved = {n for n, tensor in weights_of(run.model).items() if not torch.equal(tensor, before[n])}
    still = set(before) - moved
    assert still == {"encoder.embeddings.word_embeddings.weight"}


class Stop(Exception):
    """As Ctrl-C would."""


def test_a_stopped_run_goes_on_as_if_it_had_not_stopped(
    tmp_path: Path, tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = trainer(tmp_path / "whole", tables)
    whole.train()
    assert whole.turn >= 1, "the stop below comes before the end"

    stopped = trainer(tmp_path / "stopped", tables)
    batches = stopped.sampler.batches

    def until_the_second_pass(*, seed: int) -> Iterator[Batch]:
        if seed != RECIPE.seed:
            stopped.save()
            raise Stop
        yield from batches(seed=seed)

    monkeypatch.setattr(stopped.sampler, "batches", until_the_second_pass)
    with pytest.raises(Stop):
        stopped.train()
    assert 0 < stopped.step < 12

    taken_up = trainer(tmp_path / "stopped", tables, seed=2)
    assert taken_up.resume()
    assert (taken_up.step, taken_up.turn) == (stopped.step, 1)
    assert taken_up.tokens == stopped.tokens > 0
    assert_same(weights_of(taken_up.model), weights_of(stopped.model))
    taken_up.train()
    assert taken_up.step == 12
    assert_same(weights_of(taken_up.model), weights_of(whole.model))


def test_a_run_does_not_go_on_with_another_recipe(tmp_path: Path, tables: Tables) -> None:
    trainer(tmp_path, tables).save()
    other = trainer(tmp_path, tables, recipe=replace(RECIPE, learning_rate=5e-3))
    with pytest.raises(ModelError, match=r"(?s)another recipe.*learning_rate 0.01.*--out"):
        other.resume()
    assert trainer(tmp_path, tables, recipe=replace(RECIPE, steps=20)).resume(), "only longer"


def test_checkpoints_are_written_on_the_way_and_whole(
    tmp_path: Path, tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = trainer(tmp_path, tables, recipe=replace(RECIPE, steps=3))
    assert not run.resume()
    monkeypatch.setattr(train_reader, "SAVE_EVERY", -1)
    run.train()
    assert [path.name for path in sorted(tmp_path.iterdir())] == [CHECKPOINT, LOG]
    again = trainer(tmp_path, tables, seed=2, recipe=replace(RECIPE, steps=3))
    assert again.resume()
    assert_same(weights_of(again.model), weights_of(run.model))

    def broken(state: object, path: Path) -> None:
        path.write_bytes(b"half a checkp")
        raise OSError("disk full")

    monkeypatch.setattr(torch, "save", broken)
    with pytest.raises(OSError, match="disk full"):
        run.save()
    assert trainer(tmp_path, tables, seed=2).resume(), "the last one is still there"


def test_a_run_ends_by_the_clock(tmp_path: Path, tables: Tables) -> None:
    run = trainer(tmp_path, tables, recipe=replace(RECIPE, steps=1000, minutes=2.0))
    run.elapsed, run.step = 30.0, 10
    assert run.progress(1000) == 0.25
    run.step = 400
    assert run.progress(1000) == 0.4
    run.elapsed = 120.0
    assert run.progress(1000) == 1.0
    run.train()
    assert run.step == 400, "no step is made after the end"


def test_a_run_on_fewer_questions_leaves_out_the_rest(tmp_path: Path, tables: Tables) -> None:
    run = trainer(tmp_path, tables, recipe=replace(RECIPE, questions=5))
    assert len(set(run.sampler.questions.tolist())) == 5
    assert not tables.question_held[run.sampler.questions].any()
    again = trainer(tmp_path, tables, recipe=replace(RECIPE, questions=5))
    assert again.sampler.questions.tolist() == run.sampler.questions.tolist()


# A teacher.


def test_what_a_teacher_says_is_kept_in_the_order_of_the_pairs(tables: Tables) -> None:
    model = span_model(7)
    said = teach.say(model, tables, device="cpu", rows=10)
    assert said.values.dtype == np.float16
    assert np.array_equal(said.ptr, TeacherLogits.pointers(tables))
    owners = np.repeat(np.arange(tables.questions), np.diff(tables.question_ptr_pairs))
    for pair, question in enumerate(owners):
        asked, piece = tables.question(int(question)), tables.piece(int(tables.pair_piece[pair]))
        ids = torch.tensor([[101, *asked.tolist(), 102, *piece.tolist(), 102]])
        types = torch.zeros_like(ids)
        types[0, len(asked) + 2 :] = 1
        with torch.inference_mode():
            logits = model(ids, torch.ones_like(ids), types)[0].numpy()
        wanted = np.concatenate([logits[:1], logits[len(asked) + 2 : -1]])
        # bf16 has 8 bits; the logits' own spread is above 1.
        found = said.values[said.ptr[pair] : said.ptr[pair + 1]]
        np.testing.assert_allclose(found, wanted, atol=0.2)
    assert said.values.std() > 1


def all_pairs(tables: Tables, teacher: TeacherLogits) -> Batch:
    sampler = Sampler(tables, rows=10**6, teacher=teacher)
    pairs = np.arange(len(tables.pair_piece))
    return sampler.assemble(Items(sampler.owners, np.zeros_like(pairs), pairs))


def test_a_student_follows_its_teacher(tmp_path: Path, tables: Tables) -> None:
    teacher = teach.say(span_model(7), tables, device="cpu")
    batch = all_pairs(tables, teacher)
    recipe = replace(RECIPE, labels=0.0, steps=40)
    run = Trainer(span_model(8), recipe, tmp_path, tables, teacher)

    def distance() -> tuple[float, float]:
        """The loss over all pairs, and the correlation of the margins."""
        assert batch.teacher is not None
        found, said = run.margins_of(batch), margins(batch.teacher, batch.allowed)
        loss = float(taught_loss(found, batch, Weights()))
        inside = batch.allowed.clone()
        inside[:, 0] = False
        both = torch.stack([found[inside].ravel(), said[inside].ravel()])
        return loss, float(torch.corrcoef(both)[0, 1])

    before, agreed_before = distance()
    run.train()
    after, agreed = distance()
    assert before < 1e3, "no place that may not be is counted"
    assert after < 0.8 * before
    assert agreed > max(0.3, agreed_before + 0.2)


def test_a_run_from_the_command_line(tmp_path: Path, tables: Tables) -> None:
    base, path = write_bert(tmp_path / "base"), tmp_path / "tables.npz"
    tables.save(path)
    plain = tmp_path / "plain"
    train_reader.main(path, str(base), plain, rows=8, steps=4, learning_rate=1e-3)
    summary = json.loads((plain / SUMMARY).read_text("utf-8"))
    assert summary["recipe"]["base"] == "base"
    assert summary["recipe"]["learning_rate"] == 1e-3
    assert summary["step"] == 4
    assert summary["questions"] == int((~tables.question_held).sum())
    assert set(summary["held_out"]) == {"questions", "exact", "f1", "open_f1", "refused_at_80"}
    assert summary["held_out_news"] == {"questions": 0}
    assert summary["recipe"]["start"] == ""
    assert json.loads((plain / LOG).read_text("utf-8").splitlines()[-1])["step"] == 4

    teach.main(path, base, plain, tmp_path / "logits.npz")
    with np.load(tmp_path / "logits.npz") as arrays:
        said = TeacherLogits(arrays["values"], TeacherLogits.pointers(tables))
    assert len(said.values) == said.ptr[-1]
    taught = tmp_path / "taught"
    train_reader.main(path, str(base), taught, tmp_path / "logits.npz", rows=8, steps=4)
    one, other = (torch.load(run / WEIGHTS, weights_only=True) for run in (plain, taught))
    assert set(one) == set(other)
    assert not torch.equal(one["span.weight"], other["span.weight"])


# What the retriever brings.

TOPICS = (
    ("lighthouse", "The lighthouse of Skagen was finished in 1858."),
    ("bakery", "A bakery in Ribe sells rye bread every morning."),
    ("glacier", "The glacier lost forty metres of ice last year."),
    ("violin", "Her violin was made in Cremona by a pupil of Amati."),
    ("volcano", "The volcano on the island erupted in 1783."),
    ("parliament", "Parliament passed the budget after a long night."),
    ("football", "The football club won the cup in extra time."),
    ("submarine", "A submarine reached the pole under the ice in 1958."),
    ("orchard", "Apples from the orchard are pressed in October."),
    ("railway", "The railway to the north was closed in winter."),
)


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    made = [
        Example("one", f"what about the {word}?", text, (word,), None, None, f"The_{word}")
        for word, text in TOPICS
    ]
    return [*made, replace(made[0], question="when was the lighthouse finished?")]


def test_contexts_are_numbered_as_they_come(examples: list[Example]) -> None:
    numbers = retrieved.distinct_contexts([*examples, *reversed(examples)])
    assert list(numbers.items()) == [(text, n) for n, (_, text) in enumerate(TOPICS)]


def test_questions_are_asked_once_and_bring_chunks(tmp_path: Path, examples: list[Example]) -> None:
    settings = Settings()
    retrieved.build(examples, tmp_path, settings)
    rows = [json.loads(line) for line in (tmp_path / retrieved.CONTEXTS).open(encoding="utf-8")]
    assert [row["text"] for row in rows] == [text for _, text in TOPICS]
    assert rows[0]["title"] == "The lighthouse"
    questions = [example.question for example in examples]
    brought = list(retrieved.retrieve(questions, tmp_path, settings))
    assert [found.question for found in brought] == questions
    for found, example in zip(brought, examples, strict=True):
        number, start, end = found.chunks[0]
        assert TOPICS[number][1] == example.context, "its own passage comes first"
        assert example.context[start:end].strip()
        assert len(found.chunks) <= retrieved.DEPTH
        for number, start, end in found.chunks:
            assert 0 <= start < end <= len(TOPICS[number][1])

    # Asked again, in another order: nothing new is asked, which takes no process.
    path = tmp_path / retrieved.FOUND
    kept = path.read_bytes()
    assert list(retrieved.retrieve(questions[::-1], tmp_path, settings)) == brought[::-1]
    assert path.read_bytes() == kept

    # Broken off in its last line, as by a stop: that question is asked again, no other.
    lines = kept.splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-1]) + lines[-1][:-9])
    assert list(retrieved.retrieve(questions, tmp_path, settings)) == brought
    after = path.read_bytes()
    assert after.startswith(b"".join(lines[:-1]) + lines[-1][:-9] + b"\n")
    assert after.endswith(lines[-1])
    assert list(retrieved.retrieve(questions, tmp_path, settings)) == brought
    assert path.read_bytes() == after


def test_a_known_question_needs_no_index(tmp_path: Path) -> None:
    row = {"question": "who?", "chunks": [[3, 0, 9], [1, 2, 5]]}
    broken = '{"question": "when?", "chunks": [[3, 0,'
    (tmp_path / retrieved.FOUND).write_text(json.dumps(row) + "\n" + broken, encoding="utf-8")
    (found,) = retrieved.retrieve(["who?"], tmp_path, Settings())
    assert found == retrieved.Found("who?", ((3, 0, 9), (1, 2, 5)))
