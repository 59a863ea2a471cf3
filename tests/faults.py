"""Faults on purpose, for the campaigns: runs in processes of their own, kills on file events, small disks."""

from __future__ import annotations

import ctypes
import json
import os
import random
import select
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from dougagen.runs import Plan, RunReport, extract_all
from dougagen.shards import open_dataset, verify_dataset

_IN_MOVED_FROM, _IN_MOVED_TO, _IN_CREATE, _IN_DELETE = 0x40, 0x80, 0x100, 0x200


class Silent:
    """A listener that says nothing."""

    def __getattr__(self, name: str) -> Any:
        return lambda *_: None


class Run:
    """A run in a process of its own, at the head of its own process group: killing the group kills it all."""

    def __init__(self, paths: Sequence[Path], out: Path, *, load: Any, jobs: int = 1, **rules: Any) -> None:
        self._report, told = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            code = 99
            try:
                os.setsid()
                os.close(self._report)
                report = extract_all(paths, Plan(out, **rules), load=load, events=Silent(), jobs=jobs)
                os.write(told, json.dumps(summary(report)).encode())
                code = report.exit_code
            finally:
                os._exit(code)
        os.close(told)

    def kill(self) -> None:
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            os.kill(self.pid, signal.SIGKILL)  # before its setsid

    def wait(self) -> int:
        """Its exit code; negative: killed by that signal."""
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def summary(self) -> dict[str, list[str]]:
        """What it reported; empty where it died."""
        with os.fdopen(self._report, "rb") as pipe:
            text = pipe.read().decode()
        return json.loads(text) if text else {}


def summary(report: RunReport) -> dict[str, list[str]]:
    return {
        "extracted": [r.source for r in report.extracted],
        "there": [p.name for p in report.already_there],
        "failed": [f.path.name for f in report.failed],
        "errors": [str(f.error) for f in report.failed],
        "elsewhere": [p.name for p in report.elsewhere],
        "not_begun": [p.name for p in report.not_begun],
    }


class FileEvents:
    """What happens in some folders, in order, as the kernel tells it (inotify)."""

    def __init__(self, *folders: Path) -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        self._handle = libc.inotify_init1(os.O_CLOEXEC)
        mask = _IN_MOVED_FROM | _IN_MOVED_TO | _IN_CREATE | _IN_DELETE
        for folder in folders:
            assert libc.inotify_add_watch(self._handle, os.fsencode(folder), mask) >= 0

    def __enter__(self) -> FileEvents:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._handle)

    def until(self, count: int, *, seconds: float) -> int:
        """Wait for so many events; returns how many came in time."""
        seen, deadline = 0, time.monotonic() + seconds
        while seen < count:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self._handle], [], [], left)[0]:
                break
            data, at = os.read(self._handle, 1 << 16), 0
            while at < len(data) and seen < count:
                (length,) = struct.unpack_from("I", data, at + 12)
                at += 16 + length
                seen += 1
        return seen


@contextmanager
def small_disk(at: Path, size: int) -> Iterator[Path]:
    """A tmpfs of ``size`` bytes. Needs root."""
    at.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(at)], check=True)
    try:
        yield at
    finally:
        subprocess.run(["umount", str(at)], check=True)


def grow_disk(at: Path, size: int) -> None:
    subprocess.run(["mount", "-o", f"remount,size={size}", str(at)], check=True)


def rows_of(out: Path) -> pa.Table:
    """All rows of the dataset, as its readers take them."""
    shards = open_dataset(out).shards
    assert len(set(shards)) == len(shards)
    return pa.concat_tables(pq.read_table(p) for p in shards).sort_by("record_id")


def require_whole(out: Path, wanted: pa.Table) -> None:
    """The rows of an uninterrupted run, once each, for our reader and for one that takes every file."""
    got = rows_of(out)
    others = [name for name in wanted.column_names if not got[name].equals(wanted[name])]
    assert not others, f"{got.num_rows} rows, wanted {wanted.num_rows}; other values in {', '.join(others)}"
    ((count,),) = duckdb.sql(f"select count(*) from read_parquet('{out}/data/**/*.parquet')").fetchall()
    assert count == wanted.num_rows
    assert verify_dataset(out).damages == ()
    hidden = [p for p in out.rglob("*") if p.is_file() and p.name.startswith(".")]
    assert hidden == []
    extra = {p.relative_to(out).parts[0] for p in out.rglob("*") if p.is_file()}
    assert extra <= {"README.md", "data", "backgrounds", "episodes", ".dougagen"}


def orphans(folder: Path) -> list[str]:
    """Processes that work on ``folder`` still."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if b"dougagen.runs.children" in words:
                parent = (entry / "stat").read_text().rsplit(")", 1)[1].split()[1]
                if parent == "1":
                    found.append(entry.name)
    return found


def mutated(data: bytes, rng: random.Random) -> bytes:
    """A file as a bad disk, a broken copy or a bored stranger leaves it."""
    raw = bytearray(data)
    how = rng.randrange(6)
    at = rng.randrange(len(raw))
    if how == 0:  # single bytes
        for _ in range(rng.choice((1, 4, 32, 256))):
            raw[rng.randrange(len(raw))] = rng.randrange(256)
    elif how == 1:
        del raw[at:]
    elif how == 2:  # a hole
        raw[at : at + 512] = bytes(min(512, len(raw) - at))
    elif how == 3:  # a piece twice
        raw[at:at] = raw[at : at + rng.randrange(1, 2048)]
    elif how == 4:  # the header, where sizes and counts stand
        for _ in range(8):
            raw[rng.randrange(min(len(raw), 512))] = rng.choice((0, 0x7F, 0x80, 0xFF))
    else:
        del raw[at : at + rng.randrange(1, 512)]
    return bytes(raw)


def cli(*words: object, seconds: float = 900, **environment: str) -> subprocess.CompletedProcess[str]:
    """The real command."""
    return subprocess.run(
        [sys.executable, "-m", "dougagen", *map(str, words)],
        capture_output=True,
        text=True,
        errors="backslashreplace",
        timeout=seconds,
        check=False,
        env=os.environ | environment,
    )
