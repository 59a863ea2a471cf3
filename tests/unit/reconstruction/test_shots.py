"""A shot read as one piece: hand-made backgrounds and cels, and networks whose mistakes are known."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from dougagen.domain import CelMask, Douga, Drawing, FrameSpan, Measure, Reconstruction, TurnedMove
from dougagen.errors import ConfigError
from dougagen.pipeline import reconstruct_shots
from dougagen.reconstruction import reconstructor
from dougagen.reconstruction.move_votes import said_by_moves
from dougagen.reconstruction.places import told_apart
from dougagen.reconstruction.refinement_areas import FILLS
from dougagen.reconstruction.shot_config import ShotConfig
from dougagen.reconstruction.shot_fills import settled_fills, with_fills
from dougagen.reconstruction.shot_looks import Look
from dougagen.reconstruction.shot_reader import Drawn, NetworkShotReader

Picture = NDArray[np.uint8]
HEIGHT, WIDTH = 120, 200
CEL, INK = (210, 120, 90), (30, 20, 25)


def board(width: int = WIDTH, height: int = HEIGHT, *, seed: int = 3) -> Picture:
    """A painted background with enough texture to follow."""
    rng = np.random.default_rng(seed)
    rough = rng.integers(30, 200, (height // 6 + 1, width // 6 + 1, 3)).astype(np.uint8)
    return np.asarray(cv2.resize(rough, (width, height), interpolation=cv2.INTER_CUBIC)).astype(np.uint8)


def drawings(count: int, *, pan: int = 0, step: int = 9) -> tuple[list[Drawing], list[NDArray[np.bool_]]]:
    """A spotted disc that moves by ``step`` over a board that moves by ``pan``, and where it is."""
    wide = board(WIDTH + pan * count)
    made, masks = [], []
    for k in range(count):
        picture = wide[:, pan * k : pan * k + WIDTH].copy()
        mask = np.zeros((HEIGHT, WIDTH), np.uint8)
        cv2.circle(mask, (40 + step * k, 60), 24, 1, -1)
        picture[mask > 0] = CEL
        for x, y in ((-8, -6), (8, -6), (0, 6), (-5, 12), (6, 11), (-12, 3), (12, 4), (0, -14), (3, -2)):
            cv2.rectangle(picture, (38 + step * k + x, 58 + y), (41 + step * k + x, 60 + y), INK, -1)
        made.append(Drawing("0" * 16, 0, (FrameSpan(k, k + 1),), picture, drawing_index=k))
        masks.append(mask > 0)
    return made, masks


class Networks:
    """Two networks that see what they are told to see."""

    def __init__(self, odds: Sequence[NDArray[np.float32]], fills: Sequence[int] | None = None) -> None:
        self._odds = [one.astype(np.float16) for one in odds]
        self._fills = list(fills or [0] * len(odds))
        self.windows: list[int] = []

    def odds_of_each(self, pictures: Sequence[Picture]) -> list[NDArray[np.float16]]:
        self.windows.append(len(pictures))
        return [self._odds.pop(0) for _ in pictures]

    def drawn_of_each(
        self,
        pictures: Sequence[Picture],
        odds: Sequence[NDArray[np.float16]],
        added: Sequence[NDArray[np.float16]],
    ) -> list[Drawn]:
        made = []
        for one, more in zip(odds, added, strict=True):
            cel = one.astype(np.float32) + more > 0
            fill = self._fills.pop(0)
            logits = np.zeros((len(FILLS), *cel.shape), np.float16)
            logits[FILLS.index(fill)] = 2
            made.append(Drawn(cel, np.where(cel, np.uint8(fill), np.uint8(0)), logits, 1.0, 1.0))
        return made

    def finished(self, pictures: Sequence[Picture], drawn: Sequence[Drawn]) -> list[Reconstruction]:
        return [Reconstruction(CelMask(one.cel), Douga(one.classes), 1.0, 1.0) for one in drawn]


def sure(masks: Sequence[NDArray[np.bool_]], by: float = 3.0) -> list[NDArray[np.float32]]:
    return [np.where(mask, by, -by).astype(np.float32) for mask in masks]


def error(found: Sequence[Reconstruction], masks: Sequence[NDArray[np.bool_]]) -> float:
    """Share of the pixels that are wrong."""
    return float(
        np.mean([np.mean(one.cel_mask.pixels != mask) for one, mask in zip(found, masks, strict=True)])
    )


def test_what_one_drawing_misses_the_others_know() -> None:
    made, masks = drawings(6)
    odds = sure(masks)
    odds[2][masks[2]] = -0.5  # half of it would be lost: dark on dark
    found = NetworkShotReader(Networks(odds), ShotConfig()).read(made)
    assert error(found, masks) < 0.002
    assert error(found[2:3], masks[2:3]) < 0.01


def test_a_piece_of_background_that_one_drawing_takes_for_cel_is_given_back() -> None:
    made, masks = drawings(6)
    odds = sure(masks)
    odds[4][:40, :40] = 1.0
    found = NetworkShotReader(Networks(odds), ShotConfig()).read(made)
    assert not found[4].cel_mask.pixels[:34, :34].any()  # from line 35 on other drawings have their figure


def test_drawings_that_disagree_must_outweigh_a_doubt_to_make_cel_of_a_place() -> None:
    made, masks = drawings(6, step=0)
    odds = sure(masks)
    for one in odds:
        one[80:, 120:] = -1.0  # two of six take it for cel, and a little louder
    for one in odds[1:3]:
        one[80:, 120:] = 2.4
    found = NetworkShotReader(Networks(odds), ShotConfig()).read(made)
    assert not any(one.cel_mask.pixels[84:, 124:].any() for one in found)
    odds = sure(masks)
    odds[2][masks[2]] = -1.0  # one of six misses the figure
    found = NetworkShotReader(Networks(odds), ShotConfig()).read(made)
    assert error(found, masks) < 0.002


def test_a_window_in_the_wall_goes_with_the_wall_although_the_networks_call_it_cel() -> None:
    made, masks = drawings(6, pan=7, step=0)
    odds = sure(masks)
    for k, one in enumerate(odds):
        one[10:50, max(0, 120 - 7 * k) : 160 - 7 * k] = 1.0  # in every drawing, and it moves with the board
    alone = [mask | (one > 0) for mask, one in zip(masks, odds, strict=True)]
    found = NetworkShotReader(Networks(odds), ShotConfig()).read(made)
    wrong_alone = float(np.mean([np.mean(one != mask) for one, mask in zip(alone, masks, strict=True)]))
    assert wrong_alone > 0.05
    assert error(found, masks) < 0.5 * wrong_alone


def test_a_flat_window_in_the_wall_shows_by_drawings_far_apart_whose_it_is() -> None:
    """Its inside looks the same under either move, from one drawing to the next."""
    made, masks = drawings(8, pan=7, step=0)
    odds = sure(masks)
    flat = []
    for k, (drawing, one) in enumerate(zip(made, odds, strict=True)):
        picture, left = drawing.image.copy(), 150 - 7 * k
        picture[14:44, max(0, left) : left + 30] = (150, 90, 120)
        picture[masks[k]] = drawing.image[masks[k]]
        one[14:44, max(0, left) : left + 30] = np.where(masks[k][14:44, max(0, left) : left + 30], 3.0, 1.5)
        flat.append(Drawing("0" * 16, 0, drawing.exposures, picture, drawing_index=k))
    found = NetworkShotReader(Networks(odds), ShotConfig()).read(flat)
    wrong_alone = float(np.mean([np.mean((one > 0) != mask) for one, mask in zip(odds, masks, strict=True)]))
    assert wrong_alone > 0.02
    assert error(found, masks) < 0.15 * wrong_alone


def test_layers_of_the_background_with_speeds_of_their_own_are_not_cel() -> None:
    made, masks = drawings(8, pan=6, step=0)
    near = board(WIDTH + 200, seed=9)
    layered = []
    for k, drawing in enumerate(made):
        picture = drawing.image.copy()
        for first in range(
            -100, WIDTH + 100, 50
        ):  # trees before the board, which pass by three times as fast
            left = first - 18 * k
            low, high = max(0, left), min(WIDTH, left + 20)
            if low < high:
                picture[:, low:high] = near[:HEIGHT, first + 100 + low - left : first + 100 + high - left]
        picture[masks[k]] = drawing.image[masks[k]]
        layered.append(Drawing("0" * 16, 0, drawing.exposures, picture, drawing_index=k))
    doubtful = [np.where(mask, 3.0, -1.2).astype(np.float32) for mask in masks]
    found = NetworkShotReader(Networks(doubtful), ShotConfig()).read(layered)
    assert error(found, masks) < 0.01


def test_a_soft_background_that_a_figure_hides_later_does_not_go_with_the_figure() -> None:
    """The board moves by 2 px, the figure by 15 the same way: what it hides matches neither."""
    rng = np.random.default_rng(1)
    wide = cv2.resize(rng.integers(102, 118, (32, 64), np.uint8), (190, 96), interpolation=cv2.INTER_CUBIC)
    figure = np.full((50, 40), 150, np.uint8)
    figure[::9], figure[:, ::11] = 120, 90
    looks: list[Look] = []
    for k in range(4):
        picture, mask = wide[:90, 2 * k : 2 * k + 140].copy(), np.zeros((90, 140), np.bool_)
        at = (slice(20, 70), slice(90 - 15 * k, 130 - 15 * k))
        picture[at], mask[at] = figure, True
        odds = np.where(mask, np.float32(3), np.float32(-3))
        look = Look.at(np.repeat(picture[..., None], 3, 2), odds, in_plain_light=True, config=ShotConfig())
        if looks:
            look.move, look.figures = np.eye(3), np.eye(3)
            look.move[0, 2], look.figures[0, 2] = -2, -15
        looks.append(look)
    of_places, of_areas = said_by_moves(looks, ShotConfig())
    said = (of_places + of_areas)[0]
    assert said[25:65, 95:125].mean() > 2
    assert np.mean(said[22:68, 50:86] > 0.5) < 0.02


def test_a_shadow_that_wanders_over_the_board_stays_background() -> None:
    made, masks = drawings(6, step=0)
    dark = []
    for k, drawing in enumerate(made):
        picture = drawing.image.copy()
        picture[90:, 20 + 12 * k : 50 + 12 * k] //= 2
        dark.append(Drawing("0" * 16, 0, drawing.exposures, picture, drawing_index=k))
    found = NetworkShotReader(Networks(sure(masks)), ShotConfig()).read(dark)
    assert error(found, masks) == 0.0


def test_the_plate_shows_the_board_and_says_what_no_drawing_shows() -> None:
    made, masks = drawings(8, step=0)
    reader = NetworkShotReader(Networks(sure(masks)), ShotConfig())
    reader.read(made)
    (plate,) = reader.plates()
    assert plate.image.shape == (HEIGHT, WIDTH, 3)
    assert np.array_equal(plate.image[plate.known], board(WIDTH)[plate.known])
    assert not plate.known[masks[0]].any()
    assert plate.seen_fraction > 0.8
    assert [p.frame_index for p in plate.placements] == list(range(8))


def test_a_pan_gives_a_plate_that_is_larger_than_the_frame() -> None:
    made, masks = drawings(10, pan=8, step=0)
    reader = NetworkShotReader(Networks(sure(masks)), ShotConfig())
    found = reader.read(made)
    (plate,) = reader.plates()
    rows, columns = plate.known.shape
    assert (rows, columns) == pytest.approx((HEIGHT, WIDTH + 72), abs=3)
    truth = board(WIDTH + 80)[:rows, :columns]
    off = np.abs(plate.image.astype(int) - truth)[plate.known[: truth.shape[0], : truth.shape[1]]]
    assert float(np.mean(off.astype(float) ** 2)) < 20  # 35 dB
    assert [p.x for p in plate.placements] == pytest.approx([8 * k for k in range(10)], abs=0.7)
    moves = {move.layer: move for move in found[-1].layer_moves}
    assert (moves[0].x, moves[0].y, moves[0].scale) == pytest.approx((-72, 0, 1), abs=1)


def soft(width: int) -> Picture:
    """A board without corners, of one lightness: only its colour tells where it lies."""
    rng = np.random.default_rng(8)
    rough = rng.integers(60, 190, (HEIGHT // 24 + 2, width // 24 + 2, 3)).astype(np.uint8)
    rough[..., 1] = np.clip((128 - 0.3 * rough[..., 0] - 0.11 * rough[..., 2]) / 0.59, 0, 255)
    large = cv2.resize(rough, (width, HEIGHT), interpolation=cv2.INTER_CUBIC)
    return cv2.GaussianBlur(large, (0, 0), 6).astype(np.uint8)


def softly_panned(
    steps: Sequence[float], *, told: bool = False
) -> tuple[list[Drawing], list[NDArray[np.bool_]]]:
    """The disc over a soft board that slides by ``steps`` from drawing to drawing; footage may tell it."""
    made, masks = drawings(len(steps), step=0)
    wide = soft(WIDTH + 300)
    panned, at = [], 0.0
    for drawing, mask, step in zip(made, masks, steps, strict=True):
        at += step
        move = np.array([[1, 0, -at], [0, 1, 0]])
        picture = cv2.warpAffine(wide, move, (WIDTH, HEIGHT)).astype(np.uint8)
        picture[mask] = drawing.image[mask]
        moves = (TurnedMove(0, drawing.frame_index, -at, 0.0, 1.0),) if told else ()
        panned.append(
            Drawing(
                "0" * 16,
                0,
                drawing.exposures,
                picture,
                drawing_index=drawing.drawing_index,
                layer_moves=moves,
            )
        )
    return panned, masks


def test_a_soft_board_without_corners_gives_one_plate_of_its_pan() -> None:
    made, masks = softly_panned([0, *[6.5] * 7])
    reader = NetworkShotReader(Networks(sure(masks)), ShotConfig())
    found = reader.read(made)
    assert error(found, masks) < 0.002
    (plate,) = reader.plates()
    assert [p.x for p in plate.placements] == pytest.approx([6.5 * k for k in range(8)], abs=0.5)


def test_what_footage_tells_finds_a_soft_board_that_jumps_too_far_to_be_found() -> None:
    jumps = [0.0, 80.0, 4.0]
    alone, told = (
        NetworkShotReader(Networks(sure(masks)), ShotConfig()) for masks in [softly_panned(jumps)[1]] * 2
    )
    alone.read(softly_panned(jumps)[0])
    told.read(softly_panned(jumps, told=True)[0])
    assert len(alone.plates()) > 1
    (plate,) = told.plates()
    assert [p.x for p in plate.placements] == pytest.approx([0, 80, 84], abs=0.7)


def test_what_footage_tells_is_not_believed_where_the_pictures_deny_it() -> None:
    made, masks = softly_panned([0.0, 0.0, 0.0], told=True)
    rng = np.random.default_rng(4)
    noise = [replace(d, image=rng.integers(0, 256, d.image.shape, np.uint8)) for d in made]
    reader = NetworkShotReader(Networks(sure(masks)), ShotConfig())
    reader.read(noise)
    assert len(reader.plates()) == 3


def test_a_disc_that_never_moves_is_left_to_the_networks() -> None:
    made, _ = drawings(5, step=0)
    odds = [np.full((HEIGHT, WIDTH), -2.0, np.float32) for _ in made]
    found = NetworkShotReader(Networks(odds), ShotConfig()).read(made)
    assert not any(one.cel_mask.pixels.any() for one in found)


def test_a_paint_has_one_fill_in_the_whole_shot() -> None:
    made, masks = drawings(7)
    found = NetworkShotReader(Networks(sure(masks), [6, 6, 0, 6, 6, 8, 6]), ShotConfig()).read(made)
    for one, drawing, mask in zip(found, made, masks, strict=True):
        painted = (mask & (drawing.image == CEL).all(axis=-1)).view(np.uint8)
        inner = cv2.erode(painted, np.ones((5, 5), np.uint8)) > 0
        assert inner.any()
        assert np.mean(one.douga.classes[inner] == 6) > 0.8


def test_a_light_beside_ink_that_moves_a_little_stays_a_light() -> None:
    """Beside ink all paints look alike, so that what the place was in other drawings says nothing of it."""
    pictures, odds = np.full((5, 48, 64, 3), 190, np.uint8), np.zeros((5, len(FILLS), 48, 64), np.float32)
    odds[:, 0] = 2
    light = np.where(np.arange(len(FILLS)) == FILLS.index(8), 2, 0)[:, None, None]
    for k, picture in enumerate(pictures):
        picture[19:25, 9 + k : 15 + k] = INK
        picture[20:24, 10 + k : 14 + k] = 235
        picture[...] = cv2.blur(picture, (3, 3))
        odds[k, :, 20:24, 10 + k : 14 + k] = light
    cel, config = np.ones(pictures.shape[:3], np.bool_), ShotConfig()
    paints = told_apart(
        pictures, cel, tolerance=config.tolerance, contrast=config.moving_contrast, most=config.places.paints
    )
    settled = settled_fills(odds, pictures, cel, paints, config.paints)
    for own, said in zip(odds, settled, strict=True):
        assert np.array_equal(said.argmax(axis=0), own.argmax(axis=0))


@pytest.mark.parametrize(("says_base", "is_overruled"), [(0.5, False), (0.96, True)])
def test_a_paint_that_has_two_fills_in_a_drawing_is_not_heard_elsewhere(
    says_base: float, is_overruled: bool
) -> None:
    """White may be a shirt and a light in one drawing; where almost all of it is a shirt, the rest is too."""
    pictures, odds = np.full((3, 40, 100, 3), 240, np.uint8), np.zeros((3, len(FILLS), 40, 100), np.float32)
    light, split = FILLS.index(8), int(100 * says_base)
    odds[:, 0, :, :split], odds[:, light, :, split:] = 2.0, 1.0
    cel, config = np.ones(pictures.shape[:3], np.bool_), ShotConfig()
    paints = told_apart(
        pictures, cel, tolerance=config.tolerance, contrast=config.moving_contrast, most=config.places.paints
    )
    settled = settled_fills(odds, pictures, cel, paints, config.paints)
    assert (settled[:, :, :, :split].argmax(axis=1) == 0).all()
    assert ((settled[:, :, :, split:].argmax(axis=1) == 0) == is_overruled).all()


def test_a_vote_that_changes_nothing_leaves_what_is_finer_than_its_picture() -> None:
    classes = np.zeros((96, 128), np.uint8)
    classes[40:41, 20:90] = 8  # a hair's light, narrower than a pixel of the vote
    odds = np.zeros((len(FILLS), 24, 32), np.float32)
    odds[0] = 1
    assert np.array_equal(with_fills(classes, np.ones(classes.shape, np.bool_), odds, odds), classes)


def test_every_number_that_decides_is_named_in_the_digest() -> None:
    told = json.loads(reconstructor._in_words(ShotConfig()))
    for group in ("follow", "moves", "places", "paints", "borders", "plate"):
        other = replace(getattr(ShotConfig(), group))
        assert told[group] == json.loads(json.dumps(asdict(other)))


@pytest.mark.parametrize("light", ["in_fade", "in_flash", "in_dissolve"])
def test_light_is_no_evidence(light: str) -> None:
    made, masks = drawings(4, step=0)
    lit = [
        Drawing(
            "0" * 16, 0, d.exposures, np.clip(d.image.astype(int) + 25 * k, 0, 255).astype(np.uint8),
            drawing_index=k, measures=(Measure(light, 1.0),),
        )
        for k, d in enumerate(made)
    ]  # fmt: skip
    reader = NetworkShotReader(Networks(sure(masks)), ShotConfig())
    found = reader.read(lit)
    assert error(found, masks) == 0.0
    assert reader.plates() == ()


def test_pictures_that_never_repeat_give_no_plate_but_of_themselves() -> None:
    rng = np.random.default_rng(0)
    noise = [
        Drawing("0" * 16, 0, (FrameSpan(k, k + 1),), rng.integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8))
        for k in range(5)
    ]
    nothing = [np.full((HEIGHT, WIDTH), -2.0, np.float32) for _ in noise]
    reader = NetworkShotReader(Networks(nothing), ShotConfig())
    found = reader.read(noise)
    assert not any(one.cel_mask.pixels.any() for one in found)
    assert all(len(plate.placements) == 1 for plate in reader.plates())


def shaken(corners: Sequence[tuple[int, int]]) -> tuple[list[Drawing], list[NDArray[np.bool_]]]:
    """A disc that stands on the screen, before a board of which each drawing shows another part."""
    wide = board(WIDTH + 20, HEIGHT + 20)
    made, masks = drawings(len(corners), step=0)
    moved = []
    for k, (x, y) in enumerate(corners):
        picture = wide[y : y + HEIGHT, x : x + WIDTH].copy()
        picture[masks[k]] = made[k].image[masks[k]]
        moved.append(Drawing("0" * 16, 0, made[k].exposures, picture, drawing_index=k))
    return moved, masks


def test_a_camera_that_shakes_gives_one_plate_and_spoils_no_mask() -> None:
    made, masks = shaken([(5, 5), (12, 2), (1, 9), (9, 14), (3, 3), (14, 8)])
    reader = NetworkShotReader(Networks(sure(masks)), ShotConfig())
    found = reader.read(made)
    assert error(found, masks) < 0.002
    (plate,) = reader.plates()
    assert [p.x - plate.placements[0].x for p in plate.placements] == pytest.approx(
        [0, 7, -4, 4, -2, 9], abs=0.7
    )


def test_a_camera_that_shakes_a_little_makes_no_majority_of_drawings_that_miss_a_figure() -> None:
    made, masks = shaken([(5, 5), (7, 4), (4, 6), (6, 7), (3, 5), (7, 6)])
    odds = sure(masks)
    for one, mask in zip(odds[2:], masks[2:], strict=True):
        one[mask] = -2.0  # four of six
    kept = NetworkShotReader(Networks(odds), ShotConfig()).read(made)
    assert error(kept[:2], masks[:2]) < 0.002
    voted = NetworkShotReader(Networks(odds), ShotConfig(wandered=0.0)).read(made)
    assert error(voted[:2], masks[:2]) > 0.02  # what the vote would have done


def test_a_shot_of_one_drawing_is_read_as_it_stands() -> None:
    made, masks = drawings(1)
    reader = NetworkShotReader(Networks(sure(masks)), ShotConfig())
    found = reader.read(made)
    assert error(found, masks) == 0.0
    assert found[0].layer_moves == ()
    (plate,) = reader.plates()
    assert len(plate.placements) == 1


class Shots:
    """A reconstructor whose shots are read by ``Networks``."""

    batch_size, models, reads_shots = 1, "known@0", True

    def __init__(self, networks: Networks, config: ShotConfig) -> None:
        self.networks, self.config = networks, config

    def reconstruct(self, pictures: Sequence[Picture]) -> list[Reconstruction]:
        raise AssertionError("shots are read as shots")

    def window_of(self, height: int, width: int) -> int:
        return self.config.window_of(height, width)

    def open_shot(self) -> NetworkShotReader:
        return NetworkShotReader(self.networks, self.config)


def test_a_long_shot_is_read_in_windows_and_a_cut_begins_another() -> None:
    made, masks = drawings(9, step=5)
    second = [
        Drawing("0" * 16, 1, (FrameSpan(9 + k, 10 + k),), d.image, drawing_index=9 + k)
        for k, d in enumerate(made[:3])
    ]
    config = ShotConfig(window=4, context=3)
    networks = Networks(sure([*masks, *masks[:3]]))
    plates: list[object] = []
    found = list(reconstruct_shots(made + second, Shots(networks, config), on_plate=plates.append))
    assert networks.windows == [4, 4, 1, 3]
    assert [d.drawing_index for d, _ in found] == list(range(12))
    assert error([one for _, one in found], [*masks, *masks[:3]]) < 0.002
    assert len(plates) == 2


def test_what_is_remembered_does_not_grow_with_the_shot() -> None:
    config = ShotConfig(window=4, context=3)
    made, masks = drawings(16, step=0)
    reader = NetworkShotReader(Networks(sure(masks)), config)
    for start in range(0, 16, 4):
        reader.read(made[start : start + 4])
        assert len(reader._looks) <= 3


def test_a_shot_of_two_thousand_drawings_has_one_plate_and_remembers_few() -> None:
    ground, config = board(48, 24), ShotConfig(window=100, context=4)
    mask = np.zeros((24, 48), np.bool_)
    mask[8:18, 16:28] = True
    networks = Networks([])
    reader = NetworkShotReader(networks, config)
    for start in range(0, 2000, 100):
        made = []
        for k in range(start, start + 100):
            picture = ground.copy()
            picture[mask] = (90 + k % 60, 60, 70)
            made.append(Drawing("0" * 16, 0, (FrameSpan(k, k + 1),), picture, drawing_index=k))
        networks._odds, networks._fills = sure([mask] * 100), [0] * 100
        found = reader.read(made)
        assert error(found, [mask] * 100) == 0.0
        assert len(reader._looks) == 4
    (plate,) = reader.plates()
    assert len(plate.placements) == 2000
    assert np.array_equal(plate.image[plate.known], ground[plate.known])
    assert plate.seen_fraction > 0.7


def test_a_layer_in_front_that_goes_its_own_way_leaves_no_smear_on_the_plate() -> None:
    made, masks = drawings(9, step=0)
    near = board(20, HEIGHT, seed=9)
    behind = []
    for k, drawing in enumerate(made):
        picture = drawing.image.copy()
        left = 100 + 7 * k
        picture[:, left : left + 20] = near
        behind.append(replace(drawing, image=picture))
    reader = NetworkShotReader(Networks(sure(masks)), ShotConfig())
    reader.read(behind)
    (plate,) = reader.plates()
    off = np.abs(plate.image.astype(int) - board(WIDTH)).max(axis=-1)
    assert off[plate.known].max() <= 12
    assert plate.seen_fraction > 0.75


def test_windows_go_by_the_size_of_pictures() -> None:
    config = ShotConfig()
    assert [config.window_of(h, w) for h, w in ((480, 854), (1080, 1920), (2160, 3840))] == [24, 12, 3]
    assert config.window_of(4320, 7680) == 2
    with pytest.raises(ConfigError, match="window"):
        ShotConfig(window=0)
