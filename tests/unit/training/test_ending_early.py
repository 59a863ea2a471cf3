"""Patience, the linear schedule, the optimisers of the thesis (4.6), and runs that cannot go well."""

from __future__ import annotations

import csv
import json
from copy import deepcopy

import pytest
import torch

from dougagen.errors import ConfigError, WeightsError
from dougagen.networks import load_weights
from dougagen.studio import HELD_OUT_SEEDS, make_scene
from dougagen.training import TripletPool, train
from dougagen.training.batches import make_batch
from dougagen.training.learner import Learner
from dougagen.training.schedule import learning_rate_at
from dougagen.training.validation import Validation, held_out_pictures


# ---- the schedule ------------------------------------------------------------------------------------
def test_the_thesis_lowers_the_rate_straight_to_a_tenth(small):
    config = small(learning_rate=1e-4, final_rate=0.1, schedule="linear", warmup=0.0)
    rates = [learning_rate_at(done, config) for done in (0.0, 0.25, 0.5, 1.0)]
    assert rates == pytest.approx([1e-4, 7.75e-5, 5.5e-5, 1e-5])


def test_ours_warms_up_and_falls_along_a_cosine(small):
    config = small(learning_rate=1.0 - 1e-9, warmup=0.1, final_rate=0.0)
    rates = [learning_rate_at(done, config) for done in (0.0, 0.05, 0.1, 0.55, 1.0)]
    assert rates == pytest.approx([0.01, 0.5, 1.0, 0.5, 0.0], abs=1e-6)


# ---- optimisers --------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["adamw", "adam", "rmsprop"])
def test_every_optimiser_learns_and_goes_on_from_its_state(name, discs, small):
    config = small(optimizer=name, learning_rate=1e-3)
    batch = make_batch(config, discs, 0)
    learner = Learner(config, discs.class_frequencies(), start=None)
    first, _, _ = learner.learn_from(batch, step=0, rate=1e-3)
    state = deepcopy(learner.state())
    other = Learner(config, discs.class_frequencies(), start=None)
    other.restore(state)
    for step in (1, 2, 3):
        here, _, _ = learner.learn_from(batch, step=step, rate=1e-3)
        there, _, _ = other.learn_from(batch, step=step, rate=1e-3)
        assert torch.equal(here, there)
    assert here < first


def test_without_decay_of_the_average_the_weights_themselves_are_kept(discs, small):
    learner = Learner(small(average_decay=0.0), discs.class_frequencies(), start=None)
    for step in range(3):
        learner.learn_from(make_batch(small(), discs, step), step=step, rate=1e-3)
    kept, new = learner.average.state_dict(), learner.network.state_dict()
    assert all(torch.equal(kept[name], new[name]) for name in new)


# ---- patience ----------------------------------------------------------------------------------------
def test_a_run_ends_after_so_many_epochs_without_a_better_one(discs, small):
    validation = Validation(small(patience=2, epoch_steps=3), discs)
    seen = []
    for step, loss in ((3, 0.5), (6, 0.4), (9, 0.45), (12, 0.41), (15, 0.3)):
        assert validation.is_due(step)
        seen.append((validation.note(loss, step=step), validation.has_lost_patience))
        assert not validation.is_due(step)
        assert not validation.is_due(step + 1)
    assert seen == [(True, False), (True, False), (False, False), (False, True), (True, False)]


def test_a_run_that_learns_nothing_ends_with_its_patience_and_keeps_the_best(discs, small, tmp_path):
    """At a rate of nothing no epoch is better than the first by more than nothing."""
    config = small(steps=1000, patience=2, epoch_steps=2, learning_rate=1e-12, average_decay=0.0)
    result = train(config, discs, out=tmp_path, validation=discs)
    assert result.is_finished
    assert result.steps < 200
    rows = list(csv.DictReader((tmp_path / "cel.validation.csv").open()))
    losses = [float(row["validation_loss"]) for row in rows]
    assert [int(row["step"]) for row in rows] == list(range(2, result.steps + 1, 2))
    best = load_weights(result.best)
    assert int(best.facts["steps"]) == result.steps - 4
    assert float(best.facts["validation_loss"]) == pytest.approx(min(losses), abs=1e-3)
    assert not (tmp_path / "cel.checkpoint").exists()


def test_patience_goes_on_where_it_was(discs, small, tmp_path):
    def config(**options):
        return small(steps=8, patience=3, epoch_steps=2, threads=1, **options)

    def interrupt(progress) -> None:
        if progress.step == 4:  # before the epoch that ends here is validated
            raise KeyboardInterrupt

    whole = train(config(), discs, out=tmp_path / "whole", validation=discs)
    with pytest.raises(KeyboardInterrupt):
        train(config(), discs, out=tmp_path / "parts", validation=discs, progress=interrupt)
    parts = train(config(), discs, out=tmp_path / "parts", validation=discs)
    texts = [(tmp_path / name / "cel.validation.csv").read_text() for name in ("whole", "parts")]
    assert texts[0] == texts[1]
    assert (whole.steps, whole.loss) == (parts.steps, parts.loss)


def test_validation_sees_the_same_crops_each_time_and_each_picture_once(discs, small):
    config = small(patience=1, batch_size=2, color_probability=1.0, rotate_probability=1.0)
    learner = Learner(config, discs.class_frequencies(), start=None)
    first, again = (Validation(config, discs).loss_of(learner) for _ in range(2))
    assert first == again
    assert first == pytest.approx(Validation(small(patience=1, seed=7), discs).loss_of(learner))


def test_patience_without_pictures_to_validate_on_is_refused(discs, small, tmp_path):
    with pytest.raises(ConfigError, match="needs pictures to validate on; set patience to 0"):
        train(small(patience=1), discs, out=tmp_path)


def test_the_pictures_of_a_validation_are_of_the_family_that_nothing_is_learned_from():
    held = held_out_pictures(1)
    assert (held.pictures[0].color == make_scene(HELD_OUT_SEEDS.start).color).all()


# ---- what cannot go well -----------------------------------------------------------------------------
@pytest.mark.parametrize("options", [{}, {"architecture": "gcn", "network": {"channels": 4}}])
def test_a_batch_of_one_small_crop_is_refused_in_a_line(options, discs, small, tmp_path):
    (tmp_path / "cel.log.csv").write_text("of an earlier run")
    config = small(batch_size=1, crop=32, **options)
    with pytest.raises(ConfigError, match="a batch of 1 and crops of 32×32 px leave one value") as raised:
        train(config, discs, out=tmp_path)
    assert "\n" not in str(raised.value)
    assert (tmp_path / "cel.log.csv").read_text() == "of an earlier run"


def test_a_loss_that_is_no_number_leaves_weights_and_checkpoint_as_they_were(
    discs, small, tmp_path, monkeypatch
):
    train(small(), discs, out=tmp_path)
    weights = (tmp_path / "cel.safetensors").read_bytes()
    monkeypatch.setattr(
        "dougagen.training.losses.CelLoss.forward",
        lambda self, logits, targets, cels: logits.sum() * float("nan"),
    )
    for often in ({"log_steps": 1}, {"log_steps": 100, "checkpoint_minutes": 1e-9}):
        with pytest.raises(ConfigError, match=r"not finite at step 1: .*as it was|as they were") as raised:
            train(small(seed=3, **often), discs, out=tmp_path)
        assert "use a lower learning rate" in str(raised.value)
        assert (tmp_path / "cel.safetensors").read_bytes() == weights
        assert not (tmp_path / "cel.checkpoint").exists()


def test_a_signal_does_not_save_weights_that_are_no_numbers(discs, small, tmp_path, monkeypatch):
    def interrupt(progress) -> None:
        if progress.step == 2:
            with torch.no_grad():
                next(learners[0].network.parameters()).fill_(float("nan"))
            raise KeyboardInterrupt

    learners: list[Learner] = []
    begin = Learner.__init__
    monkeypatch.setattr(
        Learner, "__init__", lambda self, *a, **k: (begin(self, *a, **k), learners.append(self))[0]
    )
    with pytest.raises(KeyboardInterrupt):
        train(small(), discs, out=tmp_path, progress=interrupt)
    assert not (tmp_path / "cel.checkpoint").exists()


def test_a_checkpoint_of_a_version_with_fewer_options_goes_on(discs, small, tmp_path):
    def interrupt(progress) -> None:
        if progress.step == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(small(), discs, out=tmp_path, progress=interrupt)
    path = tmp_path / "cel.checkpoint"
    state = torch.load(path, weights_only=True)
    options = json.loads(state["identity"])
    for name in ("optimizer", "schedule", "adversarial", "backgrounds", "crop_width"):  # of version 0.4
        del options[name]
    torch.save({**state, "identity": json.dumps(options)}, path)
    with pytest.raises(
        WeightsError, match=r'another configuration \(optimizer: "adamw" there, "adam" here\)'
    ):
        train(small(optimizer="adam"), discs, out=tmp_path)
    seen = []
    train(small(), discs, out=tmp_path, progress=seen.append)
    assert [row.step for row in seen] == [3, 4]


def test_a_pool_for_validation_may_be_smaller_than_a_batch(discs, small, tmp_path):
    one = TripletPool([discs.pictures[0].unpacked()])
    result = train(small(patience=5, epoch_steps=1, batch_size=4), discs, out=tmp_path, validation=one)
    assert result.best is not None
