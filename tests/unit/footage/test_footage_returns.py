"""Drawings that come back, and text that begins none."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from dougagen.domain import Episode, Frame
from dougagen.footage import HoldConfig, find_drawings
from dougagen.footage.holds import collapse_holds

Picture = NDArray[np.uint8]


def drawings_of(pictures: Iterable[Picture], **config: object) -> list[list[tuple[int, int]]]:
    """The exposures of each drawing."""
    episode = Episode("0" * 16, None, 320, 240, Fraction(24))  # type: ignore[arg-type]
    frames = (
        Frame(i, Fraction(i, 24), cv2.cvtColor(p, cv2.COLOR_RGB2GRAY), lambda p=p: p)
        for i, p in enumerate(pictures)
    )
    found = find_drawings(episode, frames, config=HoldConfig(**config))  # type: ignore[arg-type]
    return [[(span.start, span.stop) for span in drawing.exposures] for drawing in found]


@pytest.fixture
def mouths(drawn, painted) -> Callable[[str], list[Picture]]:
    """Letters as mouths of one head: c is closed, o open; capitals are other heads."""
    scene = painted()
    known = {"c": drawn(scene, "A"), "o": drawn(scene, "A", mouth="open")}
    return lambda letters: [known[x] if x in known else drawn(scene, x) for x in letters]


def test_a_drawing_that_comes_back_in_its_shot_has_several_exposures(mouths):
    assert drawings_of(mouths("cccooocccooKK")) == [[(0, 3), (6, 9)], [(3, 6), (9, 11)], [(11, 13)]]


def test_drawings_come_in_the_order_in_which_they_first_appear(mouths):
    first = [exposures[0] for exposures in drawings_of(mouths("KKccooKKccoo"))]
    assert first == sorted(first)


def test_a_drawing_that_comes_back_in_another_shot_is_another_one(mouths, drawn, painted):
    elsewhere = [drawn(255 - painted()[:, ::-1] // 2, "K")] * 10
    found = drawings_of([*mouths("cccooo"), *elsewhere, *mouths("cccooo")])
    assert found == [[(0, 3)], [(3, 6)], [(6, 16)], [(16, 19)], [(19, 22)]]


def test_no_more_drawings_are_kept_than_may_come_back(mouths):
    found = drawings_of(mouths("ccooKKLLMMcc"), drawings_kept=2)
    assert found[0] == [(0, 2)]
    assert found[-1] == [(10, 12)]


def test_every_frame_is_in_one_exposure_of_one_drawing(mouths):
    spans = sorted(span for drawing in drawings_of(mouths("ccoKKcoocKLc")) for span in drawing)
    assert [frame for start, stop in spans for frame in range(start, stop)] == list(range(12))


def written_on(picture: Picture, text: str, *, line: int) -> Picture:
    page = picture.copy()
    for color, thick in (((20, 20, 20), 6), ((245, 245, 245), 2)):
        cv2.putText(page, text, (60, line), cv2.FONT_HERSHEY_SIMPLEX, 0.9, color, thick, cv2.LINE_AA)
    return page


def starts(pictures: Iterable[Picture]) -> list[int]:
    frames = (Frame(i, Fraction(i, 24), cv2.cvtColor(p, cv2.COLOR_RGB2GRAY)) for i, p in enumerate(pictures))
    return [hold.span.start for hold in collapse_holds(frames, config=HoldConfig())]


@pytest.mark.parametrize("line", [60, 450])
def test_a_subtitle_that_comes_changes_and_goes_begins_no_drawing(line, drawn, painted):
    scene = drawn(painted(640, 480), "A")
    one, other = written_on(scene, "So it was you.", line=line), written_on(scene, "Who else?", line=line)
    assert starts([scene] * 5 + [one] * 6 + [other] * 6 + [scene] * 6) == [0]


def test_a_mouth_that_opens_above_a_new_subtitle_is_a_new_drawing(drawn, painted):
    closed, opened = (drawn(painted(640, 480), "A", mouth=mouth) for mouth in ("closed", "open"))
    spoken = written_on(opened, "So it was you.", line=450)
    assert starts([closed] * 6 + [spoken] * 6 + [written_on(closed, "Who else?", line=450)] * 6) == [0, 6, 12]


def test_a_mouth_where_subtitles_stand_is_a_new_drawing(drawn, painted):
    tall = painted(640, 760)
    faces = {m: drawn(tall, "A", mouth=m)[: 760 - 280] for m in ("closed", "open")}  # the mouth lies low
    assert starts([faces["closed"]] * 6 + [faces["open"]] * 6 + [faces["closed"]] * 6) == [0, 6, 12]
