"""Drawings of every sort → painted drawings, in their places and sizes; each bad one is a line."""

from __future__ import annotations

from pathlib import Path

import av
import cv2
import numpy as np
import pytest
import records
from painted import HEIGHT, SKIN, WIDTH, face, record_of

from dougagen.colorization import Colorizer, LineArt
from dougagen.colorization.drawings import Pages, read_line_art
from dougagen.colorization.painting import Colored, colorize
from dougagen.domain import PALETTE, Placement, Plate
from dougagen.errors import DougagenError, UsageError, WeightsError
from dougagen.inventory import CardState, ModelEntry, take_inventory


@pytest.fixture(scope="module")
def colorizer(weights: Path) -> Colorizer:
    return Colorizer.load(weights.parent, device="cpu")


@pytest.fixture
def drawings(tmp_path: Path) -> Path:
    """A folder of two pencil drawings, one of them larger than networks read, and a douga."""
    folder = tmp_path / "drawings"
    folder.mkdir()
    lines = np.where(face()[2] == 1, np.uint8(90), np.uint8(244))
    cv2.imwrite(str(folder / "a1.png"), lines)
    cv2.imwrite(str(folder / "a2.jpg"), cv2.resize(lines, (WIDTH * 6, HEIGHT * 6)))
    cv2.imwrite(str(folder / "a3.png"), PALETTE[face()[2]][..., ::-1])
    return folder


def painted(path: Path) -> np.ndarray:
    picture = cv2.imread(str(path))
    assert picture is not None
    return picture[..., ::-1]


def told(*lines: Path, out: Path, colorizer: Colorizer, **options: Path) -> tuple[Colored, list[str]]:
    said: list[DougagenError] = []
    done = colorize(lines, out, colorizer, on_problem=said.append, **options)
    return done, [str(error) for error in said]


def test_a_folder_keeps_its_names_and_sizes(drawings: Path, tmp_path: Path, colorizer: Colorizer) -> None:
    done, said = told(drawings, out=tmp_path / "out", colorizer=colorizer)
    assert (done, said) == (Colored(3, 1, 0), [])
    sizes = {path.name: painted(path).shape[:2] for path in (tmp_path / "out").iterdir()}
    assert sizes == {
        "a1.png": (HEIGHT, WIDTH), "a2.png": (HEIGHT * 6, WIDTH * 6), "a3.png": (HEIGHT, WIDTH)
    }  # fmt: skip


def line_test(path: Path) -> Path:
    """Twelve frames of pencil on white, a new drawing every third."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=24)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for index in range(12):
            lines = np.where(face()[2] == 1, np.uint8(60), np.uint8(250))
            cv2.circle(lines, (104, 60), 4 + 5 * (index // 3), 60, 2)
            frame = av.VideoFrame.from_ndarray(np.repeat(lines[..., None], 3, axis=2), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def test_a_video_of_a_line_test_goes_by_episode_and_frame(tmp_path: Path, colorizer: Colorizer) -> None:
    video = line_test(tmp_path / "test.mkv")
    done, said = told(video, out=tmp_path / "out", colorizer=colorizer)
    assert said == []
    (episode,) = (tmp_path / "out").iterdir()
    names = {path.name for path in episode.iterdir()}
    assert "0.png" in names
    assert len(names) == done.drawings == 4
    assert painted(episode / "0.png").shape[:2] == (HEIGHT, WIDTH)


def test_shards_go_by_record_and_leave_white_where_no_cel_is(
    shards: Path, tmp_path: Path, colorizer: Colorizer
) -> None:
    done, _ = told(shards, out=tmp_path / "out", colorizer=colorizer)
    assert done == Colored(4, 1, 0)
    result = painted(tmp_path / "out" / records.EPISODE_ID / "2.png")
    cel = face(shift=2)[1]
    assert (result[~cel] == 255).all()
    assert len(np.unique(result[cel], axis=0)) <= 8


def test_the_cel_is_laid_on_the_plate_where_it_is_known(tmp_path: Path, colorizer: Colorizer) -> None:
    image = np.full((HEIGHT + 10, WIDTH + 20, 3), (10, 200, 90), np.uint8)
    known = np.ones(image.shape[:2], bool)
    known[:, : WIDTH // 4] = False
    plate = Plate(records.EPISODE_ID, 0, 0, image, known, (Placement(0, 5.0, 5.0, 1.0),))
    one = record_of(0)
    records.commit(tmp_path / "s", [one], records.entry_of(1), plates=[plate])
    told(tmp_path / "s", out=tmp_path / "out", colorizer=colorizer)
    result, cel = painted(tmp_path / "out" / f"{one.record_id}.png"), one.triplet.cel_mask.pixels
    assert tuple(result[5, WIDTH - 5]) == (10, 200, 90)
    assert tuple(result[5, 5]) == (255, 255, 255)
    assert not (result[cel] == (10, 200, 90)).all(axis=-1).any()


def test_a_dot_decides_the_paint_of_its_area_and_the_shot_keeps_it(
    shards: Path, tmp_path: Path, colorizer: Colorizer
) -> None:
    dots = np.full((HEIGHT, WIDTH, 3), 255, np.uint8)
    cv2.circle(dots, (60, 34), 5, SKIN[::-1], -1)
    cv2.imwrite(str(tmp_path / "dots.png"), dots)
    told(shards, out=tmp_path / "out", colorizer=colorizer, hints=tmp_path / "dots.png")
    first = painted(tmp_path / "out" / records.EPISODE_ID / "0.png")
    assert tuple(first[25, 55]) == SKIN


def test_douga_is_read_by_its_palette_and_other_drawings_as_plain_lines(drawings: Path) -> None:
    assert np.array_equal(read_line_art(drawings / "a3.png").classes, face()[2])
    plain = read_line_art(drawings / "a1.png")
    assert plain.is_plain
    assert np.array_equal(plain.lines, face()[2] == 1)


def test_the_paints_of_a_named_picture_are_used(tmp_path: Path, shards: Path, colorizer: Colorizer) -> None:
    cv2.imwrite(str(tmp_path / "like.png"), np.full((20, 20, 3), 214, np.uint8))
    told(shards, out=tmp_path / "out", colorizer=colorizer, like=tmp_path / "like.png")
    result = painted(tmp_path / "out" / records.EPISODE_ID / "0.png")
    fills = result[face()[2] != 1]
    assert {tuple(paint) for paint in np.unique(fills, axis=0).tolist()} <= {(214,) * 3, (255,) * 3}


def test_each_drawing_that_cannot_be_painted_is_a_line_and_the_others_are_painted(
    drawings: Path, tmp_path: Path, colorizer: Colorizer
) -> None:
    cv2.imwrite(str(drawings / "a0.png"), np.full((HEIGHT, WIDTH), 250, np.uint8))
    (drawings / "a4.png").write_bytes(b"\x89PNG\r\n\x1a\n but not for long")
    cv2.imwrite(str(drawings / "a1.jpg"), np.where(face()[2] == 1, np.uint8(0), np.uint8(255)))
    done, said = told(drawings, tmp_path / "nowhere", out=tmp_path / "out", colorizer=colorizer)
    assert done == Colored(3, 1, 4)
    told_of = "\n".join(said)
    assert "a0.png': this drawing has no line" in told_of
    assert "another drawing is called 'a1.png', too" in told_of
    assert "a4.png'" in told_of
    assert "nowhere': there is no such folder or file" in told_of
    assert not any("\n" in line for line in said)


def test_shards_without_douga_are_a_line(tmp_path: Path, colorizer: Colorizer) -> None:
    color, cel, classes = face()
    empty = records.record_of(color, cel, np.zeros_like(classes))
    records.commit(tmp_path / "s", [empty], records.entry_of(1))
    done, said = told(tmp_path / "s", out=tmp_path / "out", colorizer=colorizer)
    assert done == Colored(0, 0, 1)
    assert "its one record has no line of douga to colour" in said[0]


def test_results_never_take_the_place_of_the_drawings(drawings: Path, colorizer: Colorizer) -> None:
    with pytest.raises(UsageError, match="the results would replace the drawings"):
        told(drawings, out=drawings, colorizer=colorizer)


def test_a_link_in_the_output_folder_is_replaced_and_not_followed(
    drawings: Path, tmp_path: Path, colorizer: Colorizer
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "mine.txt").write_text("mine")
    (tmp_path / "out/a1.png").symlink_to(tmp_path / "mine.txt")
    told(drawings, out=tmp_path / "out", colorizer=colorizer)
    assert (tmp_path / "mine.txt").read_text() == "mine"
    assert not (tmp_path / "out/a1.png").is_symlink()


def test_hints_off_the_drawing_end_the_call(drawings: Path, tmp_path: Path, colorizer: Colorizer) -> None:
    dots = np.full((300, 300, 3), 255, np.uint8)
    cv2.circle(dots, (200, 200), 5, (0, 0, 255), -1)
    cv2.imwrite(str(tmp_path / "dots.png"), dots)
    with pytest.raises(UsageError, match="lies off the picture of 128×96"):
        told(drawings, out=tmp_path / "out", colorizer=colorizer, hints=tmp_path / "dots.png")


def test_the_drawing_before_is_kept_in_mind_and_can_be_left_out(colorizer: Colorizer) -> None:
    art = LineArt.of_classes(face()[2])
    mindful, forgetful = colorizer.open_shot(), colorizer.open_shot()
    first = mindful.paint(art)
    assert np.array_equal(first, forgetful.paint(art, keeps_in_mind=False))
    assert np.array_equal(first, forgetful.paint(art, keeps_in_mind=False))


def test_pages_of_a_shot_share_its_number(shards: Path) -> None:
    assert [page.shot for page in Pages(shards)] == [0, 0, 0, 0]


def test_without_weights_it_is_said_how_to_make_them(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"no weights of a colouriser.*dougagen train colorizer"):
        Colorizer.load(tmp_path)


@pytest.mark.parametrize("hurt", ["cut", "other", "infinite"])
def test_weights_that_are_hurt_are_a_line(hurt: str, weights: Path, tmp_path: Path) -> None:
    content = bytearray(weights.read_bytes())
    if hurt == "cut":
        content = content[:-40]
    elif hurt == "other":
        content = bytearray((Path(__file__).parents[3] / "models/cel.safetensors").read_bytes())
    else:
        content[-2:] = b"\x00\x7c"
    (tmp_path / "colorizer.safetensors").write_bytes(content)
    with pytest.raises(WeightsError):
        Colorizer.load(tmp_path)


def test_models_lists_a_colouriser_with_its_lines_and_its_card(weights: Path) -> None:
    (entry,) = take_inventory(weights.parent)
    assert isinstance(entry, ModelEntry)
    assert (entry.task, entry.architecture, entry.wiring) == ("colorizer", "ours", "exact lines")
    assert entry.card is CardState.MISSING
