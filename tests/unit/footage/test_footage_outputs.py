"""What ``probe`` writes for other programs, read as those programs do."""

from __future__ import annotations

import csv
import io
import json
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import opentimelineio as otio
import pytest

from dougagen.domain import Drawing, Episode, FrameSpan
from dougagen.errors import EpisodeError, UsageError
from dougagen.footage import OUTPUTS, Timesheet, require_places, write_outputs
from dougagen.footage.cut_lists import edl_text, otio_text, timecode
from dougagen.footage.frame_lists import frames_text, time_of, timecodes_text
from dougagen.footage.sheet_csv import csv_text

RATES = {"24": Fraction(24), "film": Fraction(24000, 1001), "pal": Fraction(25)}
NTSC = {29.97: Fraction(30000, 1001), 59.94: Fraction(60000, 1001)}


def drawing(shot: int, number: int, *spans: tuple[int, int], rate: Fraction = Fraction(24)) -> Drawing:
    exposures = tuple(FrameSpan(*span) for span in spans)
    picture = np.zeros((1, 1, 3), np.uint8)
    time = spans[0][0] / rate
    return Drawing("0" * 16, shot, exposures, picture, drawing_index=number, time=Fraction(time))


DRAWINGS = (
    drawing(0, 0, (0, 2), (4, 7)),
    drawing(0, 1, (2, 4)),
    drawing(1, 2, (7, 10)),
    drawing(1, 3, (12, 13)),  # frames 10 and 11 belong to no drawing
)
SHEET = Timesheet.of(DRAWINGS, frame_rate=Fraction(24))
VIDEO = Episode("0" * 16, Path("/videos/ep 1.mkv"), 16, 9, Fraction(24), announced_frames=13)


def test_the_csv_has_a_column_a_cut_and_a_number_where_a_drawing_begins() -> None:
    rows = list(csv.reader(io.StringIO(csv_text(SHEET.shots))))
    assert rows[:2] == [["Frame", "c001", "c002"], ["", "A", "A"]]
    assert [row[0] for row in rows[2:]] == [str(n) for n in range(1, 9)]
    assert [row[1] for row in rows[2:]] == ["1", "", "2", "", "1", "", "", "×"]
    assert [row[2] for row in rows[2:]] == ["1", "", "", "×", "", "2", "×", ""]


@pytest.mark.parametrize("rate", RATES.values(), ids=RATES)
@pytest.mark.parametrize("frame", [0, 1, 23, 24, 1439, 1440, 100_000])
def test_a_timecode_without_drop_is_the_one_of_opentimelineio(rate: Fraction, frame: int) -> None:
    nominal = round(rate)
    theirs = otio.opentime.to_timecode(otio.opentime.RationalTime(frame, nominal), nominal)
    assert timecode(frame, rate) == theirs


@pytest.mark.parametrize("rate", NTSC)
def test_a_timecode_of_ntsc_drops_numbers_as_that_of_opentimelineio_does(rate: float) -> None:
    nominal = round(rate)
    minutes = [60 * nominal * n for n in (1, 2, 9, 10, 11, 20, 60, 600)]
    frames = [0, 29, *(edge + near for edge in minutes for near in range(-40, 8))]
    for frame in frames:
        time = otio.opentime.RationalTime(frame, rate)
        theirs = otio.opentime.to_timecode(time, rate, drop_frame=True)
        assert timecode(frame, NTSC[rate]) == theirs, frame
    assert timecode(1799, NTSC[29.97]) == "00:00:59;29"  # by hand, as SMPTE 12M has it
    assert timecode(1800, NTSC[29.97]) == "00:01:00;02"
    assert timecode(17982, NTSC[29.97]) == "00:10:00;00"


def test_an_edl_lists_cut_after_cut_and_says_whether_it_drops() -> None:
    lines = edl_text(SHEET, VIDEO).splitlines()
    assert lines[:2] == ["TITLE: ep 1", "FCM: NON-DROP FRAME"]
    first, second = (line for line in lines if line[:3].isdigit())
    assert first == "001  AX       V     C        00:00:00:00 00:00:00:07 00:00:00:00 00:00:00:07"
    assert second.split()[4:] == ["00:00:00:07", "00:00:00:13", "00:00:00:07", "00:00:00:13"]
    dropping = edl_text(SHEET, replace(VIDEO, frame_rate=Fraction(30000, 1001)))
    assert "FCM: DROP FRAME" in dropping
    assert "00:00:00;07" in dropping
    with pytest.raises(EpisodeError, match="no timecode"):
        edl_text(SHEET, replace(VIDEO, frame_rate=Fraction(1, 4)))


def test_of_a_part_the_cuts_keep_their_place_in_the_file_and_begin_at_zero_in_the_list() -> None:
    part = edl_text(Timesheet.of(DRAWINGS[2:]), VIDEO)
    assert "00:00:00:07 00:00:00:13 00:00:00:00 00:00:00:06" in part


def test_a_hostile_name_writes_no_event_into_a_list() -> None:
    hostile = replace(VIDEO, path=Path("/x/a\n002  AX  V  C  \x1b[2J\u202e.mkv"))
    text = edl_text(SHEET, hostile)
    assert sum(line[:3].isdigit() for line in text.splitlines()) == 2
    assert all(line.isprintable() for line in text.splitlines())
    assert json.loads(otio_text(SHEET, hostile))["name"].isprintable()


def test_opentimelineio_reads_the_timeline_with_its_cuts_and_drawings() -> None:
    timeline = otio.adapters.read_from_string(otio_text(SHEET, VIDEO), "otio_json")
    clips = list(timeline.find_clips())
    assert [clip.name for clip in clips] == ["c001", "c002"]
    assert [clip.source_range.start_time.value for clip in clips] == [0, 7]
    assert [clip.source_range.duration.value for clip in clips] == [7, 6]
    assert [marker.name for marker in clips[0].markers] == ["drawing 1", "drawing 2", "drawing 1"]
    assert clips[0].media_reference.target_url == "file:///videos/ep%201.mkv"
    assert clips[0].metadata["dougagen"]["drawings"] == 2


def test_frames_and_timecodes_have_a_line_for_each_exposure() -> None:
    assert frames_text(SHEET).split() == ["0", "2", "4", "7", "12"]
    header, *times = timecodes_text(SHEET, VIDEO).splitlines()
    assert header == "# timecode format v2"
    assert [round(float(time) * 24 / 1000) for time in times] == [0, 2, 4, 7, 12]


def test_times_are_exact_for_even_frames_and_those_of_the_file_for_others() -> None:
    rounded = tuple((frame, Fraction(round(1000 * frame / 24), 1000)) for frame in (0, 2, 7, 12))
    even = timecodes_text(replace(SHEET, frame_times=rounded), VIDEO)
    assert even.splitlines()[2] == "83.333333"
    uneven = ((0, Fraction(0)), (2, Fraction(1)), (7, Fraction(2)))
    assert [time_of(frame, uneven, Fraction(10)) for frame in (0, 1, 2, 4, 9)] == [
        0, Fraction(1, 2), 1, Fraction(7, 5), Fraction(11, 5),
    ]  # fmt: skip
    assert timecodes_text(replace(SHEET, frame_times=uneven), VIDEO).splitlines()[2] == "1000.000000"


@pytest.mark.parametrize("kind", OUTPUTS)
def test_a_file_that_is_there_is_refused_and_replaced_only_by_its_own_kind(kind: str, tmp_path: Path) -> None:
    file = tmp_path / "file"
    place = {kind: str(file)}
    assert write_outputs(place, SHEET, VIDEO) == {kind: (file,)}
    before = file.read_bytes()
    with pytest.raises(UsageError, match="--overwrite"):
        require_places(place, replace=False)
    write_outputs(place, Timesheet.of(DRAWINGS[2:]), VIDEO, replace=True)
    assert file.read_bytes() != before
    for foreign in (b"\x1aE\xdf\xa3 a video", b"a letter"):
        file.write_bytes(foreign)
        with pytest.raises(UsageError, match="not overwritten"):
            write_outputs(place, SHEET, VIDEO, replace=True)
        assert file.read_bytes() == foreign
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("kind", ["xdts", "csv"])
def test_a_slash_at_the_end_makes_a_folder_with_a_file_for_each_cut(kind: str, tmp_path: Path) -> None:
    written = write_outputs({kind: f"{tmp_path}/sheets/"}, SHEET, VIDEO)[kind]
    assert written == tuple(tmp_path / "sheets" / f"cut_000{n}.{kind}" for n in (1, 2))
    with pytest.raises(UsageError, match="--overwrite"):
        require_places({kind: str(tmp_path / "sheets")}, replace=False)
    assert write_outputs({kind: str(tmp_path / "sheets")}, SHEET, VIDEO, replace=True)[kind] == written


@pytest.mark.parametrize(
    ("places", "said"),
    [
        ({"edl": "{tmp}"}, "is a folder"),
        ({"edl": "{tmp}/new/"}, "is a folder"),
        ({"csv": "{tmp}/gone/sheet.csv"}, "no such folder"),
        ({"csv": "{tmp}/gone/sheets/"}, "no such folder"),
        ({"csv": "{tmp}/file/"}, "is a file"),
        ({"edl": "{tmp}/a", "frames": "{tmp}/a"}, "both want this file"),
        ({"frames": "s3://bucket/frames.txt"}, "s3:// addresses"),
    ],
)
def test_a_place_that_cannot_be_is_refused_in_a_line(
    places: dict[str, str], said: str, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(UsageError, match=said):
        require_places({kind: path.format(tmp=tmp_path) for kind, path in places.items()}, replace=False)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_without_opentimelineio_the_line_says_what_to_install(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "opentimelineio", None)
    with pytest.raises(UsageError, match=r"pip install 'dougagen\[export\]'"):
        require_places({"otio": str(tmp_path / "a.otio")}, replace=False)
