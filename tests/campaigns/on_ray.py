"""Kills of a run on a Ray cluster: of the run itself, of one of its workers, of a whole node.

Three nodes on this machine, each with processes of its own, for all kills of a part. What was killed with a
worker or a node is done again by the run that goes on; a run that was killed itself is started again. As a
program it is the run: ``python -m campaigns.on_ray ADDRESS OUT EVENT TOKEN CLIP…``.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import pyarrow as pa
from campaigns.doomed import DoomedLoad
from clusters import Nodes, cluster
from faults import Silent, require_whole

from dougagen.runs import Plan, extract_all
from dougagen.runs.cluster_config import ClusterConfig

ROOT = Path(__file__).resolve().parents[2]
_NODES = 3
_SECONDS = 300
"""For which a run may take: by then it hangs."""
_OF_A_WORKER, _OF_THE_RUN = 40, 60
"""Events of one that does an episode, and of a run: some more than there are."""


class RunsOnRay:
    """A cluster, and runs on it."""

    def __init__(self, scratch: Path, clips: list[Path], wanted: pa.Table, stack: ExitStack) -> None:
        self._scratch, self._clips, self._wanted = scratch, clips, wanted
        short = Path(tempfile.mkdtemp(prefix="dg-ray-", dir="/tmp"))
        stack.callback(shutil.rmtree, short, ignore_errors=True)
        self._nodes: Nodes = stack.enter_context(cluster(short))
        self._require_nodes()
        began = time.monotonic()
        self._require_done(self._run(scratch / "whole-on-ray"), scratch / "whole-on-ray")
        self._seconds = time.monotonic() - began

    def kill(self, number: int, rng: random.Random, on_event: bool, counts: Counter[str]) -> None:
        """One kill. AssertionError where a row is lost, doubled or half."""
        self._require_nodes()
        out = self._scratch / f"ray{number}"
        victim = rng.choice(("the run", "a worker") if on_event else ("the run", "a worker", "a node"))
        if on_event:
            run = self._run(
                out, victim, event=rng.randint(1, _OF_A_WORKER if victim == "a worker" else _OF_THE_RUN)
            )
            killed = self._ended(run) < 0
        else:
            run = self._run(out)
            time.sleep(rng.uniform(0.4, 1) * self._seconds)
            killed = self._strike(victim, run, rng)
        counts[f"Ray, {victim}, {'on an event' if on_event else 'at a moment'}"] += 1
        if victim == "the run":
            self._ended(run)
            run = self._run(out)
        said = self._require_done(run, out)
        killed = killed or (on_event and "it is done again" in said)
        counts["killed" if killed else "ended before the kill"] += 1
        shutil.rmtree(out)
        self._token(out).unlink(missing_ok=True)

    def _require_nodes(self) -> None:
        """One more for each that was killed."""
        while len(self._nodes.nodes) < _NODES:
            self._nodes.add()

    def _token(self, out: Path) -> Path:
        """Made by the worker that is to die at an event."""
        return out.with_name(f"{out.name}.doomed")

    def _run(self, out: Path, victim: str = "", *, event: int = 0) -> subprocess.Popen[bytes]:
        of_a_worker = event if victim == "a worker" else 0
        words = [self._nodes.address, out, of_a_worker, self._token(out), *self._clips]
        at = {"FAILING_DISK": f"{event} {out}"} if victim == "the run" else {}
        paths = os.pathsep.join((str(ROOT), str(ROOT / "tests")))
        return subprocess.Popen(
            [sys.executable, "-m", "campaigns.on_ray", *map(str, words)],
            env=os.environ | {"PYTHONPATH": paths} | at,
            stderr=subprocess.PIPE,  # a few lines
            start_new_session=True,
        )

    @staticmethod
    def _ended(run: subprocess.Popen[bytes]) -> int:
        try:
            return run.wait(_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(run.pid, signal.SIGKILL)
            raise AssertionError("the run hangs") from None

    def _require_done(self, run: subprocess.Popen[bytes], out: Path) -> str:
        """What it said, when all rows are there."""
        code = self._ended(run)
        assert run.stderr is not None
        said = run.stderr.read().decode(errors="replace")
        assert code == 0, said[-2000:]
        require_whole(out, self._wanted)
        return said

    def _strike(self, victim: str, run: subprocess.Popen[bytes], rng: random.Random) -> bool:
        """Whether there was something to kill."""
        if run.poll() is not None:
            return False
        if victim == "the run":
            os.killpg(run.pid, signal.SIGKILL)
            return True
        if victim == "a node":
            node = rng.choice(self._nodes.nodes)
            self._nodes.nodes.remove(node)
            node.kill()
            return True
        workers = sorted(pid for node in self._nodes.nodes for pid in node.pids() if _is_worker(pid))
        if workers:
            os.kill(rng.choice(workers), signal.SIGKILL)
        return bool(workers)


def _is_worker(pid: int) -> bool:
    try:
        return b"dougagen.runs.worker" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


class SaysWarnings(Silent):
    """On standard error."""

    def warned(self, what: str) -> None:
        sys.stderr.write(f"{what}\n")


def main(address: str, out: str, event: str, token: str, *clips: str) -> int:
    """The run."""
    load = DoomedLoad(out=out, event=int(event), token=token)
    report = extract_all(
        [Path(clip) for clip in clips], Plan(Path(out), on_existing="redo"), load=load, events=SaysWarnings(),
        cluster=ClusterConfig(address),
    )  # fmt: skip
    for failure in report.failed:
        sys.stderr.write(f"{failure.error}\n")
    return report.exit_code


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
