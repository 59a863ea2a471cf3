"""The masks that a douga network is given while it learns."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from dougagen.domain import CelMask, Douga, Triplet
from dougagen.errors import ConfigError
from dougagen.training import TrainingConfig, TripletPool
from dougagen.training.batches import make_batch
from dougagen.training.masks import asks_for_masks


def config(**options: object) -> TrainingConfig:
    small = {"task": "douga", "crop": 64, "batch_size": 8, "steps": 1, "device": "cpu"}
    return TrainingConfig.of({**small, "erase_probability": 0.0, "paste_probability": 0.0, **options})


def halves() -> Triplet:
    """Cel above, background below, with a line through both."""
    mask = np.zeros((96, 96), bool)
    mask[:48] = True
    classes = np.zeros((96, 96), np.uint8)
    classes[:48, 40:44] = 1
    return Triplet(np.full((96, 96, 3), 90, np.uint8), CelMask(mask), Douga(classes))


def everything_is_cel(picture: np.ndarray) -> np.ndarray:
    return np.full(picture.shape[:2], 201, np.uint8)


def test_predicted_masks_are_what_the_cel_network_said_and_some_are_perturbed():
    pool = TripletPool([halves()], reader=everything_is_cel)
    batch = make_batch(config(batch_size=40), pool, 0)
    told = sum(bool((mask == 201).all()) for mask in batch.likelihoods)
    assert 20 <= told < 40
    assert batch.cels.any()
    assert not batch.cels.all()


def test_true_masks_are_the_truth():
    batch = make_batch(config(masks="true"), TripletPool([halves()], reader=everything_is_cel), 0)
    assert torch.equal(batch.likelihoods[:, 0] == 255, batch.cels)


def test_a_guided_network_learns_the_whole_truth_and_a_synthetic_cel_what_it_can_see():
    nothing = TripletPool([halves()], reader=lambda picture: np.zeros(picture.shape[:2], np.uint8))
    guided = make_batch(config(batch_size=24), nothing, 0)
    cel = make_batch(config(batch_size=24, wiring="synthetic cel"), nothing, 0)
    unseen = (cel.likelihoods[:, 0] < 128).flatten(1).all(1)
    assert (cel.targets[unseen] == 0).all()
    whole = make_batch(config(batch_size=24, wiring="synthetic cel", whole_truth=True), nothing, 0)
    assert (whole.targets[unseen] == 1).any()  # the thesis asks for what was removed, too (5.8)
    assert (guided.targets[unseen] == 1).any()


def test_a_run_asks_for_masks_only_where_it_reads_predicted_ones():
    assert asks_for_masks(config(), offered=True)
    assert not asks_for_masks(config(masks="perturbed"), offered=False)
    with pytest.raises(ConfigError, match="no predicted masks"):
        asks_for_masks(config(wiring="color"), offered=True)


def test_a_cel_network_that_reads_masks_is_refused():
    with pytest.raises(ConfigError, match="reads the picture alone"):
        TrainingConfig.of({"task": "cel", "steps": 1, "wiring": "guided"})
    with pytest.raises(ConfigError, match="wiring must be one of"):
        TrainingConfig.of({"task": "douga", "steps": 1, "wiring": "by hand"})
