"""Tables and pictures for people."""

import json
from dataclasses import replace

import cv2
import numpy as np
import pytest

from dougagen.domain import PALETTE, CelMask, Douga, DougaClass, Reconstruction, Triplet
from dougagen.errors import DomainError, UsageError
from dougagen.evaluation.calibration import Reliability
from dougagen.evaluation.error_pictures import Verdict, douga_errors, fill_verdicts, line_verdicts
from dougagen.evaluation.metrics import CelConfusion, Confusion, LineScore, PrecisionRecall
from dougagen.evaluation.picture_sheet import (
    cel_mask_picture,
    douga_picture,
    picture_sheet,
    sheet_row,
    strip,
    write_png,
)
from dougagen.evaluation.tables import (
    Table,
    calibration_table,
    cel_confusion_table,
    cel_table,
    class_table,
    confusion_table,
    douga_table,
    edges_table,
    line_f1_table,
    line_table,
    percent,
    reliability_table,
    triplet_tables,
)
from dougagen.evaluation.triplets import TripletScore, Trust


def confusion(*pairs):
    counts = np.zeros((10, 10), np.int64)
    for truth, found, count in pairs:
        counts[truth, found] = count
    return Confusion(counts)


def scored(**parts):
    return replace(TripletScore.empty(), **parts)


def cell(table, row, column):
    rows = {r[0]: r for r in table.rows}
    return rows[row][table.columns.index(column)]


# ---- tables -------------------------------------------------------------------------------------------
def test_the_thesis_stands_beside_our_cel_figures():
    cel = CelConfusion(np.array([[80, 10], [0, 10]], np.int64))
    table = cel_table({"720 lines": scored(cel=cel, boundary=PrecisionRecall(4, 1, 4, 1))})
    assert table.title == "Cel mask, 720 lines"
    assert cell(table, "boundary F within a line's width", "dougagen") == "0.250"
    assert (cell(table, "accuracy", "dougagen"), cell(table, "accuracy", "thesis")) == ("90.0 %", "93.9 %")
    assert cell(table, "IoU", "dougagen") == "50.0 %"


def test_the_thesis_stands_beside_our_douga_figures():
    table = douga_table({"720 lines": scored(douga=confusion((0, 0, 95), (1, 0, 5)))})
    assert (cell(table, "accuracy", "dougagen"), cell(table, "accuracy", "thesis")) == ("95.0 %", "95.4 %")
    assert cell(table, "mean IoU", "thesis") == "32.6 %"
    assert cell(table, "IoU of flat area", "dougagen") == "95.0 %"


def test_heights_stand_side_by_side():
    low, high = (scored(douga=confusion((0, 0, n), (1, 0, 100 - n))) for n in (95, 99))
    table = douga_table({"720 lines": low, "1080 lines": high})
    assert table.columns == ("measure", "720 lines", "1080 lines", "thesis")
    assert table.rows[0] == ("accuracy", "95.0 %", "99.0 %", "95.4 %")


def test_cel_confusion_is_in_per_cent_of_all_pixels_as_in_table_4_1():
    table = cel_confusion_table(CelConfusion(np.array([[80, 10], [0, 10]], np.int64)))
    assert table.rows == (("background", "80.0", "10.0"), ("cel", "0", "10.0"))


def test_recall_of_each_class_stands_beside_table_5_1():
    table = class_table(confusion((1, 1, 3), (1, 0, 1), (0, 0, 96)))
    assert cell(table, "visible line", "recall") == "75.0 %"
    recalls = [cell(table, c.label, "thesis recall") for c in DougaClass]
    assert recalls[:5] == ["97.9 %", "60.4 %", "37.6 %", "1.3 %", "16.7 %"]
    assert recalls[6:9] == ["90.4 %", "23.4 %", "70.8 %"]
    assert recalls[5] == recalls[9] == "–"


def test_a_class_that_occurs_nowhere_has_a_dash_and_no_zero():
    assert cell(class_table(confusion((0, 0, 9))), "color fill", "IoU") == "–"


def test_confusion_is_in_per_cent_of_all_pixels_as_in_table_5_1():
    table = confusion_table(confusion((0, 0, 9990), (1, 0, 9), (2, 2, 1)))
    assert cell(table, "0 flat area", "0") == "99.9"
    assert cell(table, "1 visible line", "0") == "0.1"
    assert cell(table, "2 shading line", "2") == "<0.1"
    assert cell(table, "2 shading line", "0") == "0"


def test_edges_against_areas_stand_beside_table_5_5():
    table = edges_table({"720 lines": scored(douga=confusion((1, 2, 8), (1, 0, 2), (0, 0, 90)))})
    assert table.rows[0] == ("dougagen", "98.0 %", "80.0 %", "100.0 %")
    assert cell(table, "thesis", "edge recall") == "94.3 %"


def test_lines_show_merged_classes_and_extractors():
    score = PrecisionRecall(10, 5, 10, 10)
    table = line_table(LineScore(score, (score,) * 4), {"Canny 100/200": score})
    assert [row[0] for row in table.rows] == [
        "all lines",
        "visible line",
        "shading line",
        "color edge",
        "highlight line",
        "Canny 100/200, all lines",
    ]
    assert table.rows[0][1:] == ("50.0 %", "100.0 %", "0.667")


def test_line_f1_has_a_column_a_height():
    half, none = PrecisionRecall(10, 5, 10, 5), PrecisionRecall(10, 0, 10, 0)
    scores = {
        name: scored(lines=LineScore(pr, (pr,) * 4)) for name, pr in (("720 lines", half), ("shards", none))
    }
    assert line_f1_table(scores).rows[0] == ("all lines", "0.500", "0.000")


def test_calibration_says_how_far_confidence_and_outcome_lie_apart():
    sure = Reliability.of_many(np.array([0.9, 0.9]), np.array([1.0, 0.0]))
    trust = Trust(sure, sure, Reliability.empty())
    rows = calibration_table({"720 lines": scored(trust=trust)}).rows
    assert rows[0] == ("cel, accuracy", "2", "90.0 %", "50.0 %", "40.0 %", "–")
    assert rows[2][1:] == ("0", "–", "–", "–", "–")


def test_reliability_has_a_row_a_bin_of_either_network():
    trust = Trust(Reliability.of(0.92, 0.5), Reliability.of(0.92, 0.25), Reliability.of(0.61, 0.75))
    assert reliability_table(trust).rows == (
        ("60–65 %", "0", "–", "–", "1", "75.0 %"),
        ("90–95 %", "1", "50.0 %", "25.0 %", "0", "–"),
    )


def test_markdown_is_a_pipe_table():
    table = Table("Figures", ("name", "value"), (("one", "1"), ("two", "2")))
    assert table.to_markdown() == (
        "**Figures**\n\n| name | value |\n| --- | ---: |\n| one | 1 |\n| two | 2 |"
    )


def test_json_of_a_table_is_its_text():
    table = Table("Figures", ("name", "value"), (("one", "1"),))
    assert json.loads(json.dumps(table.to_json())) == {
        "title": "Figures",
        "columns": ["name", "value"],
        "rows": [["one", "1"]],
    }


def test_a_row_of_another_length_is_refused():
    with pytest.raises(DomainError, match="2 columns"):
        Table("Figures", ("a", "b"), (("1",),))


def test_an_empty_score_makes_tables_without_fault():
    assert all(table.to_markdown() for table in triplet_tables({"none": TripletScore.empty()}))


def test_per_cent_has_one_decimal():
    assert [percent(0.9544), percent(1.0), percent(float("nan"))] == ["95.4 %", "100.0 %", "–"]


# ---- pictures -----------------------------------------------------------------------------------------
def mask(text):
    return CelMask(np.array([[c == "#" for c in text]]))


def test_cel_masks_are_compared_in_the_colours_of_the_thesis():
    picture = cel_mask_picture(mask(".##."), mask("..##"))
    grey, red, white, blue = picture[0].tolist()
    assert grey == [128, 128, 128]
    assert white == [255, 255, 255]
    assert red[0] > 200 > 100 > max(red[1:])
    assert blue[2] > 200 > 100 > max(blue[:2])


def test_a_mask_without_truth_is_grey_and_white():
    assert cel_mask_picture(mask(".#"))[0].tolist() == [[128] * 3, [255] * 3]


def test_douga_is_shown_in_the_palette():
    classes = np.arange(10, dtype=np.uint8)[None]
    assert (douga_picture(Douga(classes))[0] == PALETTE).all()


def douga(*rows):
    return Douga(np.array([[int(c) for c in row] for row in rows], np.uint8))


def test_lines_are_right_within_two_pixels_and_true_ones_beside_their_finder_are_not_drawn():
    verdicts = line_verdicts(douga("0010000000"), douga("1000000001"))
    assert verdicts[0].tolist() == [0, 0, Verdict.RIGHT, 0, 0, 0, 0, 0, 0, Verdict.MISSED]


def test_a_line_of_another_class_is_told_from_one_that_is_not_there():
    verdicts = line_verdicts(douga("2000000200"), douga("1000000000"))
    assert verdicts[0, 0] == Verdict.OTHER_CLASS
    assert verdicts[0, 7] == Verdict.FALSE


def test_fills_are_compared_pixel_by_pixel_where_neither_is_a_line():
    verdicts = fill_verdicts(douga("066061"), douga("060816"))
    expected = [Verdict.NOTHING, Verdict.RIGHT, Verdict.FALSE, Verdict.MISSED, 0, 0]
    assert verdicts[0].tolist() == expected
    assert fill_verdicts(douga("6"), douga("8"))[0, 0] == Verdict.OTHER_CLASS


def test_douga_errors_are_red_and_blue_and_what_is_right_is_grey_and_white():
    picture = douga_errors(douga("1000000100000"), douga("1000000000001"))
    assert picture[0, 3].tolist() == [128] * 3
    assert picture[0, 0].tolist() == [255] * 3
    assert picture[0, 7].tolist() == [225, 40, 40]
    assert picture[0, 12].tolist() == [50, 80, 225]


def test_a_line_of_one_pixel_stays_black_where_the_picture_shrinks_to_a_quarter():
    classes = np.zeros((16, 64), np.uint8)
    classes[:, 21] = 1
    small = douga_picture(Douga(classes), (16, 4))
    assert small.min() == 0
    assert (small[:, [4, 6]] == 255).all()


def sheet_pair():
    classes = np.zeros((18, 32), np.uint8)
    classes[9] = 1
    truth = Triplet(np.full((18, 32, 3), 200, np.uint8), CelMask(classes == 0), Douga(classes))
    return truth, Reconstruction(CelMask(classes == 1), Douga(classes * 0), 1.0, 1.0)


def test_a_row_shows_the_picture_its_errors_and_its_worst_place():
    row = sheet_row(*sheet_pair(), "seed 7", cell_width=64)
    assert row.shape == (30 + 2 * (36 + 4), 5 * (4 + 64) + 4, 3)
    assert (row[:30] > 200).any()  # the label
    for top in (30, 30 + 40):  # the whole picture, and its worst place, here all of it
        assert row[top + 5, 4 + 10].tolist() == [200, 200, 200]
        assert row[top + 5, 68 + 10].tolist() == [50, 80, 225]  # cel taken for background
        assert row[top + 19, 2 * 68 + 10].tolist() == [255, 255, 255]  # found: no line
        assert row[top + 19, 3 * 68 + 10].tolist() == [0, 0, 0]  # true: a line
        assert row[top + 19, 4 * 68 + 10].tolist() == [50, 80, 225]  # so it is missed


def test_a_sheet_holds_the_rows_of_its_sections_and_leaves_out_an_empty_one():
    row = sheet_row(*sheet_pair(), cell_width=64)
    one = picture_sheet([("worst", [row])], cell_width=64)
    assert (one[-len(row) :] == row).all()
    assert len(picture_sheet([("worst", [row, row]), ("none", [])], cell_width=64)) == len(one) + len(row)


def test_a_sheet_of_nothing_is_refused():
    with pytest.raises(UsageError, match="no picture"):
        picture_sheet([("worst", [])])


def test_a_strip_is_color_mask_and_douga_side_by_side(tmp_path):
    color = np.full((18, 32, 3), (10, 20, 30), np.uint8)
    classes = np.full((18, 32), 6, np.uint8)
    picture = strip(color, CelMask(classes == 6), Douga(classes), cell_width=32)
    assert [picture[9, 4 + 36 * i + 16].tolist() for i in range(3)] == [
        [10, 20, 30],
        [255, 255, 255],
        PALETTE[6].tolist(),
    ]
    write_png(picture, tmp_path / "strip.png")
    assert (cv2.imread(str(tmp_path / "strip.png"))[..., ::-1] == picture).all()


def test_a_picture_that_cannot_be_written_is_one_line(tmp_path):
    with pytest.raises(UsageError, match="cannot be written"):
        write_png(np.zeros((2, 2, 3), np.uint8), tmp_path / "no" / "such.png")
