"""Curves are what TensorBoard reads, checked by a reader written apart; without the extra there are none."""

from __future__ import annotations

import logging
import struct
import sys
from pathlib import Path

from dougagen.training.log import TrainingLog
from dougagen.training.tensorboard import Curves, open_curves


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


def only_file(folder: Path) -> Path:
    (path,) = folder.iterdir()
    return path


def test_figures_come_back_with_their_steps_and_tags_while_the_run_goes_on(tmp_path):
    curves = Curves(tmp_path, is_new_run=True)
    curves.add({"loss": 0.5, "mean_iou": float("nan"), "scale": 1e300}, step=3)
    curves.add({"loss": 0.25}, step=100_000)
    path = only_file(tmp_path)
    assert scalars(path) == [(3, "loss", 0.5), (100_000, "loss", 0.25)]
    (size,) = struct.unpack_from("<Q", path.read_bytes())
    assert dict(fields(path.read_bytes()[12 : 12 + size]))[3] == b"brain.Event:2"
    curves.close()


def test_a_new_run_takes_away_the_curves_of_the_old_one_and_nothing_else(tmp_path):
    other = tmp_path / "events.out.tfevents.1.host"
    other.write_bytes(b"of another program")
    for is_new_run, files in ((True, 2), (False, 3), (True, 2)):
        Curves(tmp_path, is_new_run=is_new_run).close()
        assert len(list(tmp_path.iterdir())) == files
    assert other.exists()


def test_without_the_extra_a_run_says_so_once_and_keeps_its_rows(tmp_path, monkeypatch, caplog):
    monkeypatch.setitem(sys.modules, "tensorboardX", None)
    monkeypatch.delitem(sys.modules, "tensorboardX.event_file_writer", raising=False)
    log = TrainingLog(tmp_path, "cel")
    with caplog.at_level(logging.WARNING):
        for step in (1, 2):
            log.validated(0.5, step=step)
    assert len(log.validation_path.read_text().splitlines()) == 3
    assert [record.getMessage() for record in caplog.records] == [
        "no curves for TensorBoard, only the CSV files beside the weights; "
        "for curves: pip install 'dougagen[train]'"
    ]
    assert not (tmp_path / "tensorboard").exists()
    assert open_curves(tmp_path, is_new_run=True) is None


def test_a_log_that_is_closed_has_let_go_of_its_file(tmp_path):
    log = TrainingLog(tmp_path, "cel")
    log.validated(0.5, step=1)
    log.close()
    log.close()
    assert scalars(only_file(tmp_path / "tensorboard" / "cel")) == [(1, "validation/loss", 0.5)]
