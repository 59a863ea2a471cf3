"""Tables 4.1, 5.1, 5.2, 5.5 and refinement beside the thesis's figures."""

import json
from pathlib import Path

import numpy as np
import pytest

from dougagen.domain import CelMask, Douga, DougaClass, Reconstruction, Triplet
from dougagen.errors import UsageError
from dougagen.evaluation.line_art import LineArt
from dougagen.evaluation.suite import EvaluationPlan
from dougagen.evaluation.thesis_tables import (
    THESIS_5_1,
    THESIS_5_1_PRECISION,
    THESIS_5_1_RECALL,
    ThesisReport,
    thesis_report,
    thesis_score,
    thesis_tables,
)


class Reads:
    """A reconstructor that answers every picture with the same douga."""

    def __init__(self, classes, cel):
        self.read = Reconstruction(CelMask(cel), Douga(classes), 1.0, 1.0)

    def reconstruct(self, images):
        return [self.read for _ in images]


def scene():
    """A cel of 40 × 40 on paper with a line of 3 columns, and its truth."""
    color, classes, cel = (
        np.full((60, 80, 3), 210, np.uint8),
        np.zeros((60, 80), np.uint8),
        np.zeros((60, 80), bool),
    )
    cel[10:50, 20:60] = True
    color[10:50, 38:41], classes[10:50, 38:41] = 20, DougaClass.VISIBLE_LINE
    return Triplet(color, CelMask(cel), Douga(classes))


def score_of(classes, **options):
    truth = scene()
    return thesis_score([("one", truth)], Reads(classes, np.array(truth.cel_mask.pixels)), **options)


def row(tables, title, name):
    (table,) = [t for t in tables if t.title.startswith(title)]
    (found,) = [r for r in table.rows if r[0] == name]
    return dict(zip(table.columns, found, strict=True))


def test_ours_stands_beside_the_thesis_in_every_table():
    tables = thesis_tables(score_of(scene().douga.classes))
    assert row(tables, "Table 4.1", "cel")["cel"] == "33.3 (38.1)"
    assert row(tables, "Table 5.1", "visible line")["recall"] == "100.0 (60.4)"
    assert row(tables, "Table 5.5", "dougagen")["edge recall"] == "100.0 %"
    assert row(tables, "Table 5.5", "the thesis's model (thesis)")["accuracy"] == "94.1 %"
    assert row(tables, "Table 5.5", "SketchKeras (thesis)")["edge precision"] == "11.2 %"


def test_table_5_2_stays_the_thesis_alone_until_weighted_weights_are_named():
    classes = scene().douga.classes
    without = thesis_tables(score_of(classes))
    assert row(without, "Table 5.2", "visible line")["recall"] == "– (90.8)"
    reader = Reads(np.zeros_like(classes), np.array(scene().cel_mask.pixels))
    assert (
        row(thesis_tables(score_of(classes, weighted=reader)), "Table 5.2", "visible line")["recall"]
        == "0.0 (90.8)"
    )


def test_refinement_stands_beside_what_was_read():
    fat = np.zeros((60, 80), np.uint8)
    fat[10:50, 36:43] = DougaClass.VISIBLE_LINE
    score = score_of(fat)
    widths = row(thesis_tables(score), "Refinement", "width of visible lines, px")
    assert float(widths["as read"]) > 2 * float(widths["truth"])
    assert float(widths["refined"]) == pytest.approx(float(widths["truth"]), abs=0.5)
    assert score.refined.douga.accuracy > score.read.douga.accuracy


def test_the_thesis_s_own_figures_agree_with_its_margins():
    """A slip of the pen in the matrix would show here; its cells are rounded to 0.1 %."""
    matrix = np.array(THESIS_5_1)
    for given, sums in ((THESIS_5_1_RECALL, matrix.sum(axis=1)), (THESIS_5_1_PRECISION, matrix.sum(axis=0))):
        for c in (0, 5):  # the classes with enough pixels
            assert 100 * matrix[c, c] / sums[c] == pytest.approx(given[c], abs=2.0)


def test_a_report_is_json_and_markdown():
    report = ThesisReport("cel@0", score_of(scene().douga.classes, extractors={}))
    assert json.loads(json.dumps(report.to_json()))["thesis"]["triplets"] == 1
    assert "**Table 4.1" in report.to_markdown()


def test_a_table_asked_for_without_pictures_is_an_error():
    with pytest.raises(UsageError, match="--scenes or --shards"):
        thesis_report(
            EvaluationPlan(clips=(Path(),)),
            Reads(np.zeros((2, 2), np.uint8), np.ones((2, 2), bool)),
            models="",
        )
    with pytest.raises(UsageError, match="no triplet"):
        thesis_score([], Reads(np.zeros((2, 2), np.uint8), np.ones((2, 2), bool)))


# ---- how line art looks ---------------------------------------------------------------------------------
def test_an_area_of_one_fill_is_consistent_and_one_of_two_is_not():
    shade, light = DougaClass.SHADING_FILL, DougaClass.HIGHLIGHT_FILL
    one = np.full((10, 10), shade, np.uint8)
    assert LineArt.of(one).consistency == 1.0
    one[:, 7:] = light
    assert LineArt.of(one).consistency == pytest.approx(0.7)
    one[:, 6] = DougaClass.SHADING_LINE  # the line parts them
    assert LineArt.of(one).consistency == 1.0


def test_bare_paper_does_not_make_a_drawing_consistent():
    classes = np.zeros((10, 10), np.uint8)
    assert LineArt.of(classes).area == 0
    assert LineArt.of(classes).consistency == 1.0


@pytest.mark.parametrize("width", [1, 3, 5])
def test_the_width_of_a_line_is_its_area_by_its_length(width):
    classes = np.zeros((40, 400), np.uint8)
    classes[10 : 10 + width, 5:395] = DougaClass.SHADING_LINE
    assert LineArt.of(classes).width(DougaClass.SHADING_LINE) == pytest.approx(width, rel=0.03)
    assert np.isnan(LineArt.of(classes).width(DougaClass.VISIBLE_LINE))
