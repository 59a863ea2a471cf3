"""Where one hostile input is tried, and the law that holds for all of them.

Whatever a file holds, a command ends with a code of its own and lines that a terminal only shows; nothing
beside what it was told to write is touched; no network is asked; memory stays within a bound. Commands run in
this process, as ``dougagen.cli.main`` runs them: a new interpreter for each would cost a second each.
"""

from __future__ import annotations

import ctypes
import logging
import os
import random
import shutil
import signal
import sys
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from dougagen.cli.app import app
from dougagen.cli.console import JournalHandler, complain
from dougagen.cli.own_words import only_our_words
from dougagen.errors import DougagenError, printable
from dougagen.runs import children, crew, decoder

ROOM = 1 << 30
"""Bytes that this process may take beyond what it had before an input."""
_LONGEST_LINE = 5000
_NEW_NETWORK = 0x40000000


class Broken(AssertionError):  # noqa: N818 - the law is, by a fault of dougagen's
    """The law was broken: a fault of dougagen's."""


class _Forked:
    """What ``Child`` asks of ``subprocess.Popen``, of a fork."""

    def __init__(self, pid: int) -> None:
        self.pid, self._code = pid, None

    def poll(self) -> int | None:
        if self._code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self._code = os.waitstatus_to_exitcode(status) if pid else None
        return self._code

    def wait(self, seconds: float | None = None) -> int | None:
        deadline = time.monotonic() + (3600 if seconds is None else seconds)
        while self.poll() is None and time.monotonic() < deadline:
            time.sleep(0.002)
        return self._code

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)

    def terminate(self) -> None:
        os.kill(self.pid, signal.SIGTERM)


class ForkedChild(children.Child):
    """A decoder or worker as it is, but forked from a process that has loaded its modules: ten milliseconds
    instead of a second. Only for a process without threads of its own."""

    def __init__(self, module: str, *, deaf_to: Iterable[signal.Signals] = (signal.SIGINT,)) -> None:
        theirs_in, ours_out = os.pipe()
        ours_in, theirs_out = os.pipe()
        owner = os.getpid() if threading.current_thread() is threading.main_thread() else 0
        pid = os.fork()
        if pid == 0:
            try:
                kept = {theirs_in, theirs_out}
                for handle in map(int, os.listdir("/proc/self/fd")):  # noqa: PTH208 - what a sibling needs to end
                    if handle > 2 and handle not in kept:
                        with suppress(OSError):
                            os.close(handle)
                nothing = os.open(os.devnull, os.O_RDWR)
                for standard in range(3):
                    os.dup2(nothing, standard)
                signal.pthread_sigmask(signal.SIG_BLOCK, deaf_to)
                logging.getLogger("dougagen").handlers.clear()
                children._begin(module, str(theirs_in), str(theirs_out), str(owner))
                os._exit(0)
            except SystemExit as end:
                os._exit(end.code if isinstance(end.code, int) else 1)
            finally:
                os._exit(1)
        os.close(theirs_in)
        os.close(theirs_out)
        self._process: Any = _Forked(pid)
        self.sender, self.receiver = children.Sender(ours_out), children.Receiver(ours_in)


def fork_children() -> None:
    """Runs of this process fork their children from now on."""
    for module in (decoder, crew):
        module.Child = ForkedChild  # type: ignore[misc]


def leave_the_network() -> bool:
    """This process and its children have no network from now on; False where that needs root."""
    return ctypes.CDLL(None).unshare(_NEW_NETWORK) == 0


def asked_of_the_network() -> int:
    """How often anybody has tried, since ``leave_the_network``."""
    wanted = {"OutNoRoutes", "OutRequests", "ActiveOpens", "OutDatagrams"}
    lines = Path("/proc/net/snmp").read_text().splitlines()
    pairs = zip(lines[::2], lines[1::2], strict=True)
    counts = [
        dict(zip(names.split()[1:], map(int, values.split()[1:]), strict=True)) for names, values in pairs
    ]
    six = dict(line.split() for line in Path("/proc/net/snmp6").read_text().splitlines())
    return sum(v for count in counts for name, v in count.items() if name in wanted) + int(
        six["Ip6OutNoRoutes"]
    )


def _memory(what: str) -> int:
    return 1024 * int(Path("/proc/self/status").read_text().split(f"{what}:")[1].split()[0])


class Bench:
    """One input: a folder for it, a foreign one that nobody may touch, and what was said."""

    def __init__(self, root: Path, corpus: Path, rng: random.Random) -> None:
        shutil.rmtree(root, ignore_errors=True)
        self.root, self.corpus, self.rng = root, corpus, rng
        self.foreign, self.home = root / "foreign", root / "home"
        for folder in (self.foreign, self.home):
            folder.mkdir(parents=True)
            (folder / "kept").write_text("somebody's")
            (folder / "kept.parquet").write_bytes((corpus / "shard.parquet").read_bytes())
        self.ends = Counter[str]()
        self.told_to_remove = ""
        self._before = _below(self.foreign) | _below(self.home)
        self._spool = os.memfd_create("said")
        os.environ["HOME"] = str(self.home)
        os.chdir(self.foreign)
        Path("/proc/self/clear_refs").write_text("5")  # the highest use of memory is counted from here
        self._memory = _memory("VmRSS")

    def copy(self, name: str, to: str = "in") -> Path:
        """A part of the corpus, to be spoilt."""
        source, target = self.corpus / name, self.root / to
        return Path(shutil.copytree(source, target) if source.is_dir() else shutil.copy(source, target))

    def command(self, *words: object) -> int:
        """The exit code of a command, what it said by the law. Raises Broken."""
        handler = JournalHandler()
        logging.getLogger("dougagen").addHandler(handler)
        kept = [os.dup(1), os.dup(2)]
        os.ftruncate(self._spool, 0)
        os.lseek(self._spool, 0, os.SEEK_SET)
        for standard in (1, 2):
            os.dup2(self._spool, standard)
        try:
            code = _ended(*map(str, words))
            sys.stdout.flush()
            sys.stderr.flush()
        except Exception as error:
            raise Broken(f"{words[0]}: {traceback.format_exc()}") from error
        finally:
            for standard, handle in enumerate(kept, start=1):
                os.dup2(handle, standard)
                os.close(handle)
            logging.getLogger("dougagen").removeHandler(handler)
            said = os.pread(self._spool, 1 << 22, 0).decode("utf-8", "backslashreplace")
        self._require_lawful(str(words[0]), code, said)
        self.ends[f"{words[0]}: {code}"] += 1
        return code

    def asked(self, what: str, call: Callable[[], Any]) -> Any:
        """What ``call`` returns; None where it refuses in a line. Raises Broken."""
        try:
            found = call()
        except DougagenError as error:
            self.require_line(str(error))
            self.ends[f"{what}: refused"] += 1
            return None
        except Exception as error:
            raise Broken(f"{what}: {traceback.format_exc()}") from error
        self.ends[f"{what}: taken"] += 1
        return found

    def require_line(self, text: str) -> None:
        """Raises Broken where it is no line that a person could be shown."""
        if printable(text) != text or len(text) > _LONGEST_LINE:
            raise Broken(f"no line: {text[:300]!r}")

    def _require_lawful(self, command: str, code: int, said: str) -> None:
        if code not in (0, 1, 2):
            raise Broken(f"{command}: exit code {code}: {said[-2000:]}")
        for line in said.split("\n"):
            if printable(line) != line:
                raise Broken(f"{command}: not printable: {line[:300]!r}")
            lead = line.lstrip().lower()
            if lead.startswith(("traceback", "libpng", "[ warn", "[error", "corrupt", "terminate called")):
                raise Broken(f"{command}: a library spoke: {line[:300]!r}")
            if "unexpected failure" in line or "the decoder failed (" in line:
                raise Broken(f"{command}: {line[:1000]}")

    def close(self) -> None:
        """The law for what lies around. Raises Broken."""
        os.close(self._spool)
        after = _below(self.foreign) | _below(self.home)
        if after != self._before:
            raise Broken(f"foreign files: {sorted({*after.items()} ^ {*self._before.items()})[:4]}")
        beside = {path.name for path in self.root.iterdir()} - {"foreign", "home", "in", "out", "more"}
        if beside:
            raise Broken(f"beside what was asked for: {sorted(beside)}")
        taken = _memory("VmHWM") - self._memory
        if taken > ROOM:
            raise Broken(f"{taken >> 20} MB of memory")


def _ended(*words: str) -> int:
    """As ``main`` does it, but for faults of ours, which are raised."""
    try:
        with only_our_words():
            app(args=list(words), prog_name="dougagen")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except DougagenError as error:
        with only_our_words():
            complain(error)
        return error.exit_code
    return 0


def _below(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() if path.is_file() else b"" for path in folder.rglob("*")}
