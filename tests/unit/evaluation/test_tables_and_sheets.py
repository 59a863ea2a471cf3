"""Tables and pictures for people."""

import json

import cv2
import numpy as np
import pytest

from dougagen.domain import PALETTE, CelMask, Douga, DougaClass, Reconstruction, Triplet
from dougagen.errors import DomainError, UsageError
from dougagen.evaluation.metrics import CelConfusion, Confusion, LineScore, PrecisionRecall
from dougagen.evaluation.picture_sheet import (
    cel_mask_picture,
    douga_picture,
    picture_sheet,
    strip,
    write_png,
)
from dougagen.evaluation.tables import (
    Table,
    cel_table,
    class_table,
    confusion_table,
    douga_table,
    edges_table,
    line_table,
    percent,
    triplet_tables,
)
from dougagen.evaluation.triplets import TripletScore


def confusion(*pairs):
    counts = np.zeros((10, 10), np.int64)
    for truth, found, count in pairs:
        counts[truth, found] = count
    return Confusion(counts)


def cell(table, row, column):
    rows = {r[0]: r for r in table.rows}
    return rows[row][table.columns.index(column)]


# ---- tables -------------------------------------------------------------------------------------------
def test_the_thesis_stands_beside_our_cel_figures():
    table = cel_table(CelConfusion(np.array([[80, 10], [0, 10]], np.int64)))
    assert (cell(table, "accuracy", "dougagen"), cell(table, "accuracy", "thesis")) == ("90.0 %", "93.9 %")
    assert cell(table, "IoU", "dougagen") == "50.0 %"


def test_the_thesis_stands_beside_our_douga_figures():
    table = douga_table(confusion((0, 0, 95), (1, 0, 5)))
    assert (cell(table, "accuracy", "dougagen"), cell(table, "accuracy", "thesis")) == ("95.0 %", "95.4 %")
    assert cell(table, "mean IoU", "thesis") == "32.6 %"


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
    assert cell(table, "flat area", "flat area") == "99.9"
    assert cell(table, "visible line", "flat area") == "0.1"
    assert cell(table, "shading line", "shading line") == "<0.1"
    assert cell(table, "shading line", "flat area") == "0"


def test_edges_against_areas_stand_beside_table_5_5():
    table = edges_table(confusion((1, 2, 8), (1, 0, 2), (0, 0, 90)))
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
    assert all(table.to_markdown() for table in triplet_tables(TripletScore.empty()))


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


def test_a_sheet_shows_a_row_of_four_pictures_for_each():
    classes = np.zeros((18, 32), np.uint8)
    classes[9] = 1
    truth = Triplet(np.full((18, 32, 3), 200, np.uint8), CelMask(classes == 0), Douga(classes))
    read = Reconstruction(CelMask(classes == 1), Douga(classes * 0), 1.0, 1.0)
    sheet = picture_sheet([(truth, read)] * 2, cell_width=64)
    assert sheet.shape == (28 + 2 * (4 + 36), 4 * (4 + 64), 3)
    top = 28 + 4
    assert sheet[top + 5, 10].tolist() == [200, 200, 200]
    assert sheet[top + 5, 68 + 10].tolist() == [50, 80, 225]  # cel taken for background
    assert sheet[top + 19, 2 * 68 + 10].tolist() == [255, 255, 255]  # predicted: no line
    assert sheet[top + 19, 3 * 68 + 10].tolist() == [0, 0, 0]  # true: a line


def test_a_sheet_of_nothing_is_refused():
    with pytest.raises(UsageError, match="no picture"):
        picture_sheet([])


def test_a_strip_is_color_mask_and_douga_side_by_side(tmp_path):
    color = np.full((18, 32, 3), (10, 20, 30), np.uint8)
    classes = np.full((18, 32), 6, np.uint8)
    picture = strip(color, CelMask(classes == 6), Douga(classes), cell_width=32)
    assert [picture[10, 4 + 36 * i + 16].tolist() for i in range(3)] == [
        [10, 20, 30],
        [255, 255, 255],
        PALETTE[6].tolist(),
    ]
    write_png(picture, tmp_path / "strip.png")
    assert (cv2.imread(str(tmp_path / "strip.png"))[..., ::-1] == picture).all()


def test_a_picture_that_cannot_be_written_is_one_line(tmp_path):
    with pytest.raises(UsageError, match="cannot be written"):
        write_png(np.zeros((2, 2, 3), np.uint8), tmp_path / "no" / "such.png")
