"""What strangers wrote, in every field that is shown, by the real command on a pseudo-terminal.

A few fields here; every one of them with pytest -m campaign -s (99 commands, 20 minutes on half a core).
"""

from __future__ import annotations

import json
import shutil
import struct
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import av
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from terminals import HOSTILE, HOSTILE_TEXT, drives_terminal, on_terminal

from dougagen.runs import Plan, extract_all
from dougagen.shards.schema import SCHEMA

TEXTS = tuple(field.name for field in SCHEMA if field.type == pa.string())
FACTS = ("source", "models", "dougagen_version", "config_digest", "episode_id", "frame_rate", "flags")
COUNTS = ("frames_skipped", "drawings_rejected", "seconds", "rejected")


@pytest.fixture(scope="module")
def clip(tmp_path_factory, tiny) -> Path:
    return tiny.write_tiny_clip(tmp_path_factory.mktemp("clip") / "clip.mkv", 1)


@pytest.fixture(scope="module")
def good(tmp_path_factory, clip, tiny) -> Path:
    out = tmp_path_factory.mktemp("good") / "shards"
    extract_all([clip], Plan(out), load=tiny.Load(), events=MagicMock())
    return out


@pytest.fixture
def dataset(good, tmp_path) -> Path:
    return Path(shutil.copytree(good, tmp_path / "shards"))


def silent(*words: str | Path, code: int) -> bytes:
    """Run it: nothing that it wrote drives the terminal, and the hostile words are there to be read."""
    ended, written = on_terminal(*words)
    assert ended == code, written[-2000:]
    assert drives_terminal(written) == [], written[-2000:]
    assert b"Traceback" not in written, written[-2000:]
    assert b"owned" in written, written[-2000:]
    return written


def rewrite_rows(dataset: Path, change: Callable[[dict[str, Any]], None]) -> None:
    for shard in (dataset / "data").glob("*.parquet"):
        rows = pq.read_table(shard).to_pylist()
        for row in rows:
            change(row)
        pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMA), shard)


def poison_column(dataset: Path, name: str) -> None:
    """The hostile words in one column of text, or in the lists and structs that have some."""

    def change(row: dict[str, Any]) -> None:
        if name == "flags":
            row["flags"] = [HOSTILE_TEXT]
        elif name == "measures":
            row["measures"] = [{"name": HOSTILE_TEXT, "value": float("nan")}]
        elif name == "paths":
            row["color"]["path"] = HOSTILE_TEXT
        else:
            row[name] = HOSTILE_TEXT

    rewrite_rows(dataset, change)


def poison_ledger(dataset: Path, name: str) -> None:
    for ledger in (dataset / "episodes").glob("*.json"):
        facts = json.loads(ledger.read_text("utf-8"))
        if name in COUNTS:
            facts[name] = {HOSTILE_TEXT: 1.5 if name == "seconds" else 0}
        elif name == "shards":
            facts["shards"][0]["name"] = HOSTILE_TEXT
        elif name == "flags":
            facts["flags"] = [HOSTILE_TEXT]
        else:
            facts[name] = HOSTILE_TEXT
        ledger.write_text(json.dumps(facts), encoding="utf-8")


def weights(path: Path, **poison: str) -> Path:
    """A safetensors file with hostile words where ``poison`` says; the rest is nearly as it should be."""
    metadata = {
        "format_version": "1",
        "architecture": "thinline",
        "options": '{"classes": 2}',
        "task": "cel",
        "wiring": "color",
        "steps": "1",
    }
    metadata |= {key: value for key, value in poison.items() if key in metadata}
    dtype, tensor = poison.get("dtype", "F16"), poison.get("tensor", "a")
    header = {
        "__metadata__": metadata,
        tensor: {"dtype": dtype, "shape": [1], "data_offsets": [0, 2]},
    }
    text = json.dumps(header).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(struct.pack("<Q", len(text)) + text + bytes(2))
    return path


def with_chapters(clip: Path, to: Path) -> Path:
    """The clip with a title and chapters in the hostile words."""
    with av.open(str(clip)) as source, av.open(str(to), "w") as target:
        target.metadata["title"] = HOSTILE_TEXT
        target.set_chapters(
            [
                {
                    "id": 1,
                    "start": 0,
                    "end": 200,
                    "time_base": Fraction(1, 1000),
                    "metadata": {"title": HOSTILE},
                }
            ]
        )
        video = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(source.streams.video[0]):
            if packet.dts is not None:
                packet.stream = video
                target.mux(packet)
    return to


def test_flags_models_and_names_of_a_dataset(dataset) -> None:
    def change(row: dict[str, Any]) -> None:
        row["flags"], row["models"], row["origin"] = [HOSTILE_TEXT], HOSTILE_TEXT, HOSTILE_TEXT

    rewrite_rows(dataset, change)
    shown = silent("stats", dataset, code=0)
    assert b"\\x1b]0;owned\\x07" in shown.replace(b"\r\n", b"")
    report = silent("stats", dataset, "--json", code=0)
    assert HOSTILE_TEXT in json.loads(report)["models"]


def test_names_of_measures_in_what_verify_says(dataset) -> None:
    poison_column(dataset, "measures")
    silent("verify", dataset, code=1)
    silent("label", "export", dataset, "--out", dataset.parent / "labels", code=1)


def test_a_type_of_tensors_in_weights(tmp_path) -> None:
    weights(tmp_path / "m" / "cel.safetensors", dtype=HOSTILE_TEXT)
    silent("models", "--models", tmp_path / "m", code=1)


def test_a_task_in_a_configuration(tmp_path) -> None:
    (tmp_path / "own.toml").write_text(f"task = {json.dumps(HOSTILE_TEXT)}\nsteps = 1\n")
    words = ("--studio", "--config", tmp_path / "own.toml", "--out", tmp_path / "out")
    silent("train", *words, code=2)
    silent("train", "cel", *words, code=2)


def test_names_of_files_and_what_they_make_of_the_command_line(tmp_path) -> None:
    path = tmp_path / f"{HOSTILE}.mkv"
    path.write_text("no video")
    silent("probe", path, code=1)
    silent("stats", path, code=1)
    silent("stats", f"--{HOSTILE}", code=2)
    silent("stats", tmp_path, HOSTILE, code=2)
    silent(HOSTILE, code=2)


def test_chapters_of_a_video(clip, tmp_path) -> None:
    silent("probe", with_chapters(clip, tmp_path / f"{HOSTILE}.mkv"), code=0)


def campaign(good: Path, clip: Path, tmp: Path) -> Iterator[tuple[str, list[str | Path]]]:
    """What is poisoned, and a command that meets it."""
    fresh = (tmp / f"{number}" for number in range(10**6))

    def copy() -> Path:
        return Path(shutil.copytree(good, next(fresh)))

    for column in (*TEXTS, "flags", "measures", "paths"):
        poisoned = copy()
        poison_column(poisoned, column)
        for command in (["stats"], ["verify"], ["label", "export"]):
            to = ["--out", next(fresh)] if command[0] == "label" else []
            yield f"column {column}", [*command, poisoned, *to]
    for fact in (*FACTS, *COUNTS, "shards"):
        poisoned = copy()
        poison_ledger(poisoned, fact)
        for command in ("stats", "verify"):
            yield f"ledger {fact}", [command, poisoned]
    for field in ("dtype", "tensor", "format_version", "architecture", "options", "task", "wiring", "steps"):
        folder = next(fresh)
        weights(folder / "cel.safetensors", **{field: HOSTILE_TEXT})
        yield f"weights {field}", ["models", "--models", folder]
        yield f"weights {field}", ["extract", clip, "--out", next(fresh), "--models", folder]
    said = json.dumps(HOSTILE_TEXT)
    lines = (
        f"base = {said}",
        f"description = {said}\nsteps = {said}",
        f"{said} = 1",
        f"minutes = {said}",
        f"wiring = {said}\ntask = 'douga'\nsteps = 1",
        f"[studio]\nprofile = {said}",
        f"[network]\n{said} = 1",
        f"architecture = {said}\ntask = 'cel'\nsteps = 1",
        f"[adversarial]\nencoding = {said}",
        "x = \x9b2J",
    )
    for line in lines:
        path = next(fresh).with_suffix(".toml")
        path.write_text(line + "\n", encoding="utf-8")
        yield f"TOML {line[:20]!r}", ["train", "cel", "--studio", "--config", path, "--out", next(fresh)]
    named = with_chapters(clip, tmp / f"{HOSTILE}.mkv")
    yield "chapters", ["extract", named, "--out", next(fresh), "--skip-chapters", "none", "--device", "cpu"]
    yield "chapters", ["probe", named, "--json"]
    labels = next(fresh)
    labels.mkdir()
    for part in ("color", "douga", "cel_mask"):
        (labels / f"{HOSTILE}_{part}.png").write_text("no picture")
    yield "labels", ["label", "import", labels, "--out", next(fresh)]
    truth = next(fresh)
    truth.mkdir()
    shutil.copy(clip, truth / "a.mkv")
    (truth / "a.json").write_text(json.dumps({"frames": HOSTILE_TEXT, "starts": []}))
    yield "truth", ["evaluate", "--scenes", "0", "--clips", truth]


@pytest.mark.campaign
def test_every_field_that_is_shown(good, clip, tmp_path) -> None:
    commands, shown = 0, 0
    for field, words in campaign(good, clip, tmp_path):
        ended, written = on_terminal(*words)
        commands += 1
        shown += b"owned" in written
        assert ended in (0, 1, 2), (field, words, written[-2000:])
        assert drives_terminal(written) == [], (field, words, written[-2000:])
        assert b"Traceback" not in written, (field, words, written[-2000:])
        assert b"does not know" not in written, (field, words, written[-2000:])
    print(f"\non a terminal: {commands} commands over poisoned fields, {shown} showed the words, 0 obeyed")
