"""The evaluation in one call, and the small one that a training asks for."""

import json
import math
import subprocess
import sys

import numpy as np
import pytest

from dougagen.domain import SCORED_CLASSES, CelMask, Douga, Reconstruction
from dougagen.errors import UsageError, WeightsError
from dougagen.evaluation import quick, quick_scores
from dougagen.evaluation.metrics import NOTHING_COUNTED, CelConfusion
from dougagen.evaluation.real_drawings import RealScore
from dougagen.evaluation.suite import EvaluationPlan, EvaluationReport, evaluate, held_out_scenes
from dougagen.evaluation.triplets import TripletScore

LINES = 120


class Blind:
    """Sees nothing anywhere."""

    def __init__(self):
        self.sizes = []

    def reconstruct(self, images):
        self.sizes += [image.shape for image in images]
        return [
            Reconstruction(
                CelMask(np.zeros(i.shape[:2], bool)), Douga(np.zeros(i.shape[:2], np.uint8)), 1.0, 1.0
            )
            for i in images
        ]


# ---- suite --------------------------------------------------------------------------------------------
def test_the_same_scenes_are_measured_at_each_height_once():
    blind, seen = Blind(), []
    plan = EvaluationPlan(scenes=2, lines=(LINES, 160, LINES))
    report = evaluate(plan, blind, models="m", watch=lambda name, *_: seen.append(name))
    assert [size[0] for size in blind.sizes] == [LINES, LINES, 160, 160]
    assert seen == ["seed 1000000", "seed 1000001"] * 2
    assert list(report.held_out) == [LINES, 160]
    assert "120 lines" in report.tables()[0].columns


def test_figures_are_plain_json_by_height():
    report = evaluate(EvaluationPlan(scenes=1, lines=(LINES,)), Blind(), models="m")
    told = json.loads(json.dumps(report.to_json(), allow_nan=False))
    assert told["held_out"][str(LINES)]["cel"]["iou"] == 0.0
    assert told["models"] == "m"


def test_what_is_noted_is_flat_and_names_the_partner():
    real = RealScore(
        "coat", 1, 6, CelConfusion.empty(), NOTHING_COUNTED, NOTHING_COUNTED, NOTHING_COUNTED, {}, {}
    )
    report = EvaluationReport("cel@1 douga@2", {720: TripletScore.empty()}, real=(real,))
    scores = json.loads(json.dumps(report.noted(partner="abcd"), allow_nan=False))
    assert scores["partner"] == "abcd"
    assert scores["held_out"]["720"]["scenes"] == 0
    assert scores["held_out"]["720"]["line_f1"] == 1.0
    assert scores["held_out"]["720"]["iou_color_fill"] is None
    assert scores["real"]["coat"] == {"frames": 6, "cel_iou": 1.0, "boundary_f": 1.0, "line_f1": 1.0}


def test_markdown_says_what_was_measured_with_what():
    report = evaluate(EvaluationPlan(scenes=1, lines=(LINES,)), Blind(), models="cel@12345678")
    text = report.to_markdown()
    assert "with cel@12345678" in text.splitlines()[0]
    assert "**Cel mask, 120 lines**" in text
    assert text.endswith("|\n")


def test_a_plan_of_nothing_is_refused():
    with pytest.raises(UsageError, match="nothing to evaluate on"):
        EvaluationPlan()


def test_more_scenes_than_there_are_are_refused():
    with pytest.raises(UsageError, match="held-out scenes"):
        EvaluationPlan(scenes=10_000_000)


def test_folders_are_looked_at_before_anything_is_measured(tmp_path):
    blind = Blind()
    for plan in (
        EvaluationPlan(scenes=1, lines=(LINES,), real=tmp_path / "gone"),
        EvaluationPlan(scenes=1, lines=(LINES,), clips=(tmp_path / "gone",)),
        EvaluationPlan(scenes=1, lines=(LINES,), real=tmp_path),
    ):
        with pytest.raises(UsageError, match=r"no such folder|holds no drawing"):
            evaluate(plan, blind, models="m")
    assert blind.sizes == []


def test_clips_alone_need_no_networks(tmp_path):
    assert not EvaluationPlan(clips=(tmp_path,)).needs_networks
    with pytest.raises(UsageError, match="need networks"):
        evaluate(EvaluationPlan(scenes=1), None, models="")


def test_a_report_of_nothing_has_no_tables():
    assert EvaluationReport("m").tables() == ()


# ---- quick scores -------------------------------------------------------------------------------------
@pytest.fixture
def weights(tmp_path, write_weights):
    return write_weights(tmp_path / "m")


def test_quick_scores_are_floats_under_the_same_names_each_time(weights):
    one = quick_scores(weights, scenes=1, lines=LINES, device="cpu")
    two = quick_scores(weights, scenes=1, lines=LINES, device="cpu")
    names = ["cel_accuracy", "cel_iou", "cel_boundary_f", "douga_accuracy", "mean_iou", "line_f1"]
    assert list(one) == [*names, *(f"iou_{c.name.lower()}" for c in SCORED_CLASSES)]
    assert all(type(value) is float for value in one.values())
    assert [v for v in one.values() if not math.isnan(v)] == [v for v in two.values() if not math.isnan(v)]
    assert 0 <= one["cel_accuracy"] <= 1


def test_scenes_are_drawn_once_for_all_the_evaluations_of_a_training(weights, monkeypatch):
    drawn = []

    def counted(count, *, lines):
        drawn.append(count)
        return held_out_scenes(count, lines=lines)

    monkeypatch.setattr("dougagen.evaluation.suite.held_out_scenes", counted)
    quick._kept_scenes.cache_clear()
    for _ in range(2):
        quick_scores(weights, scenes=1, lines=130, device="cpu")
    assert drawn == [1]


def test_too_many_scenes_to_keep_are_drawn_each_time(monkeypatch):
    monkeypatch.setattr(quick, "_PIXELS_KEPT", 10)
    quick._kept_scenes.cache_clear()
    assert len(list(quick._scenes(1, LINES))) == 1
    assert quick._kept_scenes.cache_info().currsize == 0


def test_a_partner_lends_the_network_that_a_training_lacks(tmp_path, write_weights, weights):
    alone = write_weights(tmp_path / "alone", "cel")
    with pytest.raises(WeightsError, match="no weights for the douga network"):
        quick_scores(alone, scenes=1, lines=LINES, device="cpu")
    lent = quick_scores(alone, scenes=1, lines=LINES, partner=weights, device="cpu")
    assert lent == pytest.approx(quick_scores(weights, scenes=1, lines=LINES, device="cpu"), nan_ok=True)
    assert sorted(path.name for path in alone.iterdir()) == ["cel.safetensors"]


def test_real_drawings_add_their_three_figures(tmp_path, weights, monkeypatch):
    import cv2

    greys = tuple(np.full((20, 30, 3), level, np.uint8) for level in range(60, 120, 10))
    monkeypatch.setattr("dougagen.evaluation.suite.held_out_backgrounds", lambda: greys)
    folder = tmp_path / "real" / "squares"
    folder.mkdir(parents=True)
    for i in range(5):
        cut = np.zeros((40, 60, 4), np.uint8)
        cut[10:30, 10:40] = 255
        cv2.imwrite(str(folder / f"{i:02}_cut.png"), cut)
        cv2.imwrite(str(folder / f"{i:02}_sketch.png"), np.full((40, 60, 3), 255, np.uint8))
    figures = quick_scores(weights, scenes=1, lines=LINES, real=tmp_path / "real", device="cpu")
    assert list(figures)[-3:] == ["real_cel_iou", "real_boundary_f", "real_line_f1"]


def test_importing_the_room_imports_nothing_heavy():
    program = (
        "import sys, dougagen.evaluation\n"
        "print(sorted({'torch', 'av', 'pyarrow', 'dougagen.studio'} & set(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
