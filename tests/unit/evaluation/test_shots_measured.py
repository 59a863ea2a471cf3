"""What is measured of shots: flicker, recomposition, and drawings alone against drawings read as shots."""

import itertools
import json
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from tiny_weights import write_tiny_weights

from dougagen.cli.evaluate import evaluate as evaluate_command
from dougagen.domain import CelMask, Douga, Drawing, FrameSpan, Placement, Plate, Reconstruction, Triplet
from dougagen.errors import DomainError, UsageError
from dougagen.evaluation.flicker import Flicker, NeighbourFlicker
from dougagen.evaluation.picture_sheet import BAR, GAP
from dougagen.evaluation.plate_view import HIGHEST_PSNR, Difference, seen_in
from dougagen.evaluation.recomposition import Recomposed, ShotRecomposition, recompose
from dougagen.evaluation.reports import SCENES, Reports
from dougagen.evaluation.shot_clips import (
    PlateScore,
    ReadingScore,
    score_held_out_clips,
    score_planned_clip,
    score_plates,
    score_shots_of,
)
from dougagen.evaluation.shot_sheet import ShotSheet
from dougagen.evaluation.shot_tables import recomposition_tables, shot_tables
from dougagen.evaluation.suite import EvaluationPlan, evaluate
from dougagen.reconstruction.alignment import STANDING
from dougagen.reconstruction.plate_maker import PlateMaker
from dougagen.reconstruction.shot_config import BorderConfig, PlateConfig
from dougagen.studio import CLIP_CATEGORIES, backgrounds_of, plan_held_out_clip, shoot_clip
from dougagen.studio.clips.clip import film
from dougagen.studio.delivery.clips import write_clip

LINES, HEIGHT, WIDTH = 120, 96, 160
SHEET = "AABBBCAAAADD"


def read_as(mask, classes=None):
    douga = np.zeros(mask.shape, np.uint8) if classes is None else classes
    return Reconstruction(CelMask(mask), Douga(douga), 1.0, 1.0)


def board(height=HEIGHT, width=WIDTH):
    """A painted ground with forms to compare: smooth, so that coding leaves it alone."""
    y, x = np.mgrid[:height, :width]
    ground = 90 + 40 * np.sin(x / 9) + 30 * np.cos(y / 7)
    return np.repeat(ground[..., None], 3, axis=2).astype(np.uint8)


def clip_of(folder, sheet=SHEET):
    """A bright box on the board, at another place for each letter."""
    pictures = []
    for letter in sheet:
        picture = board()
        left = 16 + 32 * (ord(letter) - ord("A"))
        picture[32:64, left : left + 24] = 240
        pictures.append(picture)
    write_clip(folder / "boxes.mkv", iter(pictures), frame_rate=Fraction(24))
    return folder / "boxes.mkv"


class Boxes:
    """Reads bright boxes as cel; in shots it makes a plate, which ``moved`` pixels falsify."""

    batch_size, models, reads_shots = 2, "boxes", True

    def __init__(self, moved=0, sees=lambda picture: picture.min(axis=-1) > 200):
        self.moved, self.sees = moved, sees

    def reconstruct(self, pictures):
        return [read_as(self.sees(picture)) for picture in pictures]

    def window_of(self, height, width):
        return 2

    def open_shot(self):
        return BoxesOfAShot(self)


class BoxesOfAShot:
    def __init__(self, boxes):
        self.boxes, self.maker = boxes, None

    def read(self, drawings):
        results = self.boxes.reconstruct([d.image for d in drawings])
        for drawing, result in zip(drawings, results, strict=True):
            self.maker = self.maker or PlateMaker(
                drawing.episode_id, drawing.shot_index, PlateConfig(), BorderConfig()
            )
            self.maker.lay(drawing.image, result.cel_mask.pixels, STANDING, drawing.frame_index)
        return results

    def plates(self):
        return tuple(
            replace(plate, image=np.roll(plate.image, self.boxes.moved, axis=1))
            for plate in self.maker.plates()
        )


# ---- flicker ------------------------------------------------------------------------------------------
def triplet(cel, classes, level=100):
    shape = np.shape(classes)
    return Triplet(
        np.full((*shape, 3), level, np.uint8),
        CelMask(np.array(cel, bool)),
        Douga(np.array(classes, np.uint8)),
    )


def test_masks_flicker_where_one_of_two_calls_the_same_paint_cel():
    one, two = triplet([[1, 1, 1, 0]], [[0, 0, 0, 0]]), triplet([[1, 1, 0, 0]], [[0, 0, 0, 0]])
    found = Flicker.of(one, two)
    assert (found.cel_pixels, found.cel_disagree, found.masks) == (3, 1, 1 / 3)
    assert found.fills is None


def test_fills_flicker_where_neither_is_a_line_and_not_both_are_base():
    #                                   base  shade  shade/base  line  color/shade
    one = triplet([[1, 1, 1, 1, 1]], [[0, 6, 6, 1, 7]])
    two = triplet([[1, 1, 1, 1, 1]], [[0, 6, 0, 6, 6]])
    found = Flicker.of(one, two)
    assert (found.fill_pixels, found.fill_disagree) == (3, 2)


def test_another_paint_is_no_flicker():
    one, two = triplet([[1, 1]], [[6, 6]], level=100), triplet([[0, 0]], [[0, 0]], level=104)
    assert Flicker.of(one, two) == Flicker()
    assert Flicker.of(one, triplet([[0, 0]], [[0, 0]], level=103)).masks == 1.0


def test_drawings_of_two_sizes_do_not_flicker():
    with pytest.raises(DomainError, match="one size"):
        Flicker.of(triplet([[1]], [[0]]), triplet([[1, 1]], [[0, 0]]))


def test_neighbours_are_compared_within_a_shot_alone():
    def read(shot, number, cel):
        picture = np.full((1, 2, 3), 90, np.uint8)
        spans = (FrameSpan(number, number + 1),)
        return Drawing("0" * 16, shot, spans, picture), read_as(np.array([cel]))

    seen = [read(0, 0, [True, True]), read(0, 1, [True, False]), read(1, 2, [False, False])]
    pairs = NeighbourFlicker()
    assert list(pairs.watching(seen)) == seen
    assert (pairs.total.cel_pixels, pairs.total.cel_disagree) == (2, 1)


# ---- plates -------------------------------------------------------------------------------------------
def test_differences_add_up_and_nothing_that_differs_has_a_figure():
    black, grey = np.zeros((1, 2, 3), np.uint8), np.full((1, 2, 3), 51, np.uint8)
    left = np.array([[True, False]])
    one = Difference.of(black, grey, left)
    assert (one.squared, one.pixels) == (3 * 51.0**2, 1)
    assert (one + Difference.of(black, black, ~left)).psnr == pytest.approx(10 * np.log10(2 * 25))
    assert Difference.of(black, black, left).psnr == HIGHEST_PSNR
    assert Difference().psnr is None


def test_a_plate_shows_a_picture_where_it_lies_and_nothing_beyond_what_it_knows():
    image, known = board(60, 80), np.ones((60, 80), bool)
    known[:, :12] = False
    plate = Plate("0" * 16, 0, 0, image, known, ())
    picture, seen = seen_in(plate, Placement(0, 10.0, 5.0, 1.0), height=40, width=50)
    assert np.array_equal(picture, image[5:45, 10:60])
    assert np.array_equal(seen, known[5:45, 10:60])


# ---- recomposition ------------------------------------------------------------------------------------
def test_a_still_shot_is_composed_again_frame_for_frame(tmp_path):
    told = recompose(clip_of(tmp_path), Boxes())
    (shot,) = told.shots
    assert (shot.span, shot.camera_stands, shot.problems) == (FrameSpan(0, 12), True, ())
    assert shot.every_frame.frames == len(SHEET)
    assert shot.pictures.frames == shot.drawings == shot.placed
    assert min(told.every_frame.psnr, told.every_frame.plate.psnr) > 40
    total = told.every_frame
    assert total.pixels == len(SHEET) * HEIGHT * WIDTH
    assert total.share(total.cel.pixels) == pytest.approx(24 * 32 / (HEIGHT * WIDTH), rel=0.05)


def test_a_sheet_shows_plate_cels_douga_and_the_frame_composed_again(tmp_path):
    shown = ShotSheet(rows=1, cell_width=WIDTH)
    recompose(clip_of(tmp_path), Boxes(), watch=shown)
    picture = shown.picture()
    cells = [picture[2 * BAR : 2 * BAR + HEIGHT, GAP + i * (WIDTH + GAP) :][:, :WIDTH] for i in range(6)]
    plate, first, middle, last, douga, composed = cells
    ground = board().astype(int)
    box = {letter: (slice(34, 62), slice(18 + 32 * i, 38 + 32 * i)) for i, letter in enumerate("ABCD")}
    assert np.abs(plate[box["B"]].astype(int) - ground[box["B"]]).mean() < 12
    assert [[letter for letter in box if cel[box[letter]].min() > 225] for cel in (first, last)] == [
        ["A"],
        ["D"],
    ]
    (shown_there,) = [letter for letter in box if middle[box[letter]].min() > 225]
    off_cel = first[8:24, 100:140]
    assert set(np.unique(off_cel)) <= {208, 236}  # squares: nothing is there
    assert douga.shape == plate.shape
    assert np.abs(composed[:24].astype(int) - plate[:24]).max() <= 2
    assert composed[box[shown_there]].min() > 225


def test_a_sheet_keeps_the_shots_that_want_a_look(tmp_path):
    right, wrong = ShotSheet(rows=1), ShotSheet(rows=1)
    recompose(clip_of(tmp_path), Boxes(), watch=right)
    before = right.picture()
    recompose(clip_of(tmp_path), Boxes(moved=8), watch=right)
    recompose(clip_of(tmp_path), Boxes(moved=8), watch=wrong)
    assert np.array_equal(right.picture(), wrong.picture())
    recompose(clip_of(tmp_path), Boxes(), watch=right)
    assert np.array_equal(right.picture(), wrong.picture())
    assert not np.array_equal(right.picture(), before)
    with pytest.raises(UsageError, match="no shot"):
        ShotSheet().picture()


def test_a_wrong_plate_fails_its_shot_and_names_frames_to_look_at(tmp_path):
    told = recompose(clip_of(tmp_path), Boxes(moved=8))
    (shot,) = told.shots
    assert shot.problems == ("below 36 dB",)
    assert told.every_frame.plate.psnr < 25 < told.every_frame.cel.psnr
    assert 0 < len(shot.look_at) <= 3
    (*_, to_see) = recomposition_tables([told])
    assert to_see.rows[0][:2] == ("0", "below 36 dB")


def test_masks_that_call_all_cel_recompose_perfectly_and_are_named(tmp_path):
    told = recompose(clip_of(tmp_path), Boxes(sees=lambda picture: np.ones(picture.shape[:2], bool)))
    (shot,) = told.shots
    assert told.every_frame.psnr > 40
    assert told.every_frame.plate.psnr is None
    assert shot.problems  # no plate, or nothing from it
    json.dumps(told.to_json(), allow_nan=False)


def test_a_shot_that_is_right_where_pictures_are_and_wrong_in_its_holds_says_so():
    right, wrong = Difference(0.0, 100), Difference(3 * 100 * 40.0**2, 100)
    shot = ShotRecomposition(
        0, FrameSpan(0, 9), 3, 3, True, Recomposed(3, plate=right), Recomposed(9, plate=wrong), ()
    )
    assert shot.problems == ("changes within exposures",)
    assert replace(shot, camera_stands=False).problems == ()
    unknown = replace(shot, camera_stands=None, placed=1)
    assert unknown.problems == ("1 of 3 drawings on a plate",)


# ---- alone and together -------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def planned():
    """One shot of a held-out clip."""
    whole = plan_held_out_clip("mouth only", seed=1_000_006, lines=LINES)
    return replace(whole, plan=replace(whole.plan, takes=whole.plan.takes[:1]))


class AloneBlind(Boxes):
    """Alone it sees nothing, in a shot everything."""

    def __init__(self):
        super().__init__(sees=lambda picture: np.zeros(picture.shape[:2], bool))

    def open_shot(self):
        return BoxesOfAShot(Boxes(sees=lambda picture: np.ones(picture.shape[:2], bool)))


def test_a_clip_is_read_alone_and_as_shots(planned):
    score = score_planned_clip(planned, AloneBlind())
    assert score.alone.drawings == score.together.drawings > 0
    assert score.alone.cel.iou == 0.0
    assert 0 < score.together.cel.iou < 1
    assert score.cel_errors_left == pytest.approx(1 - score.together.cel.iou)
    json.dumps(score.to_json(), allow_nan=False)
    twice = score + score
    assert twice.together.drawings == 2 * score.together.drawings
    assert twice.together.cel.iou == score.together.cel.iou
    assert shot_tables([score, score])[0].rows[-1][0] == "all"


def test_backgrounds_are_the_clip_without_its_actors(planned):
    for frame, empty in itertools.islice(zip(film(planned.plan), backgrounds_of(planned), strict=True), 4):
        differ = np.abs(frame.color.astype(int) - empty).max(axis=-1) > 8
        cel = frame.triplet.cel_mask.pixels
        assert differ[cel].mean() > 0.5
        assert differ[~cel].mean() < 0.05


def test_a_plate_of_the_true_background_scores_full_and_one_with_the_cel_in_it_does_not(planned):
    frame, empty = next(film(planned.plan)), next(backgrounds_of(planned))
    cel, everywhere = frame.triplet.cel_mask.pixels, np.ones(empty.shape[:2], bool)
    right = Plate("0" * 16, 0, 0, empty, everywhere, (Placement(0, 0.0, 0.0, 1.0),))
    score = score_plates([right], [empty], lambda _: cel)
    assert score.difference.psnr == HIGHEST_PSNR
    assert (score.known, score.shown) == (cel.size, int((~cel).sum()))
    wrong = score_plates([replace(right, image=frame.color)], [empty], lambda _: cel)
    assert wrong.difference.psnr < 30 < wrong.difference_shown.psnr
    assert PlateScore().to_json()["psnr"] is None


def test_fills_are_counted_where_both_see_cel_and_no_line():
    cel = np.array([[True, True, True, True, False]])
    truth = np.array([[0, 6, 8, 1, 0]], np.uint8)
    found = np.array([[0, 0, 8, 6, 0]], np.uint8)
    fills = ReadingScore.of(read_as(cel, found), cel, truth).fills
    assert fills.counts.tolist() == [[1, 0, 0], [1, 0, 0], [0, 0, 1]]


def test_a_clip_without_true_pictures_is_refused(tmp_path):
    with pytest.raises(UsageError, match="no true picture"):
        score_shots_of(clip_of(tmp_path), Boxes())


def test_clips_of_a_folder_are_read_where_their_pictures_lie_beside_them(planned, tmp_path):
    plan = EvaluationPlan(clips=(tmp_path,), clip_masks=True)
    clip_of(tmp_path).with_suffix(".json").write_text(json.dumps({"frames": 12, "starts": [0, 2, 5, 6, 10]}))
    with pytest.raises(UsageError, match="no clip with true pictures"):
        evaluate(plan, AloneBlind(), models="m")
    shoot_clip(planned, tmp_path, file_name="shot", pictures="frames")
    report = evaluate(plan, AloneBlind(), models="m")
    assert [clip.name for clip in report.clips] == ["boxes.mkv", "shot.mkv"]
    assert [clip.name for clip in report.clip_masks] == ["shot.mkv"]
    assert report.clip_masks[0].together.drawings > 0


def test_held_out_clips_of_a_category_have_the_same_seeds_whatever_else_is_asked_for(monkeypatch):
    seeds = []

    def plan(category, *, seed, lines):
        seeds.append((category, seed))
        raise UsageError("far enough")

    monkeypatch.setattr("dougagen.evaluation.shot_clips.plan_held_out_clip", plan)
    for chosen in ((), ["twos"]):
        with pytest.raises(UsageError, match="far enough"):
            next(score_held_out_clips(1, Boxes(), categories=chosen))
    assert seeds == [("ones", 1_000_000), ("twos", 1_000_001)]


# ---- the command --------------------------------------------------------------------------------------
def test_scenes_are_not_measured_beside_shots_unless_they_are_asked_for(tmp_path):
    assert Reports().plan({}).scenes == SCENES
    assert Reports().plan({"recompose": [tmp_path]}).scenes == 0
    assert Reports().plan({"held_out_clips": 1, "scenes": 3}).scenes == 3


@pytest.mark.parametrize(
    ("chosen", "complaint"),
    [
        ({"held_out_clips": 1, "clip_category": ("moonwalk",)}, "no category named 'moonwalk'"),
        ({"scenes": 1, "clip_category": CLIP_CATEGORIES[:1]}, "--clip-category is for held-out clips"),
        ({"scenes": 1, "clip_masks": True}, "--clip-masks is for clips"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(chosen, complaint):
    with pytest.raises(UsageError, match=complaint):
        EvaluationPlan(**chosen)


def test_the_command_recomposes_an_episode_and_prints_json(tmp_path, capsys):
    weights = write_tiny_weights(tmp_path / "m")
    sheet = tmp_path / "shots.png"
    clip = clip_of(tmp_path)
    evaluate_command(recompose=[clip], models=weights, device="cpu", json=True, shot_sheet=sheet)
    assert sheet.read_bytes().startswith(b"\x89PNG")
    told = json.loads(capsys.readouterr().out)
    assert told["held_out"] == {}
    (episode,) = told["recomposition"]
    assert episode["name"] == "boxes.mkv"
    assert episode["every_frame"]["frames"] == len(SHEET)
    assert {"psnr", "plate_psnr", "cel_share", "unknown_share", "scored_share"} <= set(episode["pictures"])
