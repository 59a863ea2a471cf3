"""A frame is judged with those around it: what it shows is put into figures, and trees weigh them."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from dougagen.domain import Frame
from dougagen.footage.change import Trace
from dougagen.footage.change_config import ChangeConfig
from dougagen.footage.changes import measured_changes
from dougagen.footage.differences import AnalysisPlane
from dougagen.footage.evidence import NO_EVIDENCE, Evidence, Residue, Surroundings, evidence_of
from dougagen.footage.following import Candidate
from dougagen.footage.holds import HoldConfig, begins_drawing
from dougagen.footage.judge import JudgeConfig, odds_of_drawing, traits_in_window
from dougagen.footage.layers import Explained
from dougagen.footage.motion import STANDING, Move
from dougagen.footage.pairs import compared
from dougagen.footage.traits import TRAITS, WINDOW_TRAITS
from dougagen.footage.trees import Trees, trees

CONFIG = ChangeConfig()


def room() -> np.ndarray:
    noise = np.random.default_rng(0).normal(0, 1, (480, 640)).astype(np.float32)
    return np.clip(128 + 400 * cv2.GaussianBlur(noise, (0, 0), 6), 30, 225).astype(np.uint8)


def traits_of(pictures: list[np.ndarray]) -> list[dict[str, float]]:
    frames = [Frame(i, i / 24, picture) for i, picture in enumerate(pictures)]
    changes = measured_changes(frames, config=CONFIG)
    return [dict(zip(TRAITS, change.evidence.tolist(), strict=True)) for change in changes]


def trace(strength: float, *, cut: bool = False, evidence: Evidence = NO_EVIDENCE) -> Trace:
    return Trace(strength, 0.1, cut, evidence)


def test_trees_add_up_what_their_leaves_say() -> None:
    grown = Trees(
        ("a", "b"),
        -1.0,
        np.array([[0, 1], [1, 1]]),
        np.array([[0.5, 2.0], [1.0, 3.0]]),
        np.array([[0.0, 1.0, 2.0, 4.0], [0.5, 0.25, 9.0, -0.5]]),
    )
    rows = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 2.5], [1.0, 3.5]])
    assert grown.odds(rows).tolist() == [-1 + 0 + 0.5, -1 + 1 + 0.5, -1 + 2 + 0.25, -1 + 4 - 0.5]


def test_the_trees_of_timing_ask_about_traits_that_frames_have() -> None:
    grown = trees("timing_trees")
    assert grown.traits == WINDOW_TRAITS
    assert grown.trait.max() < len(WINDOW_TRAITS)
    assert np.isfinite(grown.leaves).all()


def test_a_mouth_that_opens_leaves_one_piece_and_stirs_little() -> None:
    closed, opened = room(), room()
    cv2.ellipse(opened, (300, 200), (14, 8), 0, 0, 360, (20,), -1)
    held, opens, stays = traits_of([closed, closed, opened, opened])[1:]
    assert held["left"] == stays["left"] == pytest.approx(np.log(0.02))
    assert opens["strength"] > 0
    assert 0 < opens["piece"] < 0.01
    assert opens["piece_fill"] > 0.5
    assert opens["tried_002"] == opens["left_002"]


@pytest.mark.parametrize(("pulled", "is_tried"), [(5, True), (0, False)])
def test_a_move_that_nobody_believed_is_tried_and_what_it_leaves_is_told(pulled: int, is_tried: bool) -> None:
    """A small cel that is pulled once is redrawn as far as the rules can tell; the figures say more."""
    then, now = room(), room()
    for picture, at in ((then, 300), (now, 300 + pulled)):
        for x, y in ((0, 0), (18, 9), (7, 24), (30, 30), (40, 12), (24, 44)):
            cv2.circle(picture, (at + x, 200 + y), 6, (20 if x % 2 else 240,), -1)
    cv2.circle(now, (100, 100), 4, (20,), -1)
    pair = compared(Frame(1, 1 / 24, now), AnalysisPlane(now), AnalysisPlane(then), CONFIG)
    moves = (STANDING, Move(5.0)) if pulled else (STANDING,)
    pair._candidates = tuple(Candidate(move, 0.4, 0.4, move) for move in moves)
    nowhere = np.zeros(pair.still.shape, np.bool_)
    evidence = evidence_of(
        pair,
        Explained(pair.still, (), nowhere, pair.still),
        (9.0, 0.1),
        Surroundings((), None, False, Residue()),
        rains=False,
        text=nowhere,
        config=CONFIG,
    )
    traits = dict(zip(TRAITS, evidence.tolist(), strict=True))
    assert (traits["refused"] > 0) is is_tried
    assert (traits["tried_share"] < 0.8 * traits["left_share"]) is is_tried
    assert (traits["tried_all"] < 0.8) is is_tried
    assert traits["tried_share"] > 0


def test_what_is_left_again_at_the_same_place_is_told_from_what_is_left_elsewhere() -> None:
    pictures = [room() for _ in range(4)]
    for i, picture in enumerate(pictures):
        cv2.circle(picture, (300, 200), 10 + 3 * i, (20,), -1)
        if i == 3:
            cv2.circle(picture, (100, 100), 60, (240,), -1)
    traits = traits_of(pictures)
    assert traits[2]["again"] > 0.9
    assert traits[3]["again"] < 0.3


def test_a_window_ends_where_its_shot_does() -> None:
    own = NO_EVIDENCE.copy()
    window = [trace(9.0, evidence=own), trace(9.0, cut=True, evidence=own)]
    window += [trace(strength, evidence=own) for strength in (0.1, 3.0, 0.1)]
    window += [trace(9.0, cut=True, evidence=own), trace(9.0, evidence=own)]
    found = traits_in_window(window, 3, threshold=1.0, config=JudgeConfig())
    traits = dict(zip(WINDOW_TRAITS, found, strict=True))
    assert traits["since_cut"] == 2
    assert traits["to_cut"] == 2
    assert traits["rule"] == 1.0
    assert traits["last+4"] == JudgeConfig().elsewhere
    assert traits["strong_of_shot"] == pytest.approx(1 / 3)
    assert traits["strong_before"] == traits["strong_after"] == JudgeConfig().nearby + 1


def test_a_cut_begins_a_drawing_and_what_is_settled_goes_by_its_strength() -> None:
    config = HoldConfig()
    window = [trace(9.0, cut=True), replace(trace(9.0), settled=True), replace(trace(0.0), settled=True)]
    assert [begins_drawing(window, i, config=config) for i in range(3)] == [True, True, False]


def test_the_same_frame_is_judged_alike_however_long_ago_its_shot_began() -> None:
    """A part of an episode is searched from a cut on: what lies before it must not count."""
    own = NO_EVIDENCE.copy()
    shot = [trace(strength, evidence=own) for strength in (0.2, 2.0, 0.1, 1.4, 0.3)]
    alone = [trace(9.0, cut=True, evidence=own), *shot]
    later = [trace(float(i), evidence=own) for i in range(20)] + alone
    one, other = (
        traits_in_window(window, len(window) - 2, threshold=1.0, config=JudgeConfig())
        for window in (alone, later)
    )
    assert one.tolist() == other.tolist()
    assert np.isfinite(odds_of_drawing(np.stack([one, other]), config=JudgeConfig())).all()
