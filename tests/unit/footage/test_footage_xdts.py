"""XDTS files: checked against the rules of the format by a reader that shares nothing with the writer."""

from __future__ import annotations

import itertools
import json
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dougagen.domain import Drawing, Episode, FrameSpan
from dougagen.errors import EpisodeError, UsageError
from dougagen.footage import Timesheet, require_places, write_outputs

VIDEO = Episode("0" * 16, Path("episode.mkv"), 16, 9, Fraction(24))


def write_xdts(path: Path, timesheet: Timesheet, *, replace: bool = False) -> tuple[Path, ...]:
    return write_outputs({"xdts": str(path)}, timesheet, VIDEO, replace=replace)["xdts"]


def require_xdts_place(path: Path, *, replace: bool) -> None:
    require_places({"xdts": str(path)}, replace=replace)


EMPTY = None


def drawing(shot: int, index: int, *spans: tuple[int, int]) -> Drawing:
    image = np.zeros((2, 2, 3), np.uint8)
    return Drawing("0" * 16, shot, tuple(FrameSpan(*span) for span in spans), image, index)


EPISODE = Timesheet.of(
    [
        drawing(0, 0, (0, 2), (5, 7)),  # comes back: one number
        drawing(0, 1, (2, 5)),
        drawing(0, 2, (7, 8)),
        drawing(1, 3, (8, 30)),
        drawing(2, 4, (30, 31)),
        drawing(2, 5, (33, 36)),  # after two frames that belong to no drawing
    ]
)
SHEETS = [
    ["1", "1", "2", "2", "2", "1", "1", "3"],
    ["1"] * 22,
    ["1", EMPTY, EMPTY, "2", "2", "2"],
]


def xdts_of(path: Path) -> dict[str, Any]:
    """What stands below the line that names the format."""
    data = path.read_bytes()
    first, _, rest = data.partition(b"\n")
    assert first == b"exchangeDigitalTimeSheet Save Data"
    return json.loads(rest)


def require_rules(document: dict[str, Any]) -> None:
    """The published schema (Celsys, 29 November 2018) and the issue's rules, as far as a cell sheet goes."""
    assert document["version"] == 5
    assert set(document) <= {"header", "timeTables", "version"}
    for key in ("cut", "scene"):
        assert re.fullmatch(r"\d{1,4}", document["header"][key])
    assert document["timeTables"]
    for table in document["timeTables"]:
        assert isinstance(table["name"], str)
        assert type(table["duration"]) is int
        assert table["duration"] >= 1
        names = {header["fieldId"]: header["names"] for header in table["timeTableHeaders"]}
        assert all(field["fieldId"] in (0, 3, 5) for field in table["fields"])
        (cells,) = [field for field in table["fields"] if field["fieldId"] == 0]
        for track in cells["tracks"]:
            assert 0 <= track["trackNo"] < len(names[0])
            frames = [frame["frame"] for frame in track["frames"]]
            assert frames == sorted(set(frames)), "each frame once, in order"
            assert frames[0] == 0
            assert frames[-1] == table["duration"], "closed at the frame after the last"
            values = []
            for frame in track["frames"]:
                (data,) = frame["data"]
                assert data["id"] == 0
                (value,) = data["values"]
                assert value == "SYMBOL_NULL_CELL" or re.fullmatch(r"[1-9]\d*", value)
                values.append(value)
            assert values[-1] == "SYMBOL_NULL_CELL"
            assert all(a != b for a, b in itertools.pairwise(values)), "changes only"


def as_opentoonz_reads(table: dict[str, Any]) -> list[str | None]:
    """The cells of the first layer, frame by frame, by the way OpenToonz lays out a track.

    Each entry goes on until the next; an empty last entry ends the layer, another is held to the end.
    """
    track = table["fields"][0]["tracks"][0]
    assert table["timeTableHeaders"][0]["names"][track["trackNo"]] == "A"
    cells: list[str | None] = []
    for entry in sorted(track["frames"], key=lambda entry: entry["frame"]):
        while len(cells) < entry["frame"]:
            cells.append(cells[-1] if cells else "1")
        value = entry["data"][0]["values"][0]
        cells.append(EMPTY if value == "SYMBOL_NULL_CELL" else value)
    assert cells.pop() is EMPTY
    return cells


def test_an_episode_is_one_document_with_a_timetable_for_every_shot(tmp_path: Path) -> None:
    path = tmp_path / "episode.xdts"
    assert write_xdts(path, EPISODE) == (path,)
    document = xdts_of(path)
    require_rules(document)
    assert [as_opentoonz_reads(table) for table in document["timeTables"]] == SHEETS
    assert [table["name"] for table in document["timeTables"]] == ["c001", "c002", "c003"]
    assert document["header"] == {"cut": "1", "scene": "1"}


def test_a_folder_takes_a_document_for_every_shot_as_studios_keep_them(tmp_path: Path) -> None:
    files = write_xdts(tmp_path, EPISODE)
    assert sorted(tmp_path.iterdir()) == list(files)
    assert [file.name for file in files] == ["cut_0001.xdts", "cut_0002.xdts", "cut_0003.xdts"]
    for number, (file, sheet) in enumerate(zip(files, SHEETS, strict=True), start=1):
        document = xdts_of(file)
        require_rules(document)
        assert document["header"]["cut"] == str(number)
        assert [as_opentoonz_reads(table) for table in document["timeTables"]] == [sheet]


def test_any_timesheet_is_read_back_frame_by_frame(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    drawings, sheets, frame = [], [], 0
    for shot in range(40):
        pool: dict[int, list[tuple[int, int]]] = {}
        order: dict[int, int] = {}
        sheet: list[str | None] = []
        shown = -1
        for _ in range(int(rng.integers(1, 12))):
            shown = int(rng.choice([i for i in range(5) if i != shown]))
            held = int(rng.integers(1, 9))
            pool.setdefault(shown, []).append((frame, frame + held))
            sheet += [str(order.setdefault(shown, len(order) + 1))] * held
            frame += held
        drawings += [drawing(shot, 5 * shot + one, *spans) for one, spans in pool.items()]
        sheets.append(sheet)
    path = tmp_path / "all.xdts"
    write_xdts(path, Timesheet.of(drawings))
    document = xdts_of(path)
    require_rules(document)
    assert [as_opentoonz_reads(table) for table in document["timeTables"]] == sheets


def test_a_file_that_is_there_is_kept_unless_it_is_a_timesheet_that_may_go(tmp_path: Path) -> None:
    sheet, video = tmp_path / "episode.xdts", tmp_path / "episode.mkv"
    write_xdts(sheet, EPISODE)
    video.write_bytes(b"\x1aE\xdf\xa3")
    before = sheet.read_bytes()
    shorter = Timesheet.of([drawing(0, 0, (0, 2))])
    with pytest.raises(UsageError, match="overwrite"):
        write_xdts(sheet, shorter)
    assert sheet.read_bytes() == before
    write_xdts(sheet, shorter, replace=True)
    assert len(xdts_of(sheet)["timeTables"]) == 1
    for replace in (False, True):
        with pytest.raises(UsageError):
            write_xdts(video, EPISODE, replace=replace)
    assert video.read_bytes() == b"\x1aE\xdf\xa3"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["episode.mkv", "episode.xdts"]


def test_sheets_of_other_shots_in_the_folder_are_not_mixed_with_new_ones(tmp_path: Path) -> None:
    write_xdts(tmp_path, EPISODE)
    with pytest.raises(UsageError, match="cut_0001"):
        require_xdts_place(tmp_path, replace=False)
    require_xdts_place(tmp_path, replace=True)


def test_a_timesheet_without_a_shot_is_no_timesheet(tmp_path: Path) -> None:
    with pytest.raises(EpisodeError, match="no shot"):
        write_xdts(tmp_path / "none.xdts", Timesheet(()))
    with pytest.raises(UsageError, match="no such folder"):
        write_xdts(tmp_path / "gone" / "episode.xdts", EPISODE)
    assert not list(tmp_path.iterdir())
