"""What real cameras do begins no drawing: the truth is that of the sheets, whatever passes the lens."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

from dougagen.domain import Frame
from dougagen.footage import DecodeConfig, decode, open_episode
from dougagen.studio.clips.camera_work import views_for
from dougagen.studio.clips.clip import ClipFrame, ClipPlan, film
from dougagen.studio.clips.production import PlannedClip, shoot_clip, takes_of
from dougagen.studio.clips.shot_plan import ShotPlan
from dougagen.studio.clips.wall import hung
from dougagen.studio.delivery.clips import ClipDelivery
from dougagen.studio.held_out_clips import CLIP_CATEGORIES

SIZE = {"height": 96, "width": 170}


def filmed(plan: ShotPlan) -> list[ClipFrame]:
    return list(film(ClipPlan("test", 1, takes=takes_of([plan], **SIZE), **SIZE)))


def held(**options: object) -> ShotPlan:
    return ShotPlan(seed=7, frames=36, rate="held", **options)  # type: ignore[arg-type]


def starts(frames: list[ClipFrame]) -> list[int]:
    return [i for i, frame in enumerate(frames) if frame.facts.begins_drawing]


@pytest.mark.parametrize(
    "options",
    [
        {"veil": "smoke"},
        {"veil": "rain"},
        {"camera": "turn"},
        {"camera": "stop and go", "speed": 20.0},
        {"camera": "layers pan", "layers": 3, "book": True, "speed": 20.0},
        {"light": "strobe"},
        {"light": "dying light"},
    ],
    ids=str,
)
def test_it_changes_the_picture_and_begins_no_drawing(options: dict[str, object]) -> None:
    frames = filmed(held(**options))
    assert starts(frames) == [0]
    assert any(not np.array_equal(a.color, b.color) for a, b in itertools.pairwise(frames))


def test_what_passes_hides_the_whole_picture_for_a_while_and_then_it_is_back() -> None:
    frames = filmed(held(passes=True))
    alone = filmed(held())
    hidden = [float(np.mean(np.any(a.color != b.color, axis=2))) for a, b in zip(frames, alone, strict=True)]
    assert hidden[0] == hidden[-1] == 0
    assert max(hidden) > 0.95
    assert starts(frames) == [0]


def test_layers_behind_a_standing_cel_go_at_speeds_of_their_own() -> None:
    shot = held(camera="layers pan", layers=3, book=True, speed=20.0).make(**SIZE)
    ways = [layer.slides[-1][0] for layer in (*shot.backdrops, *shot.books)]
    assert len({round(way, 3) for way in ways}) == 4
    assert all(a.slides == () for a in shot.actors)


def test_a_crowd_blinks_each_in_their_own_time() -> None:
    plan = ShotPlan(seed=3, frames=60, action="blinks", rate="twos", cast=4, crowd=True, framing="close-up")
    actors = plan.make(**SIZE).actors
    lids = [next(t.numbers for t in actor.tracks if t.name == "eyes") for actor in actors]
    assert len(set(lids)) == 4


def test_stop_and_go_stands_and_moves_at_once() -> None:
    rng = np.random.default_rng(2)
    views = views_for(rng, "stop and go", frames=80, speed=4.0, **SIZE)
    steps = np.abs(np.diff([view.x for view in views]))
    begins = [i for i in range(1, len(steps) - 1) if steps[i] > 0 and steps[i - 1] == 0]
    assert len(begins) > 1
    for i in begins:
        assert steps[i] == pytest.approx(steps[i + 1])


def test_frames_on_the_wall_are_thin_parallel_lines() -> None:
    wall = np.full((240, 426, 3), 200, np.uint8)
    framed = hung(np.random.default_rng(0), wall, lines=240)
    assert (wall == 200).all()
    dark = (framed.max(axis=2) < 100).astype(np.int8)
    edges = np.abs(np.diff(dark, axis=0))  # lines begin and end
    near = sum(edges[row : row + 12].sum(axis=0) for row in range(0, 228, 6))
    assert int(np.max(near)) >= 4


@pytest.mark.parametrize(
    ("scan", "shown"), [("repeated", [0, 1, 2, 3, 3, 4, 5, 6, 7, 7, 8]), ("doubled", [0, 0, 1, 1, 2, 2])]
)
def test_a_delivery_that_repeats_frames_says_where_each_picture_begins(
    scan: str, shown: list[int], tmp_path: Path
) -> None:
    count = shown[-1] + 1
    delivery = ClipDelivery("ffv1", "yuv444p", scan=scan)  # type: ignore[arg-type]
    assert [delivery.source_frame(n) for n in range(count)] == [shown.index(n) for n in range(count)]
    assert delivery.source_frames(count) == len(shown)
    takes = takes_of([ShotPlan(seed=2, frames=count, camera="pan", rate="ones")], **SIZE)
    clip = shoot_clip(PlannedClip(ClipPlan("test", 1, takes=takes, **SIZE), delivery), tmp_path)
    frames = [f.luma for f in _frames(clip)]
    assert len(frames) == len(shown)
    for i in range(1, len(shown)):
        assert np.array_equal(frames[i], frames[i - 1]) == (shown[i] == shown[i - 1])


def _frames(clip: Path) -> list[Frame]:
    return list(decode(open_episode(clip), config=DecodeConfig()))


def test_categories_for_timing_change_no_held_out_seed() -> None:
    assert len(CLIP_CATEGORIES) == 25
    assert CLIP_CATEGORIES[-1] == "vfr"
