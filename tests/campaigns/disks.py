"""A disk of a hundred sizes that is full before the run has ended, and the start once there is room again."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from functools import cached_property
from pathlib import Path

import pyarrow as pa
import tiny
from campaigns.bench import fork_children
from campaigns.parts import Part, numbered
from faults import Run, grow_disk, require_whole, rows_of, small_disk

from dougagen.shards import verify_dataset
from dougagen.shards.ledger import committed_ids

SIZES = 100
_PAGE = 4096


class Disks:
    """What the disks of a part share. Mounting needs root."""

    def __init__(self, scratch: Path, seed: int) -> None:
        fork_children()
        self._scratch, self._seed = scratch, seed
        self._clips = [tiny.write_tiny_clip(scratch / f"{n}.mkv", n, frames=8) for n in range(3)]

    @cached_property
    def _whole(self) -> tuple[pa.Table, int]:
        """The rows, and the bytes that they take on a disk of pages."""
        out = self._scratch / "whole"
        assert Run(self._clips, out, load=tiny.Load()).wait() == 0
        pages = sum(-(-path.stat().st_size // _PAGE) for path in out.rglob("*") if path.is_file())
        return rows_of(out), _PAGE * (pages + 8)

    def fill(self, number: int, counts: Counter[str]) -> None:
        """One size: a line for what does not fit, and all of it once there is room."""
        wanted, needed = self._whole
        rng = random.Random(f"{self._seed}:{number}")
        size = max(_PAGE, needed * (number % SIZES + 1) // SIZES // _PAGE * _PAGE)
        redo, jobs = number % 4 == 3, rng.choice((1, 2))
        with small_disk(self._scratch / f"disk{number}", 64 << 20 if redo else size) as disk:
            out = disk / "out"
            if redo:
                assert Run(self._clips, out, load=tiny.Load(fact="other")).wait() == 0
                grow_disk(disk, needed + size // 3)  # an episode's old rows stay until its new ones are there
            run = Run(self._clips, out, load=tiny.Load(), jobs=jobs, on_existing="redo")
            code, told = run.wait(), run.summary()
            assert code in (0, 1), (size, code)
            if code:
                assert all("no space left" in line and "\n" not in line for line in told["errors"]), told
                assert len(told["extracted"]) + len(told["failed"]) + len(told["not_begun"]) == 3, told
            if out.exists() and committed_ids(out):
                report = verify_dataset(out)
                assert report.damages == (), (size, report.damages)
            counts[f"{'redo' if redo else 'new'}: {len(told.get('extracted', []))} of 3 fitted"] += 1
            grow_disk(disk, 64 << 20)
            assert Run(self._clips, out, load=tiny.Load(), on_existing="redo").wait() == 0
            require_whole(out, wanted)
        shutil.rmtree(self._scratch / f"disk{number}", ignore_errors=True)


def campaign(scratch: Path, *, seed: int, first: int, count: int) -> Part:
    disks = Disks(scratch, seed)
    return numbered(Part("full disks", seed, first), first + count, disks.fill)
