"""Processes that make things: in order, light, and never left behind."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from waiting import ends, is_alive

from dougagen.errors import DougagenError
from dougagen.processes.workers import Workers, made_in_order

ROOT = Path(__file__).resolve().parents[3]
# What workers are given here is built in: they cannot import this file, which pytest keeps off sys.path.
SLOW_WHEN_EVEN = [f"__import__('time').sleep({0.05 * (1 - n % 2)}) or {n * n}" for n in range(12)]
HAS_LOADED_TORCH = "'torch' in __import__('sys').modules"
ENDS_AMID_A_RESULT = (  # it announces 256 bytes, sends none, and ends
    "__import__('sys')._getframe(1).f_locals['result_queue']._writer._send(b'\\0\\0\\1\\0')"
    " or __import__('os')._exit(3)"
)


def test_what_is_made_comes_in_order_and_workers_load_no_torch() -> None:
    with Workers(2, purpose="makes things") as workers:
        assert list(workers.in_order(eval, SLOW_WHEN_EVEN)) == [n * n for n in range(12)]
        assert list(workers.in_order(eval, 2 * [HAS_LOADED_TORCH])) == [False, False]


def test_closing_does_not_wait_for_what_is_being_made() -> None:
    with Workers(1, purpose="makes things") as workers:
        assert next(workers.in_order(time.sleep, [0.0, 600.0, 600.0])) is None
        (thread,) = (one for one in threading.enumerate() if "ExecutorManager" in type(one).__name__)
        begun = time.monotonic()
    assert not thread.is_alive(), "nothing that the end of the interpreter could stumble over"
    assert time.monotonic() - begun < 300


def test_a_program_that_ends_right_after_closing_says_nothing(tmp_path: Path) -> None:
    """However slowly the end of the interpreter wakes the thread of a pool that it still knows."""
    script = tmp_path / "program.py"
    script.write_text(
        "import time\n"
        "from concurrent.futures import process\n"
        "from multiprocessing.connection import Connection\n"
        "from dougagen.processes.workers import Workers\n"
        "write = Connection._write\n"
        "def slowly(file, data):\n"
        "    if process._global_shutdown:\n"
        "        time.sleep(2)\n"
        "    return write(file, data)\n"
        "if __name__ == '__main__':\n"
        "    Connection._send.__defaults__ = (slowly,)\n"
        "    with Workers(1, purpose='waits') as workers:\n"
        "        next(workers.in_order(time.sleep, [0.0, 600.0, 600.0]))\n"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, check=False, env=environment
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_one_worker_is_this_process() -> None:
    assert list(made_in_order(_pid, range(2), workers=1, purpose="makes things")) == [os.getpid()] * 2


def _pid(_: int) -> int:
    return os.getpid()


def test_a_worker_that_is_killed_is_one_line_with_a_remedy() -> None:
    with (
        Workers(1, purpose="makes things") as workers,
        pytest.raises(DougagenError, match="makes things was killed; is there enough memory"),
    ):
        list(workers.in_order(os._exit, [3, 3]))


def test_a_worker_that_ends_in_the_middle_of_a_result_leaves_nobody_waiting() -> None:
    with Workers(1, purpose="makes things") as workers:
        future = workers.submit(eval, ENDS_AMID_A_RESULT)
        with pytest.raises(DougagenError, match="makes things was killed; is there enough memory"):
            workers.result(future, timeout=300)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_workers_end_with_a_parent_that_was_killed() -> None:
    program = (
        "import os, time\n"
        "from dougagen.processes.workers import Workers\n"
        "if __name__ == '__main__':\n"
        "    workers = Workers(1, purpose='waits')\n"
        "    print(next(workers.in_order(abs, range(9))), *workers._pool._processes, flush=True)\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False).stdout
    assert ends(lambda: is_alive(int(told.split()[1])))
