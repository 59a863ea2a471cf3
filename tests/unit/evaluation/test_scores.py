"""Triplets and real drawings, scored with readers whose mistakes are known."""

import cv2
import numpy as np
import pytest

from dougagen.domain import CelMask, Douga, Reconstruction, Triplet
from dougagen.errors import UsageError
from dougagen.evaluation.classical import CLASSICAL, canny_lines, dilate_subtract_lines
from dougagen.evaluation.error_pictures import Verdict, fill_verdicts
from dougagen.evaluation.real_drawings import (
    RealDrawing,
    drawing_folders,
    read_drawings,
    score_real_drawings,
)
from dougagen.evaluation.reconstructor import reconstruct_each
from dougagen.evaluation.tables import real_table, triplet_tables
from dougagen.evaluation.triplets import score_triplets, triplets_of


def boxed_triplet(*, size=(40, 60), at=(10, 15), line=1):
    """A 20×20 cel of one colour with a 1 px outline, on grey."""
    color = np.full((*size, 3), 128, np.uint8)
    mask, classes = np.zeros(size, bool), np.zeros(size, np.uint8)
    y, x = at
    color[y : y + 20, x : x + 20] = (240, 200, 180)
    mask[y : y + 20, x : x + 20] = True
    cv2.rectangle(classes, (x, y), (x + 19, y + 19), line, 1)
    color[classes > 0] = (20, 20, 20)
    return Triplet(color, CelMask(mask), Douga(classes))


def named(triplets):
    return ((f"number {i}", triplet) for i, triplet in enumerate(triplets))


class Reader:
    """Gives back the truth it was told, in order, and remembers the batches it was asked for."""

    def __init__(self, truths, alter=lambda mask, classes: (mask, classes)):
        self.truths, self.alter, self.batches = iter(truths), alter, []

    def reconstruct(self, images):
        self.batches.append([image.shape for image in images])
        return [self._one(next(self.truths)) for _ in images]

    def _one(self, truth):
        mask, classes = self.alter(truth.cel_mask.pixels.copy(), truth.douga.classes.copy())
        return Reconstruction(CelMask(mask), Douga(classes), 1.0, 1.0)


class ToldTheCel(Reader):
    """Finds no line by itself, and every line where it is told the cel."""

    def __init__(self, truths):
        super().__init__(truths, lambda mask, classes: (mask, np.zeros_like(classes)))
        self.by_picture = {truth.color.tobytes(): truth for truth in truths}

    def drawn_within(self, images, cels):
        truths = [self.by_picture[image.tobytes()] for image in images]
        assert all(np.array_equal(t.cel_mask.pixels, c) for t, c in zip(truths, cels, strict=True))
        return [Reconstruction(t.cel_mask, t.douga, 1.0, 1.0) for t in truths]


# ---- triplets -----------------------------------------------------------------------------------------
def test_lines_are_also_scored_where_the_true_cel_is_told():
    triplets = [boxed_triplet(), boxed_triplet(at=(2, 3))]
    score = score_triplets(named(triplets), ToldTheCel(triplets), told_the_cel=True)
    assert (score.lines.merged.recall, score.lines_within.merged.f1) == (0, 1)
    said = "\n".join(table.to_markdown() for table in triplet_tables({"scenes": score}))
    assert "with the true cel" in said
    untold = score_triplets(named(triplets), Reader(triplets), told_the_cel=True)
    assert untold.lines_within.merged.truth == 0


def test_a_reader_that_knows_the_truth_scores_one_everywhere():
    triplets = [boxed_triplet(), boxed_triplet(at=(2, 3), line=2)]
    score = score_triplets(named(triplets), Reader(triplets))
    assert score.triplets == 2
    assert (score.cel.iou, score.douga.accuracy, score.douga.mean_iou, score.lines.merged.f1) == (1, 1, 1, 1)


def test_a_reader_that_says_nothing_has_no_recall_and_the_accuracy_of_the_flat_area():
    triplets = [boxed_triplet()]
    score = score_triplets(
        named(triplets), Reader(triplets, lambda mask, classes: (mask & False, classes * 0))
    )
    assert score.cel.iou == 0
    assert score.douga.accuracy == 1 - 76 / (40 * 60)
    assert score.lines.merged.recall == 0


def test_line_extractors_without_a_network_see_the_same_frames():
    triplets = [boxed_triplet()]
    score = score_triplets(named(triplets), Reader(triplets))
    assert set(score.classical) == set(CLASSICAL)
    assert all(pr.truth == 76 and pr.f1 > 0.9 for pr in score.classical.values())


def test_no_triplet_is_no_perfect_score_but_an_error():
    with pytest.raises(UsageError, match="no triplet"):
        score_triplets([], Reader([]))


def test_pictures_are_read_in_batches_of_one_size_and_in_order():
    wide, tall = (40, 60), (60, 40)
    triplets = [boxed_triplet(size=s) for s in (wide, wide, wide, tall, wide)]
    reader = Reader(triplets)
    assert score_triplets(named(triplets), reader, batch_size=2).cel.iou == 1
    assert [len(batch) for batch in reader.batches] == [2, 1, 1, 1]


def test_batches_are_read_lazily():
    asked = []

    def pictures():
        for i in range(100):
            asked.append(i)
            yield i, boxed_triplet().color

    reader = Reader(boxed_triplet() for _ in range(100))
    next(reconstruct_each(pictures(), reader, batch_size=4))
    assert len(asked) <= 5


def test_figures_of_triplets_are_plain_json():
    import json

    triplets = [boxed_triplet()]
    figures = json.loads(json.dumps(score_triplets(named(triplets), Reader(triplets)).to_json()))
    assert figures["douga"]["mean_iou"] == 1.0
    assert figures["lines"]["visible line"]["f1"] == 1.0
    assert figures["boundary"]["f1"] == 1.0
    assert figures["calibration"]["cel_iou"]["expected_calibration_error"] == 0.0


def test_confidences_are_held_against_the_scores_of_their_own_picture():
    triplets = [boxed_triplet()]  # 400 of 2400 pixels are cel; the reader is always sure
    score = score_triplets(named(triplets), Reader(triplets, lambda mask, classes: (mask & False, classes)))
    assert score.trust.cel.error == pytest.approx(400 / 2400)
    assert score.trust.cel_iou.error == 1.0
    assert score.trust.douga.count == 0  # nothing was taken for cel: the confidence says nothing


def test_a_watcher_is_shown_every_picture_with_its_name_and_its_own_score():
    triplets = [boxed_triplet(), boxed_triplet(at=(2, 3))]
    seen = []
    score_triplets(
        named(triplets),
        Reader(triplets),
        watch=lambda name, truth, read, score: seen.append((name, truth, score.triplets)),
    )
    assert seen == [("number 0", triplets[0], 1), ("number 1", triplets[1], 1)]


def test_records_bear_their_id_as_name():
    from types import SimpleNamespace

    triplet = boxed_triplet()
    assert list(triplets_of([SimpleNamespace(record_id="e/7", triplet=triplet)])) == [("e/7", triplet)]


# ---- classical extractors -----------------------------------------------------------------------------
def test_a_dark_line_on_paper_is_found_by_both_extractors():
    paper = np.full((40, 40, 3), 255, np.uint8)
    paper[:, 20] = 0
    for extract in (canny_lines, dilate_subtract_lines):
        found = extract(paper)
        assert found.any(axis=1).all()
        assert not found[:, :17].any()
        assert not found[:, 24:].any()


def test_empty_paper_has_no_line():
    paper = np.full((40, 40, 3), 255, np.uint8)
    assert not canny_lines(paper).any()
    assert not dilate_subtract_lines(paper).any()


# ---- real drawings ------------------------------------------------------------------------------------
def write_drawing(folder, name="00", *, size=(45, 61)):
    """A skin-coloured square with a black outline, cut out, and its pencil sketch; odd sides on purpose."""
    cut = np.zeros((*size, 4), np.uint8)
    cut[10:30, 12:40] = (150, 190, 240, 255)  # BGRA
    sketch = np.full((*size, 3), 255, np.uint8)
    cv2.rectangle(cut, (12, 10), (39, 29), (0, 0, 0, 255), 2)
    cv2.rectangle(sketch, (12, 10), (39, 29), (120, 110, 100), 1)
    cut[32:34, 12:40] = (150, 190, 240, 100)  # too thin to be cel
    cv2.imwrite(str(folder / f"{name}_cut.png"), cut)
    cv2.imwrite(str(folder / f"{name}_sketch.png"), sketch)


class SquareReader:
    """Knows where the square is, and takes what is bright in the corner of a frame for a line."""

    def reconstruct(self, images):
        found = []
        for image in images:
            mask, classes = np.zeros(image.shape[:2], bool), np.zeros(image.shape[:2], np.uint8)
            cv2.rectangle(classes, (12, 10), (39, 29), 1, 1)
            mask[9:31, 11:41] = True
            classes[0, :10] = image[0, :10].mean() > 200
            found.append(Reconstruction(CelMask(mask), Douga(classes), 1.0, 1.0))
        return found


def greys(levels):
    return (np.full((20, 30, 3), level, np.uint8) for level in levels)


def test_a_drawing_is_cut_at_half_alpha_and_its_pencil_at_200(tmp_path):
    write_drawing(tmp_path)
    (drawing,) = read_drawings(tmp_path)
    assert drawing.name == f"{tmp_path.name}/00"
    assert drawing.cel_mask[20, 20]
    assert not drawing.cel_mask[32, 20]
    assert drawing.lines.sum() == 2 * 28 + 2 * 18
    assert drawing.paint[20, 20].tolist() == [240, 190, 150]


def test_a_drawing_over_a_background_shows_it_where_alpha_is_zero(tmp_path):
    write_drawing(tmp_path)
    (drawing,) = read_drawings(tmp_path)
    frame = drawing.over(np.full((7, 9, 3), 60, np.uint8))
    assert frame[0, 0].tolist() == [60, 60, 60]
    assert frame[20, 20].tolist() == [240, 190, 150]
    assert frame[32, 20].tolist() == [round(60 + (c - 60) * 100 / 255) for c in (240, 190, 150)]


def test_real_drawings_are_scored_over_every_background_through_the_codec(tmp_path):
    write_drawing(tmp_path)
    write_drawing(tmp_path, "01")
    drawings = read_drawings(tmp_path)
    score = score_real_drawings(
        drawings, greys([30, 60, 90, 250, 120, 150, 99]), SquareReader(), name="squares"
    )
    assert (score.drawings, score.frames) == (2, 12)
    assert score.lines.recall == 1.0
    # the reader imagines 10 px on one of six backgrounds: that costs precision, over the whole frame
    assert score.lines.precision == pytest.approx(6 * 92 / (6 * 92 + 10))
    cel = int(drawings[0].cel_mask.sum())
    assert score.cel.counts.sum() == 12 * 45 * 61
    assert score.cel.counts[1].sum() == 12 * cel
    assert all(score.classical_in_cel[n].precision >= score.classical[n].precision for n in score.classical)
    # the mask is one pixel too wide all around, within the tolerance
    assert score.boundary.f1 == 1.0
    rows = real_table([score]).rows
    assert [row[:3] for row in rows[:2]] == [
        ("squares", "dougagen", "12"),
        ("squares", "Canny 100/200", "12"),
    ]
    assert len(rows) == 1 + 2 * len(CLASSICAL)


def test_a_watcher_sees_real_frames_with_pencil_as_truth_and_no_fault_in_fills(tmp_path):
    write_drawing(tmp_path)
    (drawing,) = read_drawings(tmp_path)
    seen = []

    class WithFill(SquareReader):
        def reconstruct(self, images):
            for read in super().reconstruct(images):
                classes = read.douga.classes.copy()
                classes[15:20, 20:25] = 6
                classes[35:38, 2:9] = 6  # off the cel
                yield Reconstruction(read.cel_mask, Douga(classes), 1.0, 1.0)

    score_real_drawings(
        [drawing], greys([30] * 6), WithFill(), watch=lambda *shown: seen.append(shown), extractors={}
    )
    name, truth, read, score = seen[1]
    assert len(seen) == 6
    assert name == f"{drawing.name} over background 2"
    assert ((truth.douga.classes == 1) == drawing.lines).all()
    assert fill_verdicts(read.douga, truth.douga)[truth.douga.classes == 6].max() <= Verdict.RIGHT
    assert (truth.douga.classes[35:38] == 0).all()
    assert score.lines.merged.f1 == 1.0
    assert score.douga.pixels == 0


def test_what_the_encoder_makes_is_what_the_reader_sees(tmp_path):
    write_drawing(tmp_path)
    score = score_real_drawings(
        read_drawings(tmp_path),
        greys([30] * 6),
        SquareReader(),
        encode=lambda frame: np.full_like(frame, 255),
    )
    assert score.lines.found - score.lines.found_true == 6 * 10


def test_fewer_than_six_backgrounds_are_refused(tmp_path):
    write_drawing(tmp_path)
    with pytest.raises(UsageError, match="5 backgrounds are too few"):
        score_real_drawings(read_drawings(tmp_path), greys([1] * 5), SquareReader())


def test_a_folder_without_drawings_is_named(tmp_path):
    with pytest.raises(UsageError, match="holds no drawing"):
        read_drawings(tmp_path)


def test_folders_of_drawings_are_found_below_a_folder(tmp_path):
    for name in ("b", "a"):
        (tmp_path / name).mkdir()
        write_drawing(tmp_path / name)
    assert drawing_folders(tmp_path) == [tmp_path / "a", tmp_path / "b"]


def test_a_folder_that_is_not_there_is_told_from_one_without_drawings(tmp_path):
    with pytest.raises(UsageError, match="no such folder"):
        drawing_folders(tmp_path / "gone")
    with pytest.raises(UsageError, match="holds no drawing"):
        drawing_folders(tmp_path)


def test_a_drawing_without_its_sketch_is_named(tmp_path):
    write_drawing(tmp_path)
    (tmp_path / "00_sketch.png").unlink()
    with pytest.raises(UsageError, match="00_sketch"):
        read_drawings(tmp_path)


def test_arrays_of_a_drawing_must_agree():
    with pytest.raises(Exception, match=r"RealDrawing.paint must be uint8\[4, 5, 3\], got uint8\[4, 6, 3\]"):
        RealDrawing("x", np.zeros((4, 6, 3), np.uint8), np.zeros((4, 5), np.uint8), np.zeros((4, 5), bool))
