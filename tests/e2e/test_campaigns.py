"""Faults by the dozen: kills, full disks, three runs in one folder, three hundred hostile files.

pytest -m campaign -s

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
import pyarrow as pa
import pytest
import rounds
from faults import (
    FileEvents,
    Run,
    cli,
    grow_disk,
    mutated,
    orphans,
    require_whole,
    rows_of,
    small_disk,
)

from dougagen.config import ExtractConfig
from dougagen.shards import open_dataset, verify_dataset
from dougagen.shards.ledger import committed_ids

pytestmark = pytest.mark.campaign


@pytest.fixture(scope="module")
def clips(tmp_path_factory, tiny) -> list[Path]:
    folder = tmp_path_factory.mktemp("clips")
    return [tiny.write_tiny_clip(folder / f"{seed}.mkv", seed, frames=8) for seed in range(3)]


@pytest.fixture(scope="module")
def uninterrupted(clips, tmp_path_factory, tiny) -> tuple[pa.Table, float]:
    """The rows, and how long they take."""
    out = tmp_path_factory.mktemp("whole") / "out"
    began = time.monotonic()
    assert Run(clips, out, load=tiny.Load()).wait() == 0
    return rows_of(out), time.monotonic() - began


def empty_dataset(out: Path) -> Path:
    for name in ("data", "episodes"):
        (out / name).mkdir(parents=True)
    return out


def test_sigkill_at_fifty_moments(clips, uninterrupted, tmp_path, tiny) -> None:
    wanted, seconds = uninterrupted
    rng, seen = random.Random(6), Counter[str]()
    for number in range(50):
        out = empty_dataset(tmp_path / f"out{number}")
        redo = number % 5 == 4
        if redo:
            assert Run(clips, out, load=tiny.Load(fact="other")).wait() == 0
        with FileEvents(out / "data", out / "episodes") as events:
            run = Run(clips, out, load=tiny.Load(), on_existing="redo")
            if number % 2:
                wanted_events = 1 + (number // 2) % 25
                seen["on a file event"] += events.until(wanted_events, seconds=20 * seconds) == wanted_events
            else:
                time.sleep(rng.uniform(0, seconds))
            run.kill()
        seen["ended before the kill"] += run.wait() >= 0
        data, episodes = ([p.name for p in (out / name).iterdir()] for name in ("data", "episodes"))
        seen["hidden shards left"] += any(name.startswith(".") for name in data)
        seen["intents left"] += any(name.endswith(".intent") for name in episodes)
        named = {p.name for p in open_dataset(out).shards} if committed_ids(out) else set()
        seen["shards without a ledger"] += any(n not in named for n in data if not n.startswith("."))
        assert Run(clips, out, load=tiny.Load(), on_existing="redo").wait() == 0
        require_whole(out, wanted)
        seen["whole after the next start"] += 1
        shutil.rmtree(out)
    print(f"\nSIGKILL: {dict(seen)}, processes left: {len(orphans(tmp_path))}")
    assert seen["whole after the next start"] == 50
    assert orphans(tmp_path) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root")
def test_a_full_disk_at_ten_sizes(clips, uninterrupted, tmp_path, tiny) -> None:
    wanted, _ = uninterrupted
    full = tmp_path / "measure"
    assert Run(clips, full, load=tiny.Load()).wait() == 0
    needed = sum(-(-p.stat().st_size // 4096) * 4096 for p in full.rglob("*") if p.is_file())
    ended = Counter[str]()
    for number in range(10):
        size = max(4096, int(needed * (number + 1) / 10)) // 4096 * 4096
        with small_disk(tmp_path / f"disk{number}", size) as disk:
            out = disk / "out"
            run = Run(clips, out, load=tiny.Load())
            code, told = run.wait(), run.summary()
            assert code in (0, 1), (size, code)
            if code:
                assert all("no space left" in line for line in told["errors"]), told
                assert len(told["extracted"]) + len(told["failed"]) + len(told["not_begun"]) == 3
            if out.exists() and committed_ids(out):
                assert verify_dataset(out).damages == ()
            ended[f"{len(told.get('extracted', []))} of 3 committed"] += 1
            grow_disk(disk, 64 << 20)
            assert Run(clips, out, load=tiny.Load()).wait() == 0
            require_whole(out, wanted)
    print(f"\nfull disk at 10 sizes up to {needed} bytes: {dict(ended)}, all whole once there was room")


def test_three_processes_share_sixty_episodes(tmp_path, tiny) -> None:
    folder, rng = tmp_path / "clips", random.Random(7)
    folder.mkdir()
    for seed in range(60):
        clip = tiny.write_tiny_clip(folder / f"{seed:02}.mkv", seed, frames=4)
        if seed % 6 == 0:
            clip.write_bytes(rng.randbytes(2000) if seed % 12 else clip.read_bytes()[:40])
    orders = [sorted(folder.iterdir()) for _ in range(3)]
    for order in orders:
        rng.shuffle(order)
    out = tmp_path / "out"
    runs = [Run(order, out, load=tiny.Load()) for order in orders]
    codes = [run.wait() for run in runs]
    told = [run.summary() for run in runs]
    assert codes == [1, 1, 1]
    done = Counter(name for t in told for name in t["extracted"])
    bad = {f"{seed:02}.mkv" for seed in range(0, 60, 6)}
    assert set(done) == {p.name for p in folder.iterdir()} - bad
    assert set(done.values()) == {1}
    assert all(set(t["failed"]) == bad for t in told)
    assert verify_dataset(out).damages == ()
    require_whole(out, rows_of(out))
    shares = [len(t["extracted"]) for t in told]
    left = [len(t["elsewhere"]) for t in told]
    print(
        f"\nthree runs: 50 good episodes once each, shared {shares}, left to another run {left}; 10 bad named"
    )


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


def lines_of(error: Exception) -> int:
    return len(str(error).splitlines())


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


def test_a_hundred_datasets_and_weights_changed_at_random(tmp_path, tiny, capsys) -> None:
    from dougagen.cli.app import app
    from dougagen.errors import DougagenError
    from dougagen.networks import load_weights

    rng, ends = random.Random(9), Counter[str]()
    clips = [tiny.write_tiny_clip(tmp_path / f"{n}.mkv", n, frames=6) for n in range(2)]
    assert Run(clips, tmp_path / "good", load=tiny.Load()).wait() == 0
    for number in range(80):
        out = Path(shutil.copytree(tmp_path / "good", tmp_path / "changed"))
        files = sorted(p for p in out.rglob("*") if p.is_file() and p.suffix in (".parquet", ".json"))
        victim = files[number % len(files)]
        victim.write_bytes(mutated(victim.read_bytes(), rng))
        for command in ("verify", "stats"):
            try:
                code = app(args=[command, str(out)], standalone_mode=False)
                ends[f"{command}: exit code {code or 0}"] += 1
            except DougagenError as error:
                ends[f"{command}: {lines_of(error)} line"] += 1
            except SystemExit as end:
                ends[f"{command}: exit code {end.code}"] += 1
        shutil.rmtree(out)
    for _ in range(20):
        weights = tmp_path / "cel.safetensors"
        source = Path(__file__).parents[2] / "models" / "cel.safetensors"
        weights.write_bytes(mutated(source.read_bytes(), rng))
        try:
            load_weights(weights)
            ends["weights: loaded"] += 1
        except DougagenError as error:
            ends[f"weights: {lines_of(error)} line"] += 1
    assert not [end for end in ends if end.endswith(" line") and ": 1 line" not in end]
    capsys.readouterr()
    print(f"\nchanged at random: {dict(ends)}")


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
