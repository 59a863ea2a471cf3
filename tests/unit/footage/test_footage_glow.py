"""Light that glows begins no drawing; what is drawn in it does, and what moves by parts of a pixel."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from dougagen.domain import Frame
from dougagen.footage import HoldConfig
from dougagen.footage.change_config import ChangeConfig
from dougagen.footage.differences import AnalysisPlane, block_levels, residual
from dougagen.footage.glow import GlowConfig, glow_levels
from dougagen.footage.holds import collapse_holds
from dougagen.footage.layer_votes import voted_shifts
from dougagen.footage.motion import Move
from dougagen.footage.strength import strength_at_edges

Picture = NDArray[np.uint8]
Luma = NDArray[np.uint8]
STRENGTHS = (0.1, 0.1, 0.6, 0.6, 0.2, 0.2, 0.5, 0.5, 0.15, 0.15, 0.45, 0.45)


@pytest.fixture
def shining(drawn: Callable[..., Picture], painted: Callable[..., Picture]) -> Callable[..., Luma]:
    def picture(glow: float, *, name: str = "A", mouth: str = "closed") -> Luma:
        dark = (painted() // 3).astype(np.uint8)
        luma = cv2.cvtColor(drawn(dark, name, mouth=mouth), cv2.COLOR_RGB2GRAY)
        luma = np.asarray(cv2.resize(luma, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC), np.uint8)
        bright = np.clip((luma.astype(np.float32) - 150) * 2.4, 0, 255)
        bloom = cv2.GaussianBlur(bright, (0, 0), 10)
        return np.clip(luma + glow * bloom, 0, 255).astype(np.uint8)

    return picture


def starts(pictures: list[Luma]) -> list[int]:
    frames = (Frame(index, Fraction(index, 24), picture) for index, picture in enumerate(pictures))
    return [hold.span.start for hold in collapse_holds(frames, config=HoldConfig())]


def left_of_glow(current: Luma, before: Luma) -> NDArray[np.float32] | None:
    one, other = AnalysisPlane(current), AnalysisPlane(before)
    still = block_levels(residual(one, other, tolerance=0.35))
    return glow_levels(one, other, still, config=GlowConfig())


def test_a_glow_that_flickers_begins_no_drawing(shining: Callable[..., Luma]) -> None:
    assert starts([shining(glow) for glow in STRENGTHS]) == [0]


def test_a_mouth_that_opens_in_a_flickering_glow_is_a_drawing(shining: Callable[..., Luma]) -> None:
    mouths = ["open" if 4 <= index < 8 else "closed" for index in range(len(STRENGTHS))]
    pictures = [shining(glow, mouth=mouth) for glow, mouth in zip(STRENGTHS, mouths, strict=True)]
    assert starts(pictures) == [0, 4, 8]


def test_a_glow_leaves_little_of_a_held_drawing(shining: Callable[..., Luma]) -> None:
    left = left_of_glow(shining(0.6), shining(0.1))
    assert left is not None
    assert float(left.max()) < ChangeConfig().glow_level


def test_another_picture_is_no_glow(shining: Callable[..., Luma]) -> None:
    assert left_of_glow(np.full_like(shining(0.1), 250), shining(0.1)) is None


@pytest.mark.parametrize(("noise", "is_drawn"), [(0.5, True), (6.0, False)])
def test_what_changes_at_edges_is_drawn_where_the_rest_is_quiet(noise: float, is_drawn: bool) -> None:
    bare = np.random.default_rng(0).uniform(0, noise, (120, 200)).astype(np.float32)
    bare[50:52, 80:83] = 17.0
    sharp = AnalysisPlane(np.tile(np.array([0, 200], np.uint8), (480, 400)))
    strength, least = strength_at_edges(bare, sharp, sharp, ChangeConfig())
    assert (strength > max(least, 1.0)) is is_drawn


def test_a_steady_pace_is_what_half_of_the_frames_agree_on() -> None:
    often = [(Move(-1.4 + 0.02 * frame, 0.0), Move(float(frame), 5.0)) for frame in range(7)]
    paces = voted_shifts(often, known=(), steady=True)
    assert [round(pace.dx, 1) for pace in paces] == [-1.3]
    assert voted_shifts(often[:4], known=(), steady=True) == []
    assert len(voted_shifts(often[:4], known=())) == 1
