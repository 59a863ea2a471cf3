"""SIGKILL for a whole run, at any moment or at its n-th event, and the start after it.

Of ten kills one is of the real command with the shipped weights, one of a run that writes into an object
store (SeaweedFS) and dies at its n-th request. The other eight are of tiny networks in forks, with one to
three jobs; from number 470 on they are on a Ray cluster of three nodes (``on_ray``). Half of all kills are on
events: a file that is opened, written, synced, renamed or removed, or a request.
"""

from __future__ import annotations

import ctypes
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import tiny
from campaigns.bench import fork_children
from campaigns.on_ray import RunsOnRay
from campaigns.parts import Part, numbered
from faults import Run, orphans, require_whole, rows_of
from stores import BUCKET, BreakingProxy, environment, filesystem, s3_server

ROOT = Path(__file__).resolve().parents[2]
FIRST_ON_RAY = 470
_GROUP = -1
_NEVER = 1 << 40


@dataclass
class Kills:
    """What the kills of a part share."""

    scratch: Path
    library: str
    seed: int
    stack: ExitStack = field(default_factory=ExitStack)

    def __post_init__(self) -> None:
        fork_children()
        self._disk = ctypes.CDLL(None)
        self._clips = [tiny.write_tiny_clip(self.scratch / f"{n}.mkv", n, frames=8) for n in range(3)]

    def kill(self, number: int, counts: Counter[str]) -> None:
        """One kill and what comes after it. AssertionError where a row is lost, doubled or half."""
        rng = random.Random(f"{self.seed}:{number}")
        on_event = number // 10 % 2 == 0 if number % 10 < 2 else number % 2 == 0
        if number % 10 == 0:
            self._command(number, rng, on_event, counts)
        elif number % 10 == 1:
            self._store(number, rng, counts)
        elif number >= FIRST_ON_RAY:
            self._ray.kill(number, rng, on_event, counts)
        else:
            self._forks(number, rng, on_event, counts)

    @cached_property
    def _tiny(self) -> tuple[pa.Table, float, dict[int, int]]:
        """The rows, the seconds of a run and how many events it has with so many jobs."""
        events, seconds = {}, 0.0
        for jobs in (1, 2, 3):
            out = _empty(self.scratch / f"whole{jobs}")
            self._arm(out, _NEVER)
            began = time.monotonic()
            assert Run(self._clips, out, load=tiny.Load(), jobs=jobs).wait() == 0
            seconds, events[jobs] = max(seconds, time.monotonic() - began), self._disk.calls()
            self._arm(None, 0)
        return rows_of(out), seconds, events

    def _arm(self, out: Path | None, number: int) -> None:
        self._disk.arm(os.fsencode(out) if out else b"", ctypes.c_long(number), _GROUP)

    def _forks(self, number: int, rng: random.Random, on_event: bool, counts: Counter[str]) -> None:
        wanted, seconds, events = self._tiny
        jobs, out = rng.choice((1, 1, 2, 3)), _empty(self.scratch / f"out{number}")
        if rng.random() < 0.3:
            assert Run(self._clips, out, load=tiny.Load(fact="other")).wait() == 0
            counts["redo of a whole dataset"] += 1
        self._arm(out, rng.randint(1, events[jobs]) if on_event else _NEVER)
        run = Run(self._clips, out, load=tiny.Load(), on_existing="redo", jobs=jobs)
        if not on_event:
            time.sleep(rng.uniform(0, seconds))
            run.kill()
        killed = run.wait() == -signal.SIGKILL
        self._arm(None, 0)
        counts["tiny networks, on an event" if on_event else "tiny networks, at a moment"] += 1
        counts["killed" if killed else "ended before the kill"] += 1
        _look(out, counts)
        assert (
            Run(self._clips, out, load=tiny.Load(), on_existing="redo", jobs=rng.choice((1, 2))).wait() == 0
        )
        require_whole(out, wanted)
        shutil.rmtree(out)

    @cached_property
    def _shipped(self) -> tuple[pa.Table, float]:
        began, out = time.monotonic(), self.scratch / "shipped"
        assert self._extract(out, {}).wait() == 0
        return rows_of(out), time.monotonic() - began

    def _extract(self, out: object, settings: dict[str, str], *words: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "dougagen", "extract", *self._clips[:2], "--out", str(out), "--jobs", "2",
             "--on-existing", "redo", "--device", "cpu", *words],
            env=os.environ | {"PYTHONPATH": str(ROOT)} | settings,
            stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip

    def _command(self, number: int, rng: random.Random, on_event: bool, counts: Counter[str]) -> None:
        wanted, seconds = self._shipped
        out = self.scratch / f"out{number}"
        at = {"LD_PRELOAD": self.library, "FAILING_DISK": f"{rng.randint(1, 60)} {out}"} if on_event else {}
        run = self._extract(out, at)
        if not on_event:
            time.sleep(rng.uniform(0, seconds))
            os.killpg(run.pid, signal.SIGKILL)
        killed = run.wait() == -signal.SIGKILL
        counts["shipped weights, on an event" if on_event else "shipped weights, at a moment"] += 1
        counts["killed" if killed else "ended before the kill"] += 1
        _look(out, counts)
        assert self._extract(out, {}).wait() == 0
        require_whole(out, wanted)
        assert orphans(out) == []
        shutil.rmtree(out)

    @cached_property
    def _ray(self) -> RunsOnRay:
        return RunsOnRay(self.scratch, self._clips, self._tiny[0], self.stack)

    @cached_property
    def _server(self) -> tuple[str, pa.Table, int]:
        """A store's address, the rows that a run leaves in it, and with how many requests."""
        (self.scratch / "server").mkdir()
        address = self.stack.enter_context(s3_server(self.scratch / "server"))
        with BreakingProxy(address, lambda *_: "") as proxy:
            assert self._into_store(f"s3://{BUCKET}/whole", proxy.address).wait() == 0
            return address, self._rows_in_store(address, "whole"), len(proxy.asked)

    def _into_store(self, out: str, address: str) -> subprocess.Popen[bytes]:
        words = [sys.executable, "-m", "campaigns.into_a_store", out, *map(str, self._clips[:2])]
        paths = os.pathsep.join((str(ROOT), str(ROOT / "tests")))
        return subprocess.Popen(
            words, env=environment(address) | {"PYTHONPATH": paths}, start_new_session=True
        )

    def _rows_in_store(self, address: str, name: str) -> pa.Table:
        """Copied to this disk, where they are looked at as any dataset is."""
        copy, store = self.scratch / "copied", filesystem(address)
        shutil.rmtree(copy, ignore_errors=True)
        store.get(f"{BUCKET}/{name}/", str(copy), recursive=True)
        return rows_of(copy)

    def _store(self, number: int, rng: random.Random, counts: Counter[str]) -> None:
        address, wanted, requests = self._server
        name, moment, after = f"out{number}", rng.randrange(requests), rng.choice(("cut before", "cut after"))
        run: Any = None

        def kill(_method: str, _path: str, at: int) -> Any:
            if at < moment:
                return ""
            os.killpg(run.pid, signal.SIGKILL)
            run.wait()
            return after

        with BreakingProxy(address, kill) as proxy:
            run = self._into_store(f"s3://{BUCKET}/{name}", proxy.address)
            killed = run.wait() == -signal.SIGKILL
        counts["object store, on a request"] += 1
        counts["killed" if killed else "ended before the kill"] += 1
        assert self._into_store(f"s3://{BUCKET}/{name}", address).wait() == 0
        got = self._rows_in_store(address, name)
        others = [column for column in wanted.column_names if not got[column].equals(wanted[column])]
        assert not others, (number, others)
        require_whole(self.scratch / "copied", wanted)
        filesystem(address).rm(f"{BUCKET}/{name}", recursive=True)


def _empty(out: Path) -> Path:
    for name in ("data", "episodes"):
        (out / name).mkdir(parents=True)
    return out


def _look(out: Path, counts: Counter[str]) -> None:
    """What the dead run has left."""
    names = [p.name for p in out.rglob("*") if p.is_file()] if out.exists() else []
    counts["left hidden files"] += any(
        name.startswith(".") and not name.endswith(".intent") for name in names
    )
    counts["left an intent"] += any(name.endswith(".intent") for name in names)
    counts["left some episodes"] += 0 < sum(len(name) == 21 and name.endswith(".json") for name in names) < 3


def campaign(scratch: Path, *, seed: int, first: int, count: int) -> Part:
    """To be called in a process that has ``failing_disk.so`` before its C library."""
    with ExitStack() as stack:
        kills = Kills(scratch, os.environ["LD_PRELOAD"], seed, stack)
        return numbered(Part("kills", seed, first), first + count, kills.kill)
