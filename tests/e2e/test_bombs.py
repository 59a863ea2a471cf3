"""A bomb for every reader: small files that would take gigabytes or hours, by the real command.

pytest -m campaign -s tests/e2e/test_bombs.py (13 minutes on half a core). A few for shards go off in every
run of the tests: ``tests/unit/shards/test_bounds.py``.
"""

from __future__ import annotations

import json
import os
import shutil
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import MagicMock

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dougagen.runs import Plan, extract_all
from dougagen.shards.schema import SCHEMA

pytestmark = pytest.mark.campaign

ROOT = Path(__file__).parents[2]
ROOM = 2 << 30
"""Bytes for a whole command; what loads torch begins at a third of a gigabyte."""
_COMMAND = """
import atexit, resource, sys
from pathlib import Path
resource.setrlimit(resource.RLIMIT_AS, (16 << 30, 16 << 30))
def told():
    taken = Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]
    Path(sys.argv.pop()).write_text(taken)
place = sys.argv.pop()
atexit.register(lambda: (sys.argv.append(place), told()))
from dougagen.cli import main
main()
"""


def command(tmp: Path, *words: str | Path, seconds: float = 300) -> tuple[int, str, int]:
    """Exit code, what was said on standard error, and the bytes that the process took at most."""
    place = tmp / "taken"
    done = subprocess.run(
        [sys.executable, "-c", _COMMAND, *map(os.fspath, words), str(place)],
        capture_output=True,
        text=True,
        errors="backslashreplace",
        timeout=seconds,
        check=False,
    )
    return done.returncode, done.stderr, 1024 * int(place.read_text())


@pytest.fixture(scope="module")
def good(tmp_path_factory, tiny) -> Path:
    folder = tmp_path_factory.mktemp("good")
    clip = tiny.write_tiny_clip(folder / "clip.mkv", 1)
    extract_all([clip], Plan(folder / "shards"), load=tiny.Load(), events=MagicMock())
    return folder / "shards"


def shards(good: Path, tmp: Path) -> Iterator[tuple[str, list[str | Path]]]:
    [source] = (good / "data").glob("*.parquet")
    row = pq.read_table(source).slice(0, 1)
    long = pa.array(["x" * (8 << 20)])
    texts = pa.DictionaryArray.from_arrays(pa.array(np.zeros(1000, np.int32)), long)
    rows = pa.concat_tables([row] * 1000)
    for field in SCHEMA:
        if field.type != pa.string():
            continue
        out = Path(shutil.copytree(good, tmp / f"text-{field.name}"))
        bomb = rows.set_column(rows.column_names.index(field.name), field.name, texts)
        pq.write_table(bomb, next((out / "data").glob("*.parquet")), compression="zstd")
        for name in ("stats", "verify"):
            yield f"{name}: dictionary text in {field.name}", [name, out]
    for field in SCHEMA:
        if not pa.types.is_list(field.type):
            continue
        out = Path(shutil.copytree(good, tmp / f"list-{field.name}"))
        one = row[field.name].combine_chunks().flatten()
        one = one if len(one) else pa.array([None], field.type.value_type)
        many = one.take(pa.array(np.zeros(3_000_000, np.int32)))
        values = pa.ListArray.from_arrays(pa.array([0, len(many)], pa.int32()), many)
        bomb = row.set_column(row.column_names.index(field.name), field.name, values)
        pq.write_table(bomb, next((out / "data").glob("*.parquet")), compression="zstd")
        for name in ("stats", "verify"):
            yield f"{name}: a list of millions in {field.name}", [name, out]


def ledgers(good: Path, tmp: Path) -> Iterator[tuple[str, list[str | Path]]]:
    [ledger] = (good / "episodes").glob("*.json")
    facts = json.loads(ledger.read_text("utf-8"))
    texts = {
        "deep": "[" * 10_000_000,
        "many shards": json.dumps(facts | {"shards": facts["shards"] * 60_000}),
        "a rate without end": json.dumps(facts | {"frame_rate": "1e999999999"}),
        "a count without end": json.dumps(facts | {"records": 10**4000}),
        "a timesheet without end": json.dumps(facts | {"timesheet": ["0:0-1 " * 2_000_000]}),
    }
    for what, text in texts.items():
        out = Path(shutil.copytree(good, tmp / f"ledger {what}"))
        next((out / "episodes").glob("*.json")).write_text(text, encoding="utf-8")
        for name in ("stats", "verify"):
            yield f"{name}: a ledger, {what}", [name, out]


def weights(tmp: Path) -> Iterator[tuple[str, list[str | Path]]]:
    metadata = {"format_version": "1", "architecture": "thinline", "task": "cel", "wiring": "color"}
    widest = {"classes": 2, "widths": [2048] * 4, "context_width": 2048, "context_blocks": 64}
    headers = {
        "millions of options": {"options": json.dumps({"classes": 2, "widths": [8] * 1_000_000})},
        "the widest of networks": {"options": json.dumps(widest)},
        "a number without end": {"options": json.dumps({"classes": 10**4000})},
        "deep options": {"options": "[" * 1_000_000},
        "a long name": {"options": "{}", "architecture": "x" * 4_000_000},
    }
    for what, more in headers.items():
        header = json.dumps({"__metadata__": metadata | more}).encode()
        path = tmp / f"weights {what}" / "cel.safetensors"
        path.parent.mkdir()
        path.write_bytes(struct.pack("<Q", len(header)) + header)
        yield f"models: {what}", ["models", "--models", path.parent]
    tensors = {f"{n}": {"dtype": "F16", "shape": [0], "data_offsets": [0, 0]} for n in range(60_000)}
    header = json.dumps(
        {"__metadata__": metadata | {"options": json.dumps({"classes": 2})}, **tensors}
    ).encode()
    path = tmp / "weights tensors" / "cel.safetensors"
    path.parent.mkdir()
    path.write_bytes(struct.pack("<Q", len(header)) + header)
    yield "models: tens of thousands of tensors", ["models", "--models", path.parent]


def png(width: int, height: int, color: int, *, whole: bool) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    packer, lines = zlib.compressobj(9), b""
    line = bytes(1 + width * (3 if color == 2 else 1))
    for _ in range(height if whole else 1):
        lines += packer.compress(line)
    head = struct.pack(">IIBBBBB", width, height, 8, color, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", lines + packer.flush())
        + chunk(b"IEND", b"")
    )


def labels(tmp: Path) -> Iterator[tuple[str, list[str | Path]]]:
    for what, size in (
        ("30k wide", (30_000, 30_000)),
        ("a strip", (1, 2**31 - 1)),
        ("over 8K", (8192, 4400)),
    ):
        folder = tmp / f"labels {what}"
        folder.mkdir()
        for part, color in (("color", 2), ("douga", 2), ("cel_mask", 0)):
            whole = what == "over 8K"
            (folder / f"a_{part}.png").write_bytes(png(*size, color, whole=whole))
        yield f"label import: {what}", ["label", "import", folder, "--out", tmp / f"out {what}"]


def configurations(tmp: Path) -> Iterator[tuple[str, list[str | Path]]]:
    lines = {
        "deep": f"x = {'[' * 60_000}",
        "digits": f"steps = {'9' * 60_000}",
        "hex": f"steps = 0x{'f' * 60_000}",
    }
    lines |= {
        "tables": "".join(f"[{'a.' * n}a]\n" for n in range(200)),
        "400 digits": f"minutes = {'9' * 400}",
    }
    for what, text in lines.items():
        path = tmp / f"{what}.toml"
        path.write_text(text)
        yield f"train: {what}", ["train", "--studio", "--config", path, "--out", tmp / "trained"]


def videos(tmp: Path, tiny) -> Iterator[tuple[str, list[str | Path]]]:
    good = tiny.write_tiny_clip(tmp / "seed.mkv", 1).read_bytes()
    sparse = tmp / "sparse.mkv"
    sparse.write_bytes(good)
    os.truncate(sparse, 15 * 10**12)
    enormous = tmp / "enormous.mkv"
    enormous.write_bytes(b"YUV4MPEG2 W60000 H60000 F24:1 Ip A1:1 C420jpeg\nFRAME\n" + bytes(9000))
    for path in (sparse, enormous):
        yield f"probe: {path.stem}", ["probe", path]
        yield f"extract: {path.stem}", ["extract", path, "--out", tmp / f"out {path.stem}"]


def test_a_bomb_for_every_reader_is_a_line_within_its_room(good, tmp_path, tiny) -> None:
    families: list[Callable[[], Iterator[tuple[str, list[str | Path]]]]] = [
        lambda: shards(good, tmp_path),
        lambda: ledgers(good, tmp_path),
        lambda: weights(tmp_path),
        lambda: labels(tmp_path),
        lambda: configurations(tmp_path),
        lambda: videos(tmp_path, tiny),
    ]
    count, most = 0, (0, "")
    for family in families:
        for what, words in family():
            code, said, taken = command(tmp_path, *words)
            count += 1
            most = max(most, (taken, what))
            assert code in (0, 1, 2), (what, said[-2000:])
            assert "Traceback" not in said, (what, said[-2000:])
            assert "does not know" not in said, (what, said[-2000:])
            assert max(map(len, said.splitlines()), default=0) < 5000, what
            assert taken < ROOM, (what, taken)
    print(f"\nbombs: {count} commands, each a line; at most {most[0] / 2**30:.2f} GB ({most[1]})")


def test_a_picture_of_8k_is_reconstructed_within_5_gb(tmp_path) -> None:
    script = (
        "import sys, numpy as np; from pathlib import Path\n"
        "from dougagen.reconstruction import NetworkReconstructor, ReconstructionConfig\n"
        "blocks = np.random.default_rng(0).integers(0, 256, (135, 240, 3), np.uint8)\n"
        "picture = blocks.repeat(32, 0).repeat(32, 1)\n"
        "networks = NetworkReconstructor.load(None, ReconstructionConfig(device='cpu'))\n"
        "[read] = networks.reconstruct([picture])\n"
        "assert read.flags == ('scaled',) and read.douga.classes.shape == (4320, 7680)\n"
        "print(Path('/proc/self/status').read_text().split('VmHWM:')[1].split()[0])\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    taken = 1024 * int(done.stdout)
    assert taken < 5 << 30
    print(f"\n8K: one picture in {taken / 2**30:.2f} GB")
