"""Faults by the dozen: two hundred hostile files by name and kind, runs that share drawings, a failing disk.

pytest -m campaign -s. What is numbered and done in parts stands in ``tests/campaigns/``.

Networks without torch where the fault is not theirs (``tests/tiny.py``); all else is what ``extract`` runs.
"""

from __future__ import annotations

import errno
import os
import random
import shutil
import time
from collections import Counter
from pathlib import Path

import failing_disk
import pytest
import rounds
from faults import (
    Run,
    cli,
    mutated,
    rows_of,
)

from dougagen.config import ExtractConfig
from dougagen.shards import verify_dataset
from dougagen.shards.ledger import committed_ids

pytestmark = pytest.mark.campaign


def empty_dataset(out: Path) -> Path:
    for name in ("data", "episodes"):
        (out / name).mkdir(parents=True)
    return out


def hostile_videos(folder: Path, tiny, rng: random.Random) -> int:
    """Two hundred files that no extraction is prepared for by name."""
    folder.mkdir()
    good = [
        tiny.write_tiny_clip(folder / f"seed.{suffix}", 900 + n, frames=6, codec=codec).read_bytes()
        for n, (suffix, codec) in enumerate(
            [("mkv", "libx264"), ("mp4", "libx264"), ("avi", "mpeg4"), ("ts", "mpeg2video"), ("mov", "mpeg4")]
        )
    ]
    for number in range(140):
        (folder / f"mutated{number:03}.mkv").write_bytes(mutated(good[number % len(good)], rng))
    victim = folder / "seed.mkv"
    scripts = [
        f"#EXTM3U\n#EXTINF:6,\n{victim}\n#EXT-X-ENDLIST\n",
        "#EXTM3U\n#EXTINF:6,\nhttp://127.0.0.1:9/a.ts\n",
        f"ffconcat version 1.0\nfile {victim}\n",
        "v=0\no=- 0 0 IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\n",
        f"<?xml version='1.0'?><MPD><BaseURL>{victim}</BaseURL></MPD>",
        f"[playlist]\nFile1={victim}\n",
        f"subfile,,start,0,end,9,,:{victim}",
        "concat:/etc/passwd|/etc/hosts",
    ]
    for number, text in enumerate(scripts * 2):
        (folder / f"playlist{number:02}.{('mkv', 'mp4')[number // len(scripts)]}").write_text(text)
    for number, (width, height) in enumerate(
        [(65535, 65535), (16384, 16384), (1, 1), (2, 32768), (99999, 9)]
    ):
        head = f"YUV4MPEG2 W{width} H{height} F24:1 Ip A1:1 C420jpeg\nFRAME\n".encode()
        (folder / f"huge{number}.y4m.mkv").write_bytes(head + rng.randbytes(9000))
        raw = bytearray(good[2])  # AVI: dimensions as plain numbers in the main and the stream header
        for at in (64, 176):
            raw[at : at + 8] = (width & 0x7FFFFFFF).to_bytes(4, "little") + height.to_bytes(4, "little")
        (folder / f"huge{number}.avi").write_bytes(bytes(raw))
    names = ["[red]x[bold]", "a\nb", "\x1b]0;t\x07", "\u202egpj", "-rf", "~", "$(id)", "%s%n", " ", "…" * 60]
    names += ["'\"", "a\\", "{0}", "<b>", "CON", ":x:", "夜", "👩‍👩‍👧", "\x7f", "a\tb"]
    for number, name in enumerate(names):
        (folder / f"{name}.mkv").write_bytes(mutated(good[number % 5], rng))
    (folder / os.fsdecode(b"\xff\xfe.mkv")).write_bytes(good[0][:99])
    os.mkfifo(folder / "pipe.mkv")
    (folder / "loop.mkv").symlink_to("loop.mkv")
    (folder / "zero.mkv").symlink_to("/dev/zero")
    (folder / "shadow.mkv").symlink_to("/etc/passwd")
    (folder / "empty.mkv").write_bytes(b"")
    while len(list(folder.iterdir())) < 205:
        (folder / f"noise{len(list(folder.iterdir()))}.mkv").write_bytes(rng.randbytes(5000))
    for seed in list(folder.glob("seed.*")):
        seed.unlink()
    return len(list(folder.iterdir()))


def everything_under(folder: Path) -> set[str]:
    return {str(p) for p in folder.rglob("*")}


def test_three_hundred_hostile_inputs(tmp_path, tiny) -> None:
    rng, counts = random.Random(8), Counter[str]()
    count = hostile_videos(tmp_path / "in", tiny, rng)
    home = tmp_path / "home"
    home.mkdir()
    before = everything_under(tmp_path)
    began = time.monotonic()
    done = cli(
        "extract", *sorted((tmp_path / "in").iterdir()), "--out", tmp_path / "out", "--stall", 20,
        "--device", "cpu", "--max-drawings", 3, "--jobs", 2, HOME=str(home), seconds=3600,
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stderr
    assert "Traceback" not in done.stderr
    lines = done.stderr.splitlines()
    assert all(line[:2] == "20" for line in lines), [line for line in lines if line[:2] != "20"]
    assert not any(ord(c) < 32 or ord(c) == 127 for line in lines for c in line)
    counts["files over extract"] = count
    counts["named as failed"] = sum(" error: " in line for line in lines)
    counts["committed"] = len(committed_ids(tmp_path / "out"))
    assert {
        p for p in everything_under(tmp_path) - before if not p.startswith(str(tmp_path / "out"))
    } == set()
    if counts["committed"]:
        assert verify_dataset(tmp_path / "out").damages == ()
    print(f"\nhostile: {dict(counts)}, {time.monotonic() - began:.0f} s; {lines[-1]}")


def test_two_hundred_rounds_of_runs_that_share_drawings(tmp_path) -> None:
    """Two to four runs at once on one folder, one in three killed, without videos: six minutes."""
    seen = rounds.many(tmp_path, 200, seed=11)
    print(f"\nequal drawings: {dict(seen)}; one of them stayed each time")
    assert seen["rounds"] == 200
    assert min(seen["killed"], seen["dropped"], seen["marked"]) > 50


def test_twelve_rounds_of_extractions_that_share_drawings(tmp_path, tiny) -> None:
    """Two real runs at once with one to three workers, one of them killed: five minutes."""
    rng, seen = random.Random(12), Counter[str]()
    clip = tiny.write_tiny_clip(tmp_path / "0.mkv", 1, frames=8)
    paths = [clip]
    for number in range(1, 5):
        paths.append(Path(shutil.copy(clip, tmp_path / f"{number}.mkv")))
        paths[-1].write_bytes(clip.read_bytes() + bytes([number]))
    paths.append(tiny.write_tiny_clip(tmp_path / "another.mkv", 2, frames=8))
    keep, drop = (ExtractConfig(repeats=mode) for mode in ("keep", "drop"))
    assert Run(paths, tmp_path / "alone", load=tiny.Load(), config=drop).wait() == 0
    wanted = rows_of(tmp_path / "alone")
    for number in range(12):
        out = empty_dataset(tmp_path / f"out{number}")
        if number % 2:
            assert Run(paths, out, load=tiny.Load(), config=keep, jobs=2).wait() == 0
        rng.shuffle(paths)
        both = [
            Run(list(paths), out, load=tiny.Load(), config=drop, on_existing="redo", jobs=rng.randint(1, 3))
            for _ in range(2)
        ]
        if number % 3:
            time.sleep(rng.uniform(0.5, 6))
            both[0].kill()
        codes = [run.wait() for run in both]
        assert codes[1] == 0, both[1].summary()
        seen["killed"] += codes[0] < 0
        if codes[0] < 0:
            assert Run(paths, out, load=tiny.Load(), config=drop, on_existing="redo").wait() == 0
        same = [name for name in wanted.column_names if rows_of(out)[name].equals(wanted[name])]
        assert same == wanted.column_names, (number, rows_of(out).num_rows)
        assert verify_dataset(out).damages == ()
        seen["rounds"] += 1
        shutil.rmtree(out)
    print(f"\nreal runs: {dict(seen)}, {wanted.num_rows} rows each time")


@pytest.mark.skipif(shutil.which("cc") is None, reason="a failing disk is made with a C compiler")
def test_an_error_and_a_kill_at_every_call_of_a_commit(tmp_path) -> None:
    """Every write, sync, rename and removal of a commit, a redo and two passes: two minutes."""
    ends = failing_disk.run(tmp_path, errors=(failing_disk.KILL, errno.ENOSPC, errno.EIO))
    print(f"\nfailing disk: {sum(ends.values())} attempts, {ends}")
