"""What may happen on the way to the viewer: all that does; and other codecs for the held-out family."""

from __future__ import annotations

import numpy as np
import pytest

from dougagen.studio.delivery.still_coding import Coding, coded
from dougagen.studio.delivery.stills import Delivery, deliver, plan_delivery
from dougagen.studio.family import HELD_OUT_FAMILY, TRAINING_FAMILY, Family


def plans(family: Family) -> list[Delivery]:
    return [plan_delivery(np.random.default_rng(seed), codecs=family.codecs) for seed in range(600)]


def ways(delivery: Delivery) -> set[str]:
    return ({delivery.coding.codec} if delivery.coding else set()) | (
        {delivery.image[0]} if delivery.image else set()
    )


def test_no_codec_of_the_held_out_family_is_met_in_training() -> None:
    held_out = set().union(*(ways(plan) for plan in plans(HELD_OUT_FAMILY)))
    training = set().union(*(ways(plan) for plan in plans(TRAINING_FAMILY)))
    assert held_out == {"mpeg4", "vp9", "webp"}
    assert training == {"h264", "hevc", "mpeg2video", "mjpeg", "jpeg"}


def test_training_meets_everything_that_happens_to_pictures() -> None:
    seen = plans(TRAINING_FAMILY)
    codings = [plan.coding for plan in seen if plan.coding]
    for share in (
        np.mean([plan == Delivery() for plan in seen]),
        np.mean([plan.master < 1 for plan in seen]),
        np.mean([plan.master > 1 for plan in seen]),
        np.mean([plan.halo is not None for plan in seen]),
        np.mean([plan.step > 1 for plan in seen]),
        np.mean([plan.dither > 0 for plan in seen]),
        np.mean([plan.chroma is not None for plan in seen]),
        np.mean([plan.combing > 0 for plan in seen]),
        np.mean([plan.again is not None for plan in seen]),
        np.mean([coding.matrix == "bt601" for coding in codings]),
        np.mean([coding.ten_bit for coding in codings]),
        np.mean([coding.moved is not None for coding in codings]),
    ):
        assert 0.02 < share < 0.5


def test_a_plan_is_carried_out_the_same_way_every_time() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (64, 96, 3), np.uint8)
    for plan in plans(HELD_OUT_FAMILY)[:6] + plans(TRAINING_FAMILY)[:12]:
        before = picture.copy()
        assert np.array_equal(deliver(picture, plan), deliver(picture, plan))
        assert np.array_equal(picture, before)


@pytest.mark.parametrize(
    "coding",
    [Coding("h264", ten_bit=True), Coding("hevc", ten_bit=True), Coding("vp9"), Coding("mpeg4")],
    ids=str,
)
def test_colours_survive_ten_bits_and_the_held_out_codecs(coding: Coding) -> None:
    for color in ((200, 60, 30), (20, 160, 60), (40, 60, 210)):
        picture = np.full((64, 64, 3), color, np.uint8)
        assert np.abs(coded(picture, coding).astype(int).mean(axis=(0, 1)) - color).max() <= 5
