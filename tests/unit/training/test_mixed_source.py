"""Own drawings among others: how many crops come from each, whatever their numbers."""

from pathlib import Path

import numpy as np
import pytest

from dougagen.errors import ConfigError
from dougagen.training import TripletPool, train
from dougagen.training.mixed_source import MixedSource, copies
from tests.unit.training.conftest import disc


def pool(count, *, side, name):
    return TripletPool((disc(n, side) for n in range(count)), name=name)


@pytest.mark.parametrize("sizes", [(3, 40), (40, 3), (10, 10)])
@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
def test_the_share_of_own_pictures_holds_whatever_their_number(sizes, share):
    own, among = sizes
    first, second = copies(own, among, share=share)
    assert min(first, second) == 1
    assert own * first / (own * first + among * second) == pytest.approx(share, abs=0.06)


def test_crops_come_from_both_sides_in_their_share():
    mixed = MixedSource(pool(2, side=64, name="mine"), pool(6, side=80, name="theirs"), share=0.75)
    rng = np.random.default_rng(1)
    sides = [mixed.at(0).sample(rng).triplet.width for _ in range(400)]
    assert sides.count(64) / 400 == pytest.approx(0.75, abs=0.08)
    assert set(sides) == {64, 80}


def test_the_facts_name_both_and_frequencies_are_mixed_alike():
    own, among = pool(2, side=64, name="mine"), pool(6, side=80, name="theirs")
    mixed = MixedSource(own, among, share=0.25)
    assert mixed.facts() == {
        "data": "theirs",
        "pictures": "6",
        "own_data": "mine",
        "own_pictures": "2",
        "own_share": "0.25",
    }
    assert mixed.class_frequencies().sum() == pytest.approx(1)
    wanted = 0.25 * own.class_frequencies() + 0.75 * among.class_frequencies()
    assert np.allclose(mixed.class_frequencies(), wanted)


def test_a_source_that_stands_still_lists_the_same_pictures_at_every_step():
    mixed = MixedSource(pool(1, side=64, name="mine"), pool(2, side=80, name="theirs"))
    assert mixed.at(0) is mixed.at(7)


@pytest.mark.parametrize("share", [0.0, 1.0, -1.0, float("nan")])
def test_a_share_that_leaves_a_side_out_is_refused(share):
    with pytest.raises(ConfigError, match="the share of own drawings must be in"):
        MixedSource(pool(1, side=64, name="mine"), pool(1, side=80, name="theirs"), share=share)


def test_a_network_learns_from_both_and_its_weights_say_so(tmp_path: Path, small):
    from dougagen.networks import load_weights

    mixed = MixedSource(pool(1, side=64, name="mine"), pool(2, side=80, name="theirs"))
    result = train(small(steps=2), mixed, out=tmp_path)
    assert load_weights(result.weights).facts["own_data"] == "mine"
