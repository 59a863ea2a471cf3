"""What lies in the folder that an artist gets."""

import struct

import numpy as np
import pytest

from dougagen.domain import ALSO_READ, PALETTE, CelMask, Douga, DougaClass, Triplet
from dougagen.errors import LabelError
from dougagen.labels import export_label, export_records
from dougagen.labels.artist_guide import guide_files
from dougagen.labels.export import label_paths


class One:
    """What export asks of a record."""

    def __init__(self, record_id, level=0):
        self.record_id = record_id
        color = np.full((4, 6, 3), level, np.uint8)
        self.triplet = Triplet(color, CelMask(np.zeros((4, 6), bool)), Douga(np.zeros((4, 6), np.uint8)))


def test_a_page_and_the_palette_lie_beside_the_drawings(tmp_path):
    assert export_records([One("ab/1"), One("ab/2")], tmp_path).written == 2
    names = {path.name for path in tmp_path.iterdir()}
    pictures = {f"ab_{n}_{part}.png" for n in (1, 2) for part in ("color", "douga", "cel_mask")}
    assert names == pictures | {"README.txt", "palette.gpl", "palette.aco"}


def test_what_an_artist_has_corrected_is_left_as_it_is(tmp_path):
    export_records([One("ab/1")], tmp_path)
    (tmp_path / "ab_1_douga.png").write_bytes(b"a day of work")
    report = export_records([One("ab/1"), One("ab/2")], tmp_path)
    assert (report.written, report.kept) == (1, 1)
    assert (tmp_path / "ab_1_douga.png").read_bytes() == b"a day of work"
    assert export_records([One("ab/1")], tmp_path, on_existing="redo").written == 1
    assert (tmp_path / "ab_1_douga.png").read_bytes() != b"a day of work"


def test_a_label_of_which_a_part_is_missing_is_written_again(tmp_path):
    export_records([One("ab/1")], tmp_path)
    (tmp_path / "ab_1_color.png").unlink()
    assert export_records([One("ab/1")], tmp_path).written == 1


def test_nothing_half_written_stays_under_a_labels_name(tmp_path):
    (tmp_path / "x_douga.png").mkdir()  # cannot be replaced by a file
    with pytest.raises(LabelError, match=r"x_douga\.png': cannot be written"):
        export_label(One("x").triplet, tmp_path, "x")
    assert {path.name for path in tmp_path.iterdir()} == {"x_color.png", "x_douga.png"}


@pytest.mark.parametrize("stem", ["", "a/b", "..", ".hidden", "a\nb", "a\0b"])
def test_a_stem_that_is_no_plain_name_is_refused(tmp_path, stem):
    with pytest.raises(LabelError, match="plain file name"):
        label_paths(tmp_path, stem)


def test_the_page_names_every_colour_that_is_read():
    page = guide_files()["README.txt"].decode()
    for c in DougaClass:
        (line,) = (line for line in page.splitlines() if line.startswith(f"  {c.label}  "))
        for color in (PALETTE[c].tolist(), *ALSO_READ.get(c, ())):
            assert "#{:02x}{:02x}{:02x}".format(*color) in line


def test_the_palette_of_gimp_holds_the_written_colours_first():
    lines = guide_files()["palette.gpl"].decode().splitlines()
    assert lines[0] == "GIMP Palette"
    colors = [list(map(int, line.split()[:3])) for line in lines[4:]]
    assert colors[:10] == PALETTE.tolist()
    assert len(colors) == 10 + sum(map(len, ALSO_READ.values()))


def test_the_swatches_of_photoshop_are_named_and_end_where_they_say():
    data, names, colors = guide_files()["palette.aco"], [], []
    version, count = struct.unpack_from(">HH", data)
    assert version == 1
    at = 4 + 10 * count
    assert struct.unpack_from(">HH", data, at) == (2, count)
    at += 4
    for _ in range(count):
        space, red, green, blue, _, length = struct.unpack_from(">5HI", data, at)
        assert space == 0
        names.append(data[at + 14 : at + 14 + 2 * length].decode("utf-16-be"))
        colors.append([red >> 8, green >> 8, blue >> 8])
        at += 14 + 2 * length
    assert at == len(data)
    assert colors[:10] == PALETTE.tolist()
    assert names[1] == "visible line\0"
