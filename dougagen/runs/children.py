"""Processes of our own that die with their parent, however it dies, and hear no Ctrl-C meant for it.

A child is started from nothing (no fork: torch, FFmpeg and their threads do not survive one) and runs
``main(receiver, sender)`` of one module. The main module of the program is not imported again, as
``multiprocessing`` would: a script without ``if __name__ == "__main__"`` can call us.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from importlib import import_module
from pathlib import Path

from dougagen.runs.messages import Receiver, Sender

_BOOT = (
    "import sys, json; path, *words = sys.argv[1:]; sys.path[:] = json.loads(path); "
    "from dougagen.runs.children import _begin; _begin(*words)"
)
_PIPE_BYTES = 1 << 20
_F_SETPIPE_SZ = 1031
_PR_SET_PDEATHSIG = 1
_WATCHED_EVERY = 0.2  # s
_HEAP = {"MALLOC_ARENA_MAX": "1", "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}
"""For glibc. One heap: threads with a heap each give every large block back and fault it in again.
A 1080p clip took 62 s on two cores, 24 CPU seconds in the system; now 48 and 4 (``networks.allocator``). Of
huge pages, where the system lends them to who asks (``transparent_hugepage`` = ``madvise``): a 1080p drawing
takes .87 of the time, the peak of memory is no higher."""
OUT_OF_MEMORY = 77
"""Exit code of a child that outgrew its bound."""


class Child:
    """One running child: a sender to it, a receiver from it."""

    def __init__(self, module: str, *, deaf_to: Iterable[signal.Signals] = (signal.SIGINT,)) -> None:
        """Start ``main`` of ``module``. Signals it is ``deaf_to`` are blocked from its first instruction."""
        theirs_in, ours_out = os.pipe()
        ours_in, theirs_out = os.pipe()
        for end in (theirs_in, theirs_out):
            with suppress(OSError):
                fcntl.fcntl(end, _F_SETPIPE_SZ, _PIPE_BYTES)
        # the system takes the death of the thread that starts a child for the parent's
        owner = os.getpid() if threading.current_thread() is threading.main_thread() else 0
        words = [json.dumps(sys.path), module, str(theirs_in), str(theirs_out), str(owner)]
        before = signal.pthread_sigmask(signal.SIG_BLOCK, deaf_to)
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", _BOOT, *words],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=None if os.environ.get("DOUGAGEN_DEBUG") else subprocess.DEVNULL,
                env=_HEAP | os.environ,
                pass_fds=(theirs_in, theirs_out),
            )
        except BaseException:
            os.close(ours_out)
            os.close(ours_in)
            raise
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
            os.close(theirs_in)
            os.close(theirs_out)
        self.sender, self.receiver = Sender(ours_out), Receiver(ours_in)

    @property
    def pid(self) -> int:
        return self._process.pid

    def terminate(self) -> None:
        """Ask it to stop (SIGTERM)."""
        self._process.terminate()

    def wait(self, seconds: float) -> int | None:
        """Its exit code, negative for a signal; None where it still runs after ``seconds``."""
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def stop(self) -> None:
        """End it now; the pipes stay, so that another thread may read them to their end."""
        if self._process.poll() is None:
            self._process.kill()

    def kill(self) -> int:
        """End it now and return its exit code; the pipes are closed."""
        if self._process.poll() is None:
            self._process.kill()
        code = self._process.wait()
        self.sender.close()
        self.receiver.close()
        return code


def in_words(code: int) -> str:
    """How a process ended: ``killed by SIGSEGV``, ``exit code 3``."""
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"killed by signal {-code}"


def _begin(module: str, requests: str, answers: str, owner: str) -> None:
    """In the child: tie our life to the parent's, then do the work."""
    if int(owner):
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != int(owner):
            os._exit(1)
    watch(int(requests))
    main: Callable[[Receiver, Sender], None] = import_module(module).main
    main(Receiver(int(requests)), Sender(int(answers)))


def watch(leash: int, *, bound: int | None = None) -> None:
    """End this process when nobody holds the other end of the pipe ``leash`` any more, or with the exit code
    ``OUT_OF_MEMORY`` when it takes more than ``bound`` bytes of memory."""
    threading.Thread(target=_watch, args=(leash, bound), name="dougagen-watch", daemon=True).start()


def _watch(leash: int, bound: int | None) -> None:
    poll = select.poll()
    poll.register(leash, 0)  # no event but the hang-up, which is always told
    while not poll.poll(1000 * _WATCHED_EVERY):
        if bound is not None and resident_bytes() > bound:
            os._exit(OUT_OF_MEMORY)
    os._exit(1)


def resident_bytes() -> int:
    """Memory that this process has in use; 0 where the system does not say."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0
