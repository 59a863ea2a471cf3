"""Which frames are worth drawing, on candidates that one can think up."""

from collections import Counter

import cv2
import numpy as np
import pytest

from dougagen.errors import LabelError, UsageError
from dougagen.labels import Candidate, choose
from dougagen.labels.edges import edge_image, edge_vectors
from dougagen.labels.selection import drawn_by_lot, unfit


def scene(kind, *, shift=0, light=1.0):
    """A picture of one of three kinds: a circle, a grid, two figures."""
    picture = np.full((180, 320, 3), 200, np.uint8)
    if kind == 0:
        cv2.circle(picture, (160 + shift, 90), 60, (20, 20, 20), 3)
    elif kind == 1:
        for x in range(20, 320, 60):
            cv2.line(picture, (x + shift, 0), (x + shift, 180), (20, 20, 20), 3)
    else:
        for x in (80, 240):
            cv2.ellipse(picture, (x + shift, 120), (25, 60), 0, 0, 360, (20, 20, 20), 3)
    return (picture * light).astype(np.uint8)


def candidate(number, *, shot=None, cel=None, douga=None, picture=None):
    return Candidate(
        record_id=f"ep/{number}",
        source="ep.mkv",
        shot=("ep", number if shot is None else shot),
        frame_index=number,
        time=number / 24,
        cel_confidence=cel,
        douga_confidence=douga,
        edges=None if picture is None else edge_image(picture),
    )


def ids(chosen):
    return [int(one.candidate.record_id.removeprefix("ep/")) for one in chosen]


# ---- variety ------------------------------------------------------------------------------------------
def test_variety_takes_one_of_each_kind_and_says_how_many_it_stands_for():
    kinds = [0] * 9 + [1] * 3 + [2] * 6
    candidates = [candidate(i, picture=scene(kind, shift=i % 3)) for i, kind in enumerate(kinds)]
    chosen = choose(candidates, count=3, by="variety", seed=0)
    assert [kinds[i] for i in ids(chosen)] == [0, 2, 1]
    assert [(one.stands_for, one.why) for one in chosen] == [(9, "variety"), (6, "variety"), (3, "variety")]


def test_light_makes_no_variety():
    near, far = edge_vectors(
        np.stack([edge_image(scene(0)), edge_image(scene(0, light=0.4)), edge_image(scene(1))])
    )[1:] - edge_vectors(np.stack([edge_image(scene(0))]))
    assert np.linalg.norm(near) < 0.15 * np.linalg.norm(far)


def test_the_same_seed_chooses_the_same_and_another_seed_need_not():
    rng = np.random.default_rng(0)
    candidates = [candidate(i, picture=rng.integers(0, 256, (36, 64, 3), np.uint8)) for i in range(60)]
    runs = [ids(choose(candidates, count=7, by="variety", seed=seed)) for seed in (3, 3, 4)]
    assert runs[0] == runs[1] != runs[2]


def test_fewer_candidates_than_asked_for_are_all_chosen_once():
    candidates = [candidate(i, picture=scene(i)) for i in range(3)]
    assert sorted(ids(choose(candidates, count=20, by="variety", seed=0))) == [0, 1, 2]


def test_a_picture_without_an_edge_has_an_edge_image():
    assert not edge_image(np.zeros((90, 160, 3), np.uint8)).any()


# ---- uncertainty --------------------------------------------------------------------------------------
def test_uncertainty_takes_both_ends():
    candidates = [candidate(i, cel=i / 10, douga=i / 10) for i in range(10)]
    chosen = choose(candidates, count=4, by="uncertainty", seed=0)
    assert [(i, one.why) for i, one in zip(ids(chosen), chosen, strict=True)] == [
        (0, "hard"),
        (1, "hard"),
        (9, "easy"),
        (8, "easy"),
    ]


def test_both_networks_count_whatever_the_scale_of_their_entropies():
    sure_of_cel = candidate(0, cel=0.99, douga=0.10)
    middling = candidate(1, cel=0.98, douga=0.60)
    unsure = candidate(2, cel=0.97, douga=0.20)
    assert ids(choose([sure_of_cel, middling, unsure], count=1, by="uncertainty", seed=0)) == [2]


def test_of_a_shot_only_one_is_hard_while_there_are_other_shots():
    candidates = [candidate(i, shot=i // 5, cel=i / 20, douga=i / 20) for i in range(20)]
    assert ids(choose(candidates, count=4, by="uncertainty", seed=0)) == [0, 5, 19, 14]
    assert len(ids(choose(candidates, count=9, by="uncertainty", seed=0))) == 9


def test_half_of_both_is_variety_and_none_is_taken_twice():
    candidates = [candidate(i, cel=i / 12, douga=i / 12, picture=scene(i % 3, shift=i)) for i in range(12)]
    chosen = choose(candidates, count=8, by="both", seed=0)
    assert Counter(one.why for one in chosen) == {"variety": 4, "hard": 2, "easy": 2}
    assert len(set(ids(chosen))) == 8


def test_frames_that_no_network_saw_cannot_be_chosen_by_uncertainty():
    with pytest.raises(LabelError, match="no frame has a confidence"):
        choose([candidate(0)], count=1, by="uncertainty", seed=0)


# ---- what is left out ---------------------------------------------------------------------------------
def test_a_flag_speaks_against_a_drawing_unless_it_is_allowed():
    assert unfit(("truncated", "text")) == "text"
    assert unfit(("truncated", "text"), allowed=("text",)) is None


def test_nothing_to_choose_from_is_an_error():
    with pytest.raises(LabelError, match="no frame is suitable"):
        choose([], count=1, by="variety", seed=0)


@pytest.mark.parametrize(("count", "by"), [(0, "both"), (3, "beauty")])
def test_words_that_mean_nothing_are_refused(count, by):
    with pytest.raises(UsageError):
        choose([candidate(0)], count=count, by=by, seed=0)


def test_a_lot_takes_one_of_every_shot_first():
    candidates = [candidate(i, shot=min(i, 50) // 10) for i in range(500)]  # five shots of 10, one of 450
    kept = drawn_by_lot(candidates, 12, seed=0)
    assert Counter(c.shot[1] for c in kept) == {0: 2, 1: 2, 2: 2, 3: 2, 4: 2, 5: 2}
    assert [c.frame_index for c in kept] == sorted(c.frame_index for c in kept)
    assert [c.record_id for c in drawn_by_lot(candidates, 12, seed=1)] != [c.record_id for c in kept]
