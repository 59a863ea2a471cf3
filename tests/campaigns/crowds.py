"""Eight runs at once on one folder: every episode once, whoever does it, whoever dies."""

from __future__ import annotations

import random
import shutil
import time
from collections import Counter
from functools import cached_property
from pathlib import Path

import pyarrow as pa
import tiny
from campaigns.bench import fork_children
from campaigns.parts import Part, numbered
from faults import Run, require_whole, rows_of

WRITERS, EPISODES = 8, 12


class Crowd:
    """What the rounds of a part share."""

    def __init__(self, scratch: Path, seed: int) -> None:
        fork_children()
        self._scratch, self._seed = scratch, seed
        self._clips = [tiny.write_tiny_clip(scratch / f"{n:02}.mkv", n, frames=8) for n in range(EPISODES)]
        self._bad = scratch / "bad.mkv"
        self._bad.write_bytes(self._clips[0].read_bytes()[:60])

    @cached_property
    def _wanted(self) -> pa.Table:
        out = self._scratch / "alone"
        assert Run(self._clips, out, load=tiny.Load()).wait() == 0
        return rows_of(out)

    def round(self, number: int, counts: Counter[str]) -> None:
        """Eight runs, in every third round three of them killed, in every fourth all redo what is there."""
        rng, out = random.Random(f"{self._seed}:{number}"), self._scratch / f"out{number}"
        wanted = self._wanted
        if number % 4 == 3:
            assert Run(self._clips, out, load=tiny.Load(fact="other")).wait() == 0
        orders = [rng.sample([*self._clips, self._bad], EPISODES + 1) for _ in range(WRITERS)]
        runs = [
            Run(order, out, load=tiny.Load(), on_existing="redo", jobs=rng.choice((1, 1, 2)))
            for order in orders
        ]
        doomed = set(rng.sample(range(WRITERS), 3) if number % 3 == 2 else ())
        for one in sorted(doomed):
            time.sleep(rng.uniform(0, 0.4))
            runs[one].kill()
        ends = [run.wait() for run in runs]
        told = [run.summary() for run in runs]
        assert all(code == 1 or (n in doomed and code < 0) for n, code in enumerate(ends)), (ends, told)
        assert all(t["failed"] == ["bad.mkv"] for t in told if t), told
        done = Counter(name for t in told for name in t.get("extracted", ()))
        if not doomed:
            assert set(done.values()) == {1}, done
            assert len(done) == EPISODES, done
        assert max(done.values()) == 1, done
        counts["rounds"] += 1
        counts["killed"] += sum(code < 0 for code in ends)
        counts["episodes extracted"] += len(done)
        counts["left to another run"] += sum(len(t.get("elsewhere", ())) for t in told)
        assert Run(self._clips, out, load=tiny.Load(), on_existing="redo").wait() == 0
        require_whole(out, wanted)
        shutil.rmtree(out)


def campaign(scratch: Path, *, seed: int, first: int, count: int) -> Part:
    crowd = Crowd(scratch, seed)
    return numbered(Part("eight writers", seed, first), first + count, crowd.round)
