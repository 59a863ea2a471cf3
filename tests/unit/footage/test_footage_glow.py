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


def test_a_soft_shade_that_passes_before_the_lens_is_no_glow(shining: Callable[..., Luma]) -> None:
    """It only takes light away, and leaves no edge; but not where bright parts are near."""
    before = shining(0.1)
    shade = np.zeros(before.shape, np.float32)
    shade[:, 40:200] = 0.5
    shaded = np.rint(before * (1 - cv2.GaussianBlur(shade, (0, 0), 12))).astype(np.uint8)
    one, other = AnalysisPlane(shaded), AnalysisPlane(before)
    still = block_levels(residual(one, other, tolerance=0.35))
    assert glow_levels(one, other, still, config=GlowConfig()) is None
    assert glow_levels(one, other, still, config=GlowConfig(unexplained=1e6)) is not None, "it is asked here"


def test_a_white_light_that_goes_on_and_off_under_a_pan_is_no_glow(
    painted: Callable[..., Picture], drawn: Callable[..., Picture]
) -> None:
    """All of the picture is lighter and darker in turn: what is left of that is the camera's move."""
    wide = cv2.cvtColor(drawn(painted(400, 240), "A"), cv2.COLOR_RGB2GRAY)
    wide = cv2.resize(wide, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC).astype(np.float32)
    veils = [0.3 * (index // 2 % 2) for index in range(16)]
    frames = [wide[:, 2 * at : 2 * at + 640] * (1 - veil) + 255 * veil for at, veil in enumerate(veils)]
    assert starts([np.rint(frame).astype(np.uint8) for frame in frames]) == [0]
