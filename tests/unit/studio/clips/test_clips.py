"""Clips: the truth is what the layers do, exact to the frame."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest

from dougagen.errors import UsageError
from dougagen.studio.clips.clip import LEAST_CHANGE, ClipFrame, ClipPlan, changed_share, film
from dougagen.studio.clips.production import PlannedClip, shoot_clip, takes_of
from dougagen.studio.clips.repertoire import CLIP_NAMES, plan_clip
from dougagen.studio.clips.shot import Stand
from dougagen.studio.clips.shot_plan import ShotPlan
from dougagen.studio.clips.storyboards import STORYBOARDS, Storyboard, shoot_storyboard
from dougagen.studio.clips.subtitles import Subtitle
from dougagen.studio.delivery.clips import ClipDelivery

SIZE = {"height": 96, "width": 170}


def clip(*plans: ShotPlan, **film_of_it: object) -> ClipPlan:
    return ClipPlan("test", 1, takes=takes_of(plans, **SIZE), **SIZE, **film_of_it)  # type: ignore[arg-type]


def filmed(*plans: ShotPlan, **film_of_it: object) -> list[ClipFrame]:
    return list(film(clip(*plans, **film_of_it)))


def starts(frames: list[ClipFrame]) -> list[int]:
    return [i for i, frame in enumerate(frames) if frame.facts.begins_drawing]


def shots(frames: list[ClipFrame]) -> list[int]:
    return [i for i, frame in enumerate(frames) if frame.facts.begins_shot]


# ---- when a drawing begins ---------------------------------------------------------------------------
def test_a_movement_on_threes_begins_a_drawing_every_third_frame() -> None:
    assert starts(filmed(ShotPlan(seed=1, frames=9, rate="threes"))) == [0, 3, 6]


def test_a_held_shot_is_one_drawing() -> None:
    assert starts(filmed(ShotPlan(seed=1, frames=7, rate="held"))) == [0]


def test_a_cut_begins_a_shot_and_a_drawing() -> None:
    plan = ShotPlan(seed=4, frames=3, rate="held")
    frames = filmed(plan, replace(plan, seed=5))
    assert shots(frames) == starts(frames) == [0, 3]


@pytest.mark.parametrize(
    ("action", "frames"), [("moves", 10), ("talks", 24), ("blinks", 48), ("cycles", 14), ("bursts", 24)]
)
def test_the_truth_of_timing_is_the_comparison_of_uncompressed_pictures(action: str, frames: int) -> None:
    plan = ShotPlan(seed=6, frames=frames, action=action, rate="twos", size=0.6)  # type: ignore[arg-type]
    shown = filmed(plan)
    assert len(starts(shown)) > 2
    for before, after in itertools.pairwise(shown):
        assert np.array_equal(before.color, after.color) != after.facts.begins_drawing


@pytest.mark.parametrize("camera", ["pan", "zoom", "shake", "cel slides", "background pans"])
def test_under_a_moving_camera_it_is_the_comparison_of_the_layers(camera: str) -> None:
    plan = ShotPlan(seed=6, frames=12, rate="threes", camera=camera, speed=30.0, subject="machine")  # type: ignore[arg-type]
    stand = Stand(plan.make(**SIZE))
    drawings = [stand._easels[0].plate(stand.wanted(i)[0])[1].picture for i in range(12)]  # type: ignore[arg-type]
    frames = filmed(plan)
    for i in range(1, 12):
        same = drawings[i].shape == drawings[i - 1].shape and np.array_equal(drawings[i], drawings[i - 1])
        assert frames[i].facts.begins_drawing != same
    assert any(not np.array_equal(frames[i].color, frames[i - 1].color) for i in (1, 2, 4, 5, 7, 8))


def test_mouth_and_body_keep_their_own_time() -> None:
    facts = [f.facts for f in filmed(ShotPlan(seed=8, frames=18, action="acts", rate="threes", size=0.5))]
    assert facts[0].track_names == (("body", "mouth", "eyes"),)
    columns = np.array([f.state[0] for f in facts])
    body, mouth = (np.flatnonzero(np.diff(columns[:, track])) + 1 for track in (0, 1))
    assert set(body) <= set(range(0, 18, 3))
    assert set(mouth) - set(body)
    begun = {i for i, f in enumerate(facts) if f.begins_drawing}
    assert begun == {
        0,
        *(int(i) for track in range(3) for i in np.flatnonzero(np.diff(columns[:, track])) + 1),
    }


def test_a_drawing_that_comes_back_keeps_its_number() -> None:
    frames = filmed(ShotPlan(seed=3, frames=24, action="cycles", rate="twos"))
    numbers = [frame.facts.drawings for frame in frames if frame.facts.begins_drawing]
    assert len(set(numbers)) < len(numbers)
    pictures: dict[tuple, np.ndarray] = {}
    for frame in frames:
        first = pictures.setdefault(frame.facts.drawings, frame.color)
        assert np.array_equal(first, frame.color)


def test_a_cel_that_appears_and_one_that_goes_begin_drawings() -> None:
    facts = [f.facts for f in filmed(ShotPlan(seed=9, frames=24, action="bursts"))]
    there = [f.drawings[-1] is not None for f in facts]
    assert not there[0]
    assert any(there)
    assert not there[-1]
    for i in range(1, 24):
        if there[i] != there[i - 1]:
            assert facts[i].begins_drawing


@pytest.mark.parametrize(
    "light", ["fade in", "fade out", "white fade", "flash", "lightning", "flicker", "exposure"]
)
def test_light_begins_no_drawing(light: str) -> None:
    frames = filmed(ShotPlan(seed=5, frames=30, rate="held", light=light, subject="prop"))  # type: ignore[arg-type]
    assert starts(frames) == [0]
    assert any(not np.array_equal(frames[0].color, frame.color) for frame in frames)


def test_grain_weave_and_subtitles_begin_no_drawing() -> None:
    lines = (Subtitle(2, 5, seed=1), Subtitle(5, 9, seed=2))
    frames = filmed(ShotPlan(seed=5, frames=10, rate="held"), grain=3.0, weave=0.4, subtitles=lines)
    assert starts(frames) == [0]
    assert not np.array_equal(frames[2].color, frames[3].color)


def test_a_drawing_that_nobody_sees_in_the_dark_is_never_shot() -> None:
    frames = filmed(ShotPlan(seed=5, frames=12, rate="ones", light="slow fade", subject="creature"))
    black = [i for i, frame in enumerate(frames) if frame.color.max() < 3]
    assert black
    assert not set(black) & (set(starts(frames)) - {0})


def test_a_shot_without_a_cel_is_one_drawing_of_an_empty_mask() -> None:
    frames = filmed(ShotPlan(seed=3, frames=4, action="no cel", camera="pan", speed=30.0))
    assert starts(frames) == [0]
    assert not any(f.triplet.cel_mask.pixels.any() for f in frames)


def test_specks_are_not_seen_and_a_mouth_is() -> None:
    still = np.full((540, 960, 3), 200, np.uint8)
    specks, mouth = still.copy(), still.copy()
    specks[5:540:9, 5:960:9] = 140  # 6360 lone pixels
    mouth[300:309, 400:424] = 120  # 216 together
    assert changed_share(still, specks) < LEAST_CHANGE < changed_share(still, mouth)


# ---- dissolves ---------------------------------------------------------------------------------------
def test_a_dissolve_begins_its_shot_where_that_weighs_half() -> None:
    plan = ShotPlan(seed=4, frames=7, rate="ones")
    frames = filmed(plan, replace(plan, seed=5, dissolve=5))
    assert len(frames) == 9
    assert shots(frames) == [0, 4]  # frames 2 to 6 weigh 1/6, 2/6, 3/6 …
    assert starts(frames) == [0, 1, 4, 8]  # both shots hold while they dissolve
    both = frames[1].color.astype(int), frames[7].color.astype(int)
    assert np.abs(frames[4].color - (both[0] + both[1]) / 2).max() <= 1


# ---- the truth moves with the camera -----------------------------------------------------------------
def test_a_sliding_cel_takes_its_truth_along() -> None:
    plan = ShotPlan(seed=2, frames=8, rate="held", camera="cel slides", speed=45.0, size=0.3)
    stand = Stand(plan.make(**SIZE))
    frames = filmed(plan)
    assert starts(frames) == [0]
    moved = [round(x) for x, _ in stand.shot.actors[0].slides]
    step = moved[-1] - moved[0]
    first, last = (f.triplet.cel_mask.pixels for f in (frames[0], frames[-1]))
    there = first[:, max(-step, 0) : 170 - max(step, 0)]
    here = last[:, max(step, 0) : 170 - max(-step, 0)]
    assert (there != here).mean() < 0.01  # the last parts of a pixel
    assert first.any()


def test_the_cel_mask_is_where_the_picture_differs_from_the_background() -> None:
    plan = ShotPlan(seed=12, frames=6, rate="held", camera="zoom")
    shot = plan.make(**SIZE)
    stand, empty = Stand(shot), Stand(replace(shot, actors=()))
    for frame in (0, 5):
        color = stand.picture(frame, stand.wanted(frame))
        differs = (color != empty.picture(frame, ())).any(axis=2)
        mask = stand.triplet(frame, stand.wanted(frame), color).cel_mask.pixels
        assert (mask & ~differs).mean() < 0.02
        assert (differs & ~mask).mean() < 0.04  # less than half covered: the rim


def test_only_the_mouth_moves_when_somebody_talks() -> None:
    frames = filmed(ShotPlan(seed=7, frames=24, action="talks", rate="twos", size=0.5))
    changed = np.any([f.color != frames[0].color for f in frames], axis=0).any(axis=-1)
    assert 0 < changed.mean() < 0.03


# ---- files ---------------------------------------------------------------------------------------------
def test_a_storyboard_leaves_a_clip_with_its_truth_beside_it(tmp_path: Path) -> None:
    plans = (ShotPlan(seed=1, frames=4, rate="twos"), ShotPlan(seed=2, frames=3, rate="held"))
    path = shoot_storyboard(Storyboard("short", plans), tmp_path, lines=96, pictures="drawings")
    truth = json.loads((tmp_path / "short.json").read_text())
    assert (truth["frames"], truth["starts"], truth["shots"]) == (7, [0, 2, 4], [0, 4])
    assert truth["drawings"] == [0, 1, 2]
    assert truth["layers"][0]["exposures"] == [[0, 2, 0], [2, 4, 1]]
    assert truth["transitions"] == [{"kind": "cut", "shot": 1, "start": 4}]
    assert path.stat().st_size > 0
    assert len(list((tmp_path / "short.truth").glob("*_douga.png"))) == 3


def test_the_same_plan_gives_the_same_bytes(tmp_path: Path) -> None:
    planned = PlannedClip(clip(ShotPlan(seed=1, frames=5, rate="ones"), grain=2.0), ClipDelivery())
    one, other = (shoot_clip(planned, tmp_path / name).read_bytes() for name in "ab")
    assert one == other


def test_a_telecined_drawing_begins_where_its_first_field_is(tmp_path: Path) -> None:
    plans = (ShotPlan(seed=1, frames=8, rate="ones"),)
    path = shoot_clip(PlannedClip(clip(*plans), ClipDelivery(scan="telecined", crf=8)), tmp_path)
    truth = json.loads(path.with_suffix(".json").read_text())
    assert truth["frames"] == 10
    assert truth["starts"] == [0, 1, 2, 3, 5, 6, 7, 8]
    with av.open(str(path)) as container:
        assert sum(1 for _ in container.decode(video=0)) == 10


@pytest.mark.parametrize("name", CLIP_NAMES)
def test_every_clip_of_the_repertoire_is_planned_by_its_seed(name: str) -> None:
    one, same, other = (plan_clip(name, seed=seed, lines=96) for seed in (1, 1, 2))
    seconds = one.plan.frames / one.plan.frame_rate
    assert 4 < seconds < 40
    assert [t.frames for t in one.plan.takes] == [t.frames for t in same.plan.takes]
    assert one.plan.subtitles == same.plan.subtitles
    assert other.plan.seed == 2


def test_a_clip_that_nobody_knows_is_refused_with_the_list() -> None:
    with pytest.raises(UsageError, match="zoom over twos"):
        plan_clip("dolly", seed=0, lines=96)
    with pytest.raises(UsageError, match="hevc-10bit"):
        plan_clip("ones", seed=0, lines=96, delivery="film")


def test_the_samples_are_planned_as_the_readme_says() -> None:
    assert STORYBOARDS["dialogue"].frames / (24000 / 1001) <= 6


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in CLIP_NAMES if name not in STORYBOARDS])
def test_every_category_is_what_its_truth_says(name: str, tmp_path: Path) -> None:
    path = shoot_clip(plan_clip(name, seed=11, lines=120), tmp_path)
    truth = json.loads(path.with_suffix(".json").read_text())
    with av.open(str(path)) as container:
        assert sum(1 for _ in container.decode(video=0)) == truth["frames"]
    assert truth["starts"][0] == truth["shots"][0] == 0
    assert set(truth["shots"]) <= set(truth["starts"])
    assert len(truth["drawings"]) == len(truth["starts"]) > 4
    assert min(truth["changed"]) >= LEAST_CHANGE
