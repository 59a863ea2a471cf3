"""Event files are what TensorBoard reads: checked against published figures and a reader written apart."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from dougagen.training.tensorboard import EventWriter, crc32c, record


def test_the_checksum_is_that_of_rfc_3720():
    """Appendix B.4: 32 zeros, 32 ones, 0 to 31; and the check value of CRC-32C."""
    assert crc32c(b"123456789") == 0xE3069283
    assert crc32c(bytes(32)) == 0x8A9136AA
    assert crc32c(b"\xff" * 32) == 0x62A8AB43
    assert crc32c(bytes(range(32))) == 0x46DD794E


def test_a_record_is_framed_as_tensorflow_frames_it():
    """Every event file begins with these twelve bytes: a length of 24, and its masked checksum."""
    framed = record(b"x" * 24)
    assert framed[:12].hex() == "1800000000000000a37f4b22"
    assert len(framed) == 8 + 4 + 24 + 4


def fields(message: bytes) -> list[tuple[int, object]]:
    """Protobuf, as its documentation has it: (field number, varint, double, float or bytes)."""
    found: list[tuple[int, object]] = []
    at = 0

    def varint() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(message):
        number, kind = divmod(varint(), 8)
        if kind == 0:
            found.append((number, varint()))
            continue
        size = {1: 8, 5: 4}.get(kind) or varint()
        raw = message[at : at + size]
        at += size
        found.append((number, struct.unpack("<d" if kind == 1 else "<f", raw)[0] if kind != 2 else raw))
    return found


def scalars(path: Path) -> list[tuple[int, str, float]]:
    """(step, tag, figure) of a file of events."""
    data, at, found = path.read_bytes(), 0, []
    while at < len(data):
        (size,) = struct.unpack_from("<Q", data, at)
        event = dict(fields(data[at + 12 : at + 12 + size]))
        at += 12 + size + 4
        for _, value in fields(event.get(5, b"")):
            tag, figure = dict(fields(value)).values()
            found.append((event[2], tag.decode(), figure))
    return found


def test_figures_come_back_with_their_steps_and_tags(tmp_path):
    writer = EventWriter(tmp_path, is_new_run=True)
    writer.add({"loss": 0.5, "mean_iou": float("nan")}, step=3)
    writer.add({"loss": 0.25}, step=100_000)
    assert scalars(writer.path) == [(3, "loss", 0.5), (100_000, "loss", 0.25)]
    version = fields(writer.path.read_bytes()[12 : 12 + 24])[1]
    assert version == (3, b"brain.Event:2")


def test_a_new_run_takes_away_the_curves_of_the_old_one_and_nothing_else(tmp_path):
    other = tmp_path / "events.out.tfevents.1.host"
    other.write_bytes(b"of another program")
    old = EventWriter(tmp_path, is_new_run=True).path
    resumed = EventWriter(tmp_path, is_new_run=False).path
    assert old.exists() and resumed.exists() and old != resumed  # noqa: PT018
    EventWriter(tmp_path, is_new_run=True)
    assert not old.exists()
    assert other.exists()


def test_a_figure_that_is_no_number_of_the_format_is_refused(tmp_path):
    with pytest.raises(OverflowError):
        EventWriter(tmp_path, is_new_run=True).add({"loss": 1e300}, step=1)
