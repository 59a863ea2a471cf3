"""Scalars for TensorBoard, written by hand: two records' worth of format against 200 MB of dependencies.

A file of events is a sequence of TFRecords (length, its checksum, bytes, their checksum; CRC-32C, masked),
each a protobuf ``Event``: wall time (1, double), step (2, varint), and either the file's version (3, string)
or a ``Summary`` (5) of values (1) with a tag (1, string) and a figure (2, float). Nothing else is written.
"""

from __future__ import annotations

import math
import os
import socket
import struct
import time
from collections.abc import Mapping
from pathlib import Path

_POLYNOMIAL = 0x82F63B78  # CRC-32C (Castagnoli), bits reversed
_DELTA = 0xA282EAD8  # of the mask in TensorFlow's lib/hash/crc32c.h
_SUFFIX = ".dougagen"
_DOUBLE, _BYTES, _FLOAT = 1, 2, 5  # wire types of protobuf


def _row(number: int) -> int:
    for _ in range(8):
        number = (number >> 1) ^ (_POLYNOMIAL if number & 1 else 0)
    return number


_TABLE = tuple(_row(number) for number in range(256))


class EventWriter:
    """One file of events in a folder; every call leaves whole records, so that a killed run can be read."""

    def __init__(self, folder: Path, *, is_new_run: bool) -> None:
        """Files that an earlier run of ours left in ``folder`` go if this is a new one, else they stay."""
        folder.mkdir(parents=True, exist_ok=True)
        if is_new_run:
            for old in folder.glob(f"events.out.tfevents.*{_SUFFIX}"):
                old.unlink()
        host = socket.gethostname().replace("/", "-")
        self.path = folder / f"events.out.tfevents.{time.time_ns()}.{host}.{os.getpid()}{_SUFFIX}"
        self._append(_double(1, time.time()) + _bytes(3, b"brain.Event:2"))

    def add(self, scalars: Mapping[str, float], *, step: int) -> None:
        """A figure for every tag at ``step``; those that are not finite have no place in a curve."""
        values = b"".join(
            _bytes(1, _bytes(1, tag.encode()) + _float(2, figure))
            for tag, figure in scalars.items()
            if math.isfinite(figure)
        )
        self._append(_double(1, time.time()) + _varint(2 << 3) + _varint(step) + _bytes(5, values))

    def _append(self, event: bytes) -> None:
        with self.path.open("ab") as file:
            file.write(record(event))


def record(data: bytes) -> bytes:
    """``data`` as a TFRecord."""
    length = struct.pack("<Q", len(data))
    return length + struct.pack("<I", _masked(length)) + data + struct.pack("<I", _masked(data))


def crc32c(data: bytes) -> int:
    """The checksum of iSCSI and of TFRecords; zlib's is over another polynomial."""
    value = 0xFFFFFFFF
    for byte in data:
        value = (value >> 8) ^ _TABLE[(value ^ byte) & 0xFF]
    return value ^ 0xFFFFFFFF


def _masked(data: bytes) -> int:
    value = crc32c(data)
    return ((value >> 15 | value << 17) + _DELTA) & 0xFFFFFFFF


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def _double(field: int, value: float) -> bytes:
    return _varint(field << 3 | _DOUBLE) + struct.pack("<d", value)


def _float(field: int, value: float) -> bytes:
    return _varint(field << 3 | _FLOAT) + struct.pack("<f", value)


def _bytes(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | _BYTES) + _varint(len(value)) + value
