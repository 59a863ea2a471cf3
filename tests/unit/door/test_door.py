"""``import dougagen as dg``: light, whole, and the same as the command line."""

from __future__ import annotations

import ast
import logging
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import cv2
import numpy as np
import pytest

import dougagen as dg
from dougagen import door
from dougagen.door.progress import bar

ROOT = Path(dg.__file__).parents[1]


@pytest.fixture
def clip(tmp_path: Path, tiny) -> Path:
    return tiny.write_tiny_clip(tmp_path / "episode.mkv", 1)


@pytest.fixture(scope="module")
def networks() -> dg.NetworkReconstructor:
    return dg.NetworkReconstructor.load()


def noise(height: int = 40, width: int = 64, channels: int = 3) -> np.ndarray:
    return np.random.default_rng(height).integers(0, 256, (height, width, channels), dtype=np.uint8)


# ---- names -------------------------------------------------------------------------------------------


def test_the_import_loads_no_library() -> None:
    program = (
        "import sys, dougagen as dg; dir(dg)\n"
        "heavy = {'torch', 'av', 'pyarrow', 'cv2', 'numpy', 'skimage', 'tqdm', 'rich', 'typer'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    told = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert told.stdout == "[]\n"


def test_every_name_is_there_and_explained() -> None:
    for name in dg.__all__:
        value = getattr(dg, name)
        assert name == "palette" or value.__doc__, name
        assert name in dir(dg)
    assert len(dg.__all__) == len(dg._HOME)
    with pytest.raises(AttributeError, match="no attribute 'drawing'"):
        _ = dg.drawing


def test_editors_are_told_the_same_names() -> None:
    tree = ast.parse((ROOT / "dougagen/__init__.py").read_text(encoding="utf-8"))
    typed = next(node for node in tree.body if isinstance(node, ast.If))
    imported = {
        alias.asname or alias.name: (node.module, alias.name)
        for node in typed.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    there = {name: home.partition(":") for name, home in dg._HOME.items()}
    assert imported == {name: (f"dougagen.{room}", other or name) for name, (room, _, other) in there.items()}


def test_keywords_of_extract_are_the_options_of_the_library() -> None:
    from dougagen.runs import ExtractOptions

    assert {*door.ExtractKeywords.__annotations__} == {field.name for field in fields(ExtractOptions)}


# ---- drawings, timesheets ----------------------------------------------------------------------------


def test_drawings_are_those_that_extract_finds(clip: Path) -> None:
    from dougagen.footage import open_episode, read_footage

    with read_footage(open_episode(clip)) as footage:
        wanted = list(footage)
    found = list(dg.drawings(str(clip), progress=False))
    assert len(found) == 6
    assert [repr(one) for one in found] == [repr(one) for one in wanted]
    assert [one.flags for one in found] == [one.flags for one in wanted]
    assert all(np.array_equal(a.image, b.image) for a, b in zip(found, wanted, strict=True))


def test_a_part_of_an_episode_keeps_its_indices(clip: Path) -> None:
    found = list(dg.drawings(clip, start="0:00:00.25", progress=False))
    assert [one.exposures[0].start for one in found] == [6, 8, 10]
    assert dg.timesheet(clip, start=0.25, progress=False).starts == (6, 8, 10)


def test_a_timesheet_is_that_of_its_drawings(clip: Path) -> None:
    starts = [span.start for one in dg.drawings(clip, progress=False) for span in one.exposures]
    assert dg.timesheet(clip, progress=False).starts == tuple(sorted(starts))


def test_what_cannot_be_opened_is_said_at_once_in_one_line(tmp_path: Path) -> None:
    for call in (dg.drawings, dg.timesheet):
        with pytest.raises(dg.DougagenError, match=r"nothing\.mkv") as error:
            call(tmp_path / "nothing.mkv")
        assert "\n" not in str(error.value)


@pytest.mark.parametrize("options", [{"begin": 3}, {"start": "soon"}, {"decode": "gpu"}, {"keep_bars": 3}])
def test_a_wrong_option_is_said_at_once_in_one_line(clip: Path, options: dict[str, object]) -> None:
    with pytest.raises(dg.DougagenError, match=next(iter(options)).replace("_", "[-_]")) as error:
        dg.drawings(clip, progress=False, **options)
    assert "\n" not in str(error.value)


# ---- pictures ----------------------------------------------------------------------------------------


def test_arrays_files_and_drawings_are_read_alike(tmp_path: Path, clip: Path, networks) -> None:
    drawing = next(dg.drawings(clip, progress=False))
    cv2.imwrite(str(tmp_path / "a.png"), drawing.image[..., ::-1])
    (wanted,) = networks.reconstruct([drawing.image])
    pictures = [drawing, drawing.image, tmp_path / "a.png", str(tmp_path / "a.png")]
    found = list(dg.reconstruct(pictures, networks=networks, progress=False))
    assert len(found) == 4
    for triplet in found:
        assert np.array_equal(triplet.color, drawing.image)
        assert np.array_equal(triplet.cel_mask.pixels, wanted.cel_mask.pixels)
        assert np.array_equal(triplet.douga.classes, wanted.douga.classes)
    for one in pictures:
        (alone,) = dg.reconstruct(one, networks=networks, progress=False)
        assert np.array_equal(alone.douga.classes, wanted.douga.classes)


def test_what_is_transparent_lies_over_white(tmp_path: Path, networks) -> None:
    picture = noise(channels=4)
    picture[:20, :, 3], picture[20:, :, 3] = 0, 255
    cv2.imwrite(str(tmp_path / "a.png"), picture)
    (read,) = dg.reconstruct(tmp_path / "a.png", networks=networks, progress=False)
    assert (read.color[:20] == 255).all()
    assert np.array_equal(read.color[20:], picture[20:, :, 2::-1])


def test_pictures_come_one_batch_at_a_time_and_of_any_size(networks) -> None:
    taken = []

    def pictures():
        for n in range(3):
            taken.append(n)
            yield noise(40 + n)

    found = dg.reconstruct(pictures(), networks=networks, progress=False)
    assert next(found).height == 40
    assert len(taken) == networks.batch_size
    assert [triplet.height for triplet in found] == [41, 42]


def test_a_picture_that_is_none_is_said_in_one_line(tmp_path: Path, networks) -> None:
    (tmp_path / "a.png").write_text("no picture")
    for wrong in (tmp_path / "a.png", tmp_path / "b.png", tmp_path, np.zeros((4, 4), np.uint8), 7):
        with pytest.raises(dg.DougagenError) as error:
            list(dg.reconstruct([wrong], networks=networks, progress=False))
        assert "\n" not in str(error.value)


def test_wrong_weights_and_devices_are_said_at_once(tmp_path: Path, networks) -> None:
    with pytest.raises(dg.DougagenError, match="no weights"):
        dg.reconstruct([], models=tmp_path)
    with pytest.raises(dg.DougagenError, match="device"):
        dg.reconstruct([], device="toaster")
    with pytest.raises(dg.DougagenError, match="already loaded cannot take device"):
        dg.reconstruct([], networks=networks, device="cpu")


# ---- scenes ------------------------------------------------------------------------------------------


def test_a_scene_is_that_of_the_studio() -> None:
    from dougagen.studio import make_scene, whole_frame

    found = dg.scene(7, lines=120)
    wanted = make_scene(7, window=whole_frame(120))
    assert found.color.shape == (120, 214, 3)
    # Drawn alike; the codec that delivers it does not always repeat itself to the last level (see CHANGELOG).
    assert np.abs(found.color.astype(int) - wanted.color).mean() < 1
    assert np.array_equal(found.douga.classes, wanted.douga.classes)
    assert not np.array_equal(dg.scene(7, lines=120, profile="natural").color, found.color)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"seed": -1}, "negative"),
        ({"seed": 1, "lines": 8}, "120 to 2160 lines, got 8"),
        ({"seed": 1, "profile": "wild"}, "unknown profile 'wild'"),
    ],
)
def test_a_scene_that_there_is_not_is_refused_in_a_line(arguments, complaint) -> None:
    with pytest.raises(dg.DougagenError, match=complaint):
        dg.scene(**arguments)


# ---- extract, datasets, progress ---------------------------------------------------------------------


def test_extract_writes_a_dataset_and_tells_what_failed(tmp_path: Path, clip: Path, caplog, capfd) -> None:
    (tmp_path / "broken.mkv").write_bytes(b"no video")
    with caplog.at_level(logging.WARNING, "dougagen"):
        report = dg.extract(
            [clip, tmp_path / "broken.mkv"], out=tmp_path / "shards", max_drawings=2, progress=False
        )
    assert [done.records for done in report.extracted] == [2]
    assert [failure.path.name for failure in report.failed] == ["broken.mkv"]
    assert "broken.mkv" in caplog.text
    assert "1 extracted, 0 already there, 1 failed" in repr(report)
    assert "broken.mkv" in report._repr_html_()
    assert len(dg.open_dataset(tmp_path / "shards")) == 2
    again = dg.extract(str(clip), out=str(tmp_path / "shards"), max_drawings=2, progress=False)
    assert again.already_there == (clip,)
    assert capfd.readouterr().out == ""


def test_a_script_may_extract_without_a_main_guard_and_sees_its_progress(tmp_path: Path, clip: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import dougagen as dg\n"
        "report = dg.extract('episode.mkv', out='shards', max_drawings=2)\n"
        "print(report.extracted[0].records)\n"
    )
    told = subprocess.run(
        [sys.executable, str(script)],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout == "2\n"
    assert "extract" in told.stderr
    assert "2 drawings" in told.stderr


def test_progress_can_be_silenced(clip: Path, capfd) -> None:
    list(dg.drawings(clip))
    assert "12/12" in capfd.readouterr().err
    list(dg.drawings(clip, progress=False))
    assert capfd.readouterr().err == ""


def test_a_bar_goes_on_where_nobody_knows_how_long_it_takes(capfd) -> None:
    with bar(True, name="e.mkv", unit="frames", total=None) as shown:
        shown.update(3)
    assert "e.mkv: 3 frames" in capfd.readouterr().err


@pytest.mark.slow
def test_a_type_checker_knows_what_comes_through_the_door(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "import dougagen as dg\n"
        "reveal_type(dg.open_dataset('shards')[0].triplet.douga)\n"
        "reveal_type(next(dg.drawings('e.mkv', stop=3)))\n"
        "dg.extract('e.mkv', out='shards', jobs='many')\n"
    )
    told = subprocess.run(
        [sys.executable, "-m", "mypy", str(program)], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout
    assert "dougagen.domain.pictures.Douga" in told
    assert "dougagen.domain.footage.Drawing" in told
    assert 'program.py:4: error: Argument "jobs"' in told
