"""Processes that draw: in order, light, and never left behind."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from dougagen.errors import DougagenError
from dougagen.studio.workers import SceneWorkers, made_in_order

# What workers are given here is built in: they cannot import this file, which pytest keeps off sys.path.
SLOW_WHEN_EVEN = [f"__import__('time').sleep({0.05 * (1 - n % 2)}) or {n * n}" for n in range(12)]
HAS_LOADED_TORCH = "'torch' in __import__('sys').modules"


def test_what_is_made_comes_in_order_and_workers_load_no_torch() -> None:
    with SceneWorkers(2) as workers:
        assert list(workers.in_order(eval, SLOW_WHEN_EVEN)) == [n * n for n in range(12)]
        assert list(workers.in_order(eval, 2 * [HAS_LOADED_TORCH])) == [False, False]


def test_closing_does_not_wait_for_what_is_being_made() -> None:
    with SceneWorkers(1) as workers:
        assert next(workers.in_order(time.sleep, [0.0, 60.0, 60.0])) is None
        begun = time.monotonic()
    workers._pool.shutdown(wait=True)
    assert time.monotonic() - begun < 30


def test_one_worker_is_this_process() -> None:
    assert list(made_in_order(_pid, range(2), workers=1)) == [os.getpid()] * 2


def _pid(_: int) -> int:
    return os.getpid()


def test_a_worker_that_is_killed_is_one_line_with_a_remedy() -> None:
    with SceneWorkers(1) as workers, pytest.raises(DougagenError, match="killed; is there enough memory"):
        list(workers.in_order(os._exit, [3, 3]))


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_workers_end_with_a_parent_that_was_killed() -> None:
    program = (
        "import os, time\n"
        "from dougagen.studio.workers import SceneWorkers\n"
        "if __name__ == '__main__':\n"
        "    workers = SceneWorkers(1)\n"
        "    print(next(workers.in_order(abs, range(9))), *workers._pool._processes, flush=True)\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False).stdout
    worker = int(told.split()[1])
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            os.kill(worker, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    pytest.fail(f"worker {worker} outlived its parent")
