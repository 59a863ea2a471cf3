"""Ray clusters of several nodes on this machine, each with processes of its own, that tests may kill."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from waiting import comes, ends, is_alive

ROOT = Path(__file__).resolve().parents[1]
_RAY = [sys.executable, "-c", "from ray.scripts.scripts import main; main()"]
_ATTEMPTS = 4
_QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_worker_niceness": "0",
    "RAY_DASHBOARD_STARTUP_TIMEOUT_S": "300",
}


class Node:
    """A node: ``ray start --block`` and all that it starts, in a session of its own."""

    def __init__(self, place: Path, *words: str, before: Sequence[str] = (), **environment: str) -> None:
        self.log = place / "log"
        self._log = self.log.open("wb")
        path = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
        self._process = subprocess.Popen(
            [*before, *_RAY, "start", "--block", "--object-store-memory=80000000", *words],
            env={**os.environ, "PYTHONPATH": path, **_QUIET, **environment},
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def pids(self) -> list[int]:
        """Every process of it that runs, the first one first."""
        children: dict[int, list[int]] = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
        found = [self._process.pid]
        for pid in found:
            found += children.get(pid, [])
        return [pid for pid in found if is_alive(pid)]

    def kill(self) -> None:
        """As if the machine were switched off."""
        pids = self.pids()
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self._process.wait()
        assert ends(lambda: any(map(is_alive, pids)))
        self._log.close()


class Nodes:
    """A cluster: a head that works on nothing, and nodes."""

    def __init__(self, place: Path) -> None:
        self._place, self._count = place, 0
        self.nodes: list[Node] = []
        self.head = self._started("--head", "--port=0", "--num-cpus=0", "--include-dashboard=false",
                                  f"--temp-dir={place}")  # fmt: skip
        told = place / "ray_current_cluster"
        assert comes(
            lambda: (told.exists() and told.read_text().strip()) or not self.head.pids(), seconds=300
        )
        assert told.exists(), (place / "node1/log").read_text()
        self.address = told.read_text().strip()

    def add(self, *, before: Sequence[str] = (), cpus: int = 1, **environment: str) -> Node:
        """Waits until it is up: two that begin at the same time on one machine take each other's ports. On a
        busy machine Ray gives a node half a minute and then gives up: it is tried again."""
        words = (f"--address={self.address}", f"--num-cpus={cpus}")
        for _ in range(_ATTEMPTS):
            node = self._started(*words, before=before, **environment)
            assert comes(
                lambda node=node: b"Ray runtime started" in node.log.read_bytes() or not node.pids(),
                seconds=300,
            )
            if node.pids():
                self.nodes.append(node)
                return node
            node.kill()
        raise AssertionError(node.log.read_text())

    def _started(self, *words: str, before: Sequence[str] = (), **environment: str) -> Node:
        self._count += 1
        folder = self._place / f"node{self._count}"
        folder.mkdir()
        return Node(folder, *words, before=before, **environment)

    def close(self) -> None:
        for node in [*self.nodes, self.head]:
            node.kill()


@contextmanager
def cluster(place: Path) -> Iterator[Nodes]:
    """``place`` must be short: Ray puts sockets below it."""
    nodes = Nodes(place)
    try:
        yield nodes
    finally:
        nodes.close()


def size_of(address: str) -> int:
    """How many nodes of a cluster are alive, apart from its head, as a program of its own sees it."""
    program = (
        "import ray, sys\n"
        "ray.init(sys.argv[1], log_to_driver=False, logging_level='CRITICAL')\n"
        "print('NODES', sum(one['Alive'] and one['Resources'].get('CPU', 0) > 0 for one in ray.nodes()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, address],
        env={**os.environ, **_QUIET}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    found = [line for line in done.stdout.splitlines() if line.startswith("NODES ")]
    return int(found[-1].split()[1]) if found else 0


def content(out: Path) -> Mapping[str, bytes]:
    """Every file of a dataset but its ledgers and its card, which hold seconds: name → bytes."""
    kept = {p: p.read_bytes() for p in sorted(out.rglob("*")) if p.is_file()}
    return {str(p.relative_to(out)): data for p, data in kept.items() if p.suffix not in (".json", ".md")}
