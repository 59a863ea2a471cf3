"""A commit on a disk that fails at its n-th write, sync, rename or removal, for every n.

Run as a program under ``failing_disk.c``: each attempt is a process of its own (a fork), so that it can be
killed.
"""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from equal_drawings import everything, pictures, put, shown

from dougagen.errors import DougagenError
from dougagen.shards import recover, settle_repeats, verify_dataset

A, B, C = "a" * 16, "b" * 16, "c" * 16
KILL = 0


def nothing(out: Path) -> None:
    out.mkdir()


def two_equal(out: Path) -> None:
    put(out, A, [0, 1], plate=True)
    put(out, B, [1, 2], plate=True)


def two_settled(out: Path) -> None:
    two_equal(out)
    settle_repeats(out)


def three_to_settle(out: Path) -> None:
    two_settled(out)
    put(out, C, [0, 2, 3], "mark")


ACTS: dict[str, tuple[Callable[[Path], None], Callable[[Path], None]]] = {
    "commit": (nothing, lambda out: put(out, A, [0, 1], plate=True)),
    "redo": (two_settled, lambda out: put(out, A, [4], plate=True)),
    "settle": (two_equal, lambda out: settle_repeats(out) and None),
    "settle again": (three_to_settle, lambda out: settle_repeats(out) and None),
}
"""Name → how the folder is before, and what is done to it on the failing disk."""


def attempt(act: Callable[[Path], None], out: Path, number: int, how: int) -> tuple[str, bool]:
    """Do it in a process of its own; how that ended, and whether the disk failed on the way."""
    told, tell = os.pipe()
    pid = os.fork()
    if pid == 0:
        library = ctypes.CDLL(None)
        end = "another error"
        try:
            library.arm(os.fsencode(out), ctypes.c_long(number), how)
            act(out)
            end = "done"
        except DougagenError as error:
            end = "one line" if "\n" not in str(error) else end
        finally:
            failed = library.calls() >= number
            library.arm(b"", ctypes.c_long(0), 0)
            os.write(tell, json.dumps([end, failed]).encode())
            os._exit(0)
    os.close(tell)
    with os.fdopen(told) as pipe:
        text = pipe.read()
    os.waitpid(pid, 0)
    end, failed = json.loads(text) if text else ("killed", True)
    return end, failed


def rows(out: Path) -> dict[str, str]:
    return shown(out) if list((out / "episodes").glob("*.json")) else {}


class Trial:
    """One act and what it may leave."""

    def __init__(self, name: str, scratch: Path) -> None:
        self.name, self.scratch = name, scratch
        self.prepare, self.act = ACTS[name]
        self.before, self.after, settled = (scratch / at for at in ("before", "after", "settled"))
        self.prepare(self.before)
        shutil.copytree(self.before, self.after)
        self.act(self.after)
        shutil.copytree(self.after, settled)
        settle_repeats(settled)
        self.wanted = everything(settled)

    def fail(self, number: int, how: int) -> tuple[str, bool]:
        """Fail at a call. AssertionError where what is left is neither before nor after (a pass may be half
        way, but shows every picture), or the next start does not come to what a sound disk gives."""
        out = Path(shutil.copytree(self.before, self.scratch / "out"))
        end, failed = attempt(self.act, out, number, how)
        told = (self.name, number, how, end)
        assert end in ("done", "one line", "killed"), told
        if self.name.startswith("settle"):
            assert pictures(out) == pictures(self.before), told
        else:
            assert rows(out) in (rows(self.before), rows(self.after)), told
        recover(out)
        if rows(out) == rows(self.before):
            self.act(out)
        settle_repeats(out)
        assert everything(out) == self.wanted, told
        assert verify_dataset(out).damages == (), told
        assert [p for p in out.rglob(".*") if p.is_file()] == [], told
        shutil.rmtree(out)
        return end, failed


def run(scratch: Path, *, every: int = 1, errors: tuple[int, ...]) -> dict[str, int]:
    """All acts under all errors, in a process under the failing disk; how the attempts ended."""
    return dict(json.loads(under_failing_disk(Path(__file__), scratch, every, *errors)))


def under_failing_disk(program: Path, scratch: Path, *numbers: int) -> str:
    """What ``program`` prints, run on the disk that it can make fail, with ``scratch`` and ``numbers``."""
    here = Path(__file__)
    library = scratch / "failing_disk.so"
    source = here.with_suffix(".c")
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], check=True)
    words = [sys.executable, program, scratch, *map(str, numbers)]
    paths = os.pathsep.join([str(here.parents[1]), str(here.parent)])
    done = subprocess.run(
        words,
        env=os.environ | {"LD_PRELOAD": str(library), "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def main() -> None:
    scratch, every, *errors = sys.argv[1:]
    ends = Counter[str]()
    for name in ACTS:
        for how in map(int, errors):
            folder = Path(scratch) / f"{name}-{how}"
            folder.mkdir()
            trial, number, failed = Trial(name, folder), 1, True
            while failed:
                end, failed = trial.fail(number, how)
                ends[f"{name}: {end}"] += 1
                number += int(every)
            shutil.rmtree(folder)
    sys.stdout.write(json.dumps(ends))


if __name__ == "__main__":
    main()
