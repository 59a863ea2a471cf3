"""Labels as files: out for a drawing program, back as records, and what strangers put in a folder."""

import os
import struct
import zlib

import cv2
import numpy as np
import pytest

from dougagen.domain import PALETTE, CelMask, Douga, Origin, Triplet
from dougagen.errors import LabelError
from dougagen.labels import export_label, import_labels, read_labels


def triplet(*, seed=0, height=24, width=32):
    rng = np.random.default_rng(seed)
    color = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
    classes = np.zeros((height, width), np.uint8)
    classes[4:12, 5:20] = 6
    classes[12:14, 5:20] = 1
    classes[2, 2:9] = np.arange(2, 9)
    mask = np.zeros((height, width), bool)
    mask[1:15, 1:21] = True
    return Triplet(color, CelMask(mask), Douga(classes))


def problem_of(folder):
    read = import_labels(folder)
    assert read.records == ()
    (problem,) = read.problems
    assert "\n" not in problem.reason
    return problem.reason


def rewrite(path, picture):
    assert cv2.imwrite(str(path), picture)


# ---- out and back -------------------------------------------------------------------------------------
def test_a_label_written_out_comes_back_pixel_by_pixel(tmp_path):
    wanted = triplet()
    paths = export_label(wanted, tmp_path, "ep_0012")
    assert [p.name for p in paths] == ["ep_0012_color.png", "ep_0012_douga.png", "ep_0012_cel_mask.png"]
    (record,) = import_labels(tmp_path).records
    assert (record.triplet.color == wanted.color).all()
    assert (record.triplet.cel_mask.pixels == wanted.cel_mask.pixels).all()
    assert (record.triplet.douga.classes == wanted.douga.classes).all()


def test_an_exported_douga_is_a_palette_picture_in_our_colours(tmp_path):
    wanted = triplet()
    _, douga, _ = export_label(wanted, tmp_path, "a")
    assert douga.read_bytes()[24:26] == bytes([8, 3])  # IHDR: bit depth 8, colour type palette
    assert (cv2.imread(str(douga))[..., ::-1] == PALETTE[wanted.douga.classes]).all()


def test_an_artists_record_says_where_it_comes_from(tmp_path):
    export_label(triplet(), tmp_path, "a")
    (record,) = import_labels(tmp_path).records
    provenance = record.provenance
    assert (provenance.origin, provenance.source, provenance.models) == (Origin.ARTIST, "a_color.png", "")
    assert record.record_id == f"{provenance.episode_id}/0"
    assert (provenance.picture_area.width, provenance.picture_area.height) == (32, 24)


def test_an_artists_record_is_named_by_the_picture_and_not_by_what_was_drawn(tmp_path):
    for name, seed, line in (("a", 1, 1), ("b", 1, 2), ("c", 2, 1)):
        (tmp_path / name).mkdir()
        wanted = triplet(seed=seed)
        classes = wanted.douga.classes.copy()
        classes[13, 5:20] = line
        export_label(Triplet(wanted.color, wanted.cel_mask, Douga(classes)), tmp_path / name, "x")
    one, redrawn, other = (import_labels(tmp_path / name).records[0] for name in "abc")
    assert one.record_id == redrawn.record_id != other.record_id
    assert one.provenance.config_digest != redrawn.provenance.config_digest


def test_two_labels_of_one_picture_contradict_each_other(tmp_path):
    for stem in ("a", "b"):
        export_label(triplet(), tmp_path, stem)
    read = import_labels(tmp_path)
    assert [label.stem for label in read.labels] == ["a"]
    assert "b_color.png': shows the same picture as the label 'a'" in read.problems[0].reason


def test_a_stem_with_a_folder_in_it_is_refused(tmp_path):
    with pytest.raises(LabelError, match="plain file name"):
        export_label(triplet(), tmp_path, "../a")


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path):
    with pytest.raises(LabelError, match="cannot be written"):
        export_label(triplet(), tmp_path / "missing", "a")


# ---- kinds of files -------------------------------------------------------------------------------------
def test_a_transparent_douga_is_read_over_white(tmp_path):
    _, douga, _ = export_label(triplet(), tmp_path, "a")
    picture = np.zeros((24, 32, 4), np.uint8)
    picture[12:14, 5:20] = (0, 0, 0, 255)
    rewrite(douga, picture)
    (record,) = import_labels(tmp_path).records
    assert np.bincount(record.triplet.douga.classes.ravel()).tolist() == [24 * 32 - 30, 30]


def test_transparent_paper_is_told(tmp_path):
    _, douga, mask = export_label(triplet(), tmp_path, "a")
    picture = np.zeros((24, 32, 4), np.uint8)
    picture[12:14, 5:20] = (0, 0, 0, 255)
    rewrite(douga, picture)
    paper = np.zeros((24, 32, 4), np.uint8)
    paper[1:15, 1:21] = 255
    rewrite(mask, paper)
    (label,) = import_labels(tmp_path).labels
    assert label.notes == (
        "its douga is transparent and was read over white",
        "its cel_mask is transparent and was read over black",
    )
    assert label.record.triplet.cel_mask.pixels.sum() == 14 * 20


@pytest.mark.parametrize("part", ["douga", "cel_mask"])
def test_a_hidden_layer_that_was_saved_is_no_empty_drawing(tmp_path, part):
    export_label(triplet(), tmp_path, "a")
    rewrite(tmp_path / f"a_{part}.png", np.zeros((24, 32, 4), np.uint8))
    assert f"a_{part}.png': is transparent all over" in problem_of(tmp_path)


@pytest.mark.parametrize("part", ["color", "douga", "cel_mask"])
def test_16_bits_a_channel_are_refused(tmp_path, part):
    export_label(triplet(), tmp_path, "a")
    rewrite(tmp_path / f"a_{part}.png", np.full((24, 32, 3), 65535, np.uint16))
    assert f"a_{part}.png': has 16 bits a channel" in problem_of(tmp_path)


def png(kind, bits, rows, *chunks):
    """A PNG of one colour type by hand: what OpenCV does not write."""

    def chunk(name, payload):
        return (
            struct.pack(">I", len(payload)) + name + payload + struct.pack(">I", zlib.crc32(name + payload))
        )

    header = struct.pack(">IIBBBBB", len(rows[0]) * 8 // bits, len(rows), bits, kind, 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + row for row in rows))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        chunk(*c) for c in ((b"IHDR", header), *chunks, (b"IDAT", data), (b"IEND", b""))
    )


def test_a_palette_of_the_artists_own_order_and_of_one_bit_is_read_by_its_colours(tmp_path):
    _, douga, _ = export_label(triplet(), tmp_path, "a")
    rows = [bytes(4) if y != 12 else bytes([0, 0b00111111, 0xF0, 0]) for y in range(24)]
    douga.write_bytes(png(3, 1, rows, (b"PLTE", bytes([255, 255, 255, 80, 0, 130]))))
    (record,) = import_labels(tmp_path).records
    assert record.triplet.douga.classes[12, 8:22].tolist() == [0] * 2 + [2] * 10 + [0] * 2


@pytest.mark.parametrize("gamma", [45455, 100000])
def test_a_gamma_chunk_changes_no_sample(tmp_path, gamma):
    _, douga, _ = export_label(triplet(), tmp_path, "a")
    rows = [bytes([255] * 32) if y != 12 else bytes([255] * 8 + [0] * 8 + [255] * 16) for y in range(24)]
    douga.write_bytes(png(0, 8, rows, (b"gAMA", struct.pack(">I", gamma))))
    (record,) = import_labels(tmp_path).records
    assert np.flatnonzero(record.triplet.douga.classes[12]).tolist() == [*range(8, 16)]


def test_a_color_may_be_a_jpeg(tmp_path):
    color, *_ = export_label(triplet(), tmp_path, "a")
    rewrite(color.with_suffix(".jpg"), cv2.imread(str(color)))
    color.unlink()
    (record,) = import_labels(tmp_path).records
    assert record.provenance.source == "a_color.jpg"


@pytest.mark.parametrize("name", ["a_douga.jpg", "a_douga.png"])
def test_a_jpeg_douga_is_refused_under_any_name(tmp_path, name):
    _, douga, _ = export_label(triplet(), tmp_path, "a")
    douga.unlink()
    _, data = cv2.imencode(".jpg", np.full((24, 32, 3), 255, np.uint8))
    (tmp_path / name).write_bytes(data.tobytes())
    assert "is a JPEG, which smears thin lines; draw in PNG from the start" in problem_of(tmp_path)


# ---- what goes wrong ------------------------------------------------------------------------------------
def test_a_bad_label_does_not_stop_the_good_ones(tmp_path):
    for seed, stem in enumerate(("a", "b", "c")):
        export_label(triplet(seed=seed), tmp_path, stem)
    (tmp_path / "b_douga.png").write_bytes(b"no picture")
    read = import_labels(tmp_path)
    assert [record.provenance.source for record in read.records] == ["a_color.png", "c_color.png"]
    assert [problem.stem for problem in read.problems] == ["b"]


def test_labels_come_one_by_one(tmp_path):
    for seed, stem in enumerate(("a", "b")):
        export_label(triplet(seed=seed), tmp_path, stem)
    labels = read_labels(tmp_path)
    assert next(labels).record.provenance.source == "a_color.png"
    (tmp_path / "b_color.png").unlink()
    assert "b_color.png" in next(labels).reason


@pytest.mark.parametrize("part", ["color", "douga", "cel_mask"])
def test_a_missing_part_is_named(tmp_path, part):
    export_label(triplet(), tmp_path, "a")
    (tmp_path / f"a_{part}.png").unlink()
    assert f"the label 'a' lacks 'a_{part}.png'" in problem_of(tmp_path)


def test_a_part_that_was_saved_as_something_else_is_named(tmp_path):
    _, douga, _ = export_label(triplet(), tmp_path, "a")
    douga.rename(tmp_path / "a_douga.psd")
    assert "lacks 'a_douga.png'; save 'a_douga.psd' as PNG" in problem_of(tmp_path)


@pytest.mark.parametrize("part", ["douga", "cel_mask"])
def test_another_size_is_named_with_both(tmp_path, part):
    export_label(triplet(), tmp_path, "a")
    rewrite(tmp_path / f"a_{part}.png", np.full((24, 30, 3), 255, np.uint8))
    assert "is 30×24, its color is 32×24" in problem_of(tmp_path)


def test_a_color_picture_given_as_douga_is_noticed(tmp_path):
    color, douga, _ = export_label(triplet(), tmp_path, "a")
    douga.write_bytes(color.read_bytes())
    assert "far from every palette colour" in problem_of(tmp_path)


def test_a_grey_cel_mask_is_a_problem_with_its_remedy(tmp_path):
    _, _, mask = export_label(triplet(), tmp_path, "a")
    rewrite(mask, np.full((24, 32), 128, np.uint8))
    assert "a_cel_mask.png': is not a cel mask" in problem_of(tmp_path)


def test_a_transparent_color_is_a_problem(tmp_path):
    color, *_ = export_label(triplet(), tmp_path, "a")
    rewrite(color, np.full((24, 32, 4), 100, np.uint8))
    assert "has transparent pixels; flatten it" in problem_of(tmp_path)


def test_a_picture_that_is_no_part_of_a_label_is_named_and_other_files_are_not(tmp_path):
    rewrite(tmp_path / "cover.png", np.zeros((4, 4, 3), np.uint8))
    (tmp_path / "notes.txt").write_text("hello")
    (tmp_path / ".hidden_douga.png").write_bytes(b"")
    assert "cover.png': is not part of a label" in problem_of(tmp_path)


def test_two_files_for_one_part_are_named(tmp_path):
    color, *_ = export_label(triplet(), tmp_path, "a")
    rewrite(color.with_suffix(".jpg"), np.zeros((24, 32, 3), np.uint8))
    read = import_labels(tmp_path)
    assert [problem.stem for problem in read.problems] == ["a_color.png"]


def test_a_folder_that_is_not_there_is_one_line(tmp_path):
    with pytest.raises(LabelError, match="cannot be read"):
        import_labels(tmp_path / "missing")


# ---- hostile files --------------------------------------------------------------------------------------
def png_announcing(width, height):
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I", 13)
        + header
        + struct.pack(">I", zlib.crc32(header))
        + struct.pack(">I", 0)
        + b"IEND"
        + struct.pack(">I", zlib.crc32(b"IEND"))
    )


def jpeg_announcing(width, height):
    return b"\xff\xd8\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\x00\xff\xd9"


@pytest.mark.parametrize("data", [png_announcing(60_000, 60_000), jpeg_announcing(60_000, 60_000)])
def test_a_picture_that_announces_billions_of_pixels_is_not_decoded(tmp_path, data):
    color, *_ = export_label(triplet(), tmp_path, "a")
    color.write_bytes(data)
    assert "announces 60000×60000 pixels, more than 35,389,440" in problem_of(tmp_path)


@pytest.mark.parametrize("keep", [0, 4, 20, 60, -30, -1])
def test_a_cut_off_png_is_damaged_and_not_half_a_label(tmp_path, keep):
    _, douga, _ = export_label(triplet(), tmp_path, "a")
    douga.write_bytes(douga.read_bytes()[:keep])
    assert "a_douga.png'" in problem_of(tmp_path)


def test_a_flipped_bit_is_noticed(tmp_path):
    color, *_ = export_label(triplet(), tmp_path, "a")
    data = bytearray(color.read_bytes())
    data[200] ^= 16
    color.write_bytes(data)
    assert "is damaged or incomplete" in problem_of(tmp_path)


def test_a_png_without_picture_data_is_damaged(tmp_path):
    color, *_ = export_label(triplet(), tmp_path, "a")
    color.write_bytes(png_announcing(32, 24))
    assert "is damaged" in problem_of(tmp_path)


def test_a_jpeg_that_is_only_a_header_is_damaged(tmp_path):
    color, *_ = export_label(triplet(), tmp_path, "a")
    color.write_bytes(jpeg_announcing(32, 24))
    assert "is damaged" in problem_of(tmp_path)


def test_a_name_that_is_no_text_is_stored_as_text(tmp_path):
    paths = export_label(triplet(), tmp_path, "a")
    for path in paths:
        path.rename(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9" + path.name[1:].encode()))
    (record,) = import_labels(tmp_path).records
    assert record.provenance.source == "caf\\xe9_color.png"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes are POSIX")
def test_a_pipe_is_not_waited_for(tmp_path):
    color, *_ = export_label(triplet(), tmp_path, "a")
    color.unlink()
    os.mkfifo(color)
    assert "a pipe lies where a file is needed" in problem_of(tmp_path)


def test_a_name_with_control_characters_stays_on_one_line(tmp_path):
    (tmp_path / "a\n\x1b[31m_douga.png").write_bytes(b"x")
    assert "\x1b" not in problem_of(tmp_path)
