"""The lock of a dataset in a store: an object that says who has it, put anew every now and then.

One that has not been put anew for ``LEASE_SECONDS``, by the store's own clock, is nobody's; on the machine of
its owner it is nobody's as soon as its process is gone. It is taken, renewed and taken over by conditional
puts, so of two only one succeeds. A lease can end while its owner sleeps: so nothing rests on it alone. The
ledger is put on the condition that it is what it was when the episode was taken, and shards have names of
their own in each attempt (``stored``).
"""

from __future__ import annotations

import errno
import json
import os
import secrets
import socket
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from dougagen.errors import ShardError
from dougagen.files import ABSENT, ConditionalStore, StorePath, StoreRefused, conditional
from dougagen.shards.locks import Lock

LEASE_SECONDS = 120.0
_RENEWAL_SECONDS = 20.0
_TRUSTED_SECONDS = 80.0
"""Since the last renewal, for which its holder may commit: shorter than a lease by more than a store takes
to answer."""

_HELD: set[str] = set()
"""The tokens of this process; one that it could not take away when it let go is in nobody's way."""


class Lease(Lock):
    """A lock in a store; renewed by a thread of its own until it is released."""

    def __init__(self, store: ConditionalStore, path: StorePath, token: str, tag: str, asked: float) -> None:
        self._store, self._object, self._token, self._tag = store, path, token, tag
        self._asked = asked
        """On the clock that also runs while the machine sleeps: when the last renewal was sent."""
        self._count = 0
        _HELD.add(token)
        self._turn = threading.Lock()
        self._released = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="dougagen-lease", daemon=True)
        self._thread.start()

    @classmethod
    def take_at(cls, path: StorePath) -> Lease | None:
        """The lease, or None where a living run has it. Raises ShardError."""
        from dougagen.shards.durable import refusals_named

        with refusals_named(path.parents[2]):
            store, token = conditional(path.parents[2]), secrets.token_hex(8)
            over, unheard = ABSENT, None
            for _ in range(3):
                asked, text = _now(), _text(token, 0)
                try:
                    return cls(store, path, token, store.put(path, text, over=over), asked)
                except StoreRefused as error:
                    if error.errno != errno.ESTALE and not error.outcome_unknown:
                        raise
                    unheard = error if error.outcome_unknown else None
                try:
                    data, tag, age = store.small(path)
                except FileNotFoundError:
                    if unheard is not None and unheard.errno == errno.ETIMEDOUT:
                        raise unheard from None
                    over = ABSENT
                    continue
                if data == text:  # our own: the answer was lost, not the object
                    return cls(store, path, token, tag, asked)
                if age < LEASE_SECONDS and not _is_dead(data):
                    return None
                over = tag
            if unheard is not None:  # the store's doing, not that of another run
                raise unheard
        return None

    @staticmethod
    def is_of_the_dead(path: StorePath) -> bool:
        """Whether it is there, and of a process of this machine that is no more. Raises OSError."""
        try:
            return _is_dead(conditional(path.parents[2]).small(path)[0])
        except FileNotFoundError:
            return False

    def require_held(self) -> None:
        """Raise ShardError where the lease may have ended meanwhile."""
        with self._turn:
            if _now() - self._asked > _TRUSTED_SECONDS / 2:
                self._renew()
            if _now() - self._asked > _TRUSTED_SECONDS:
                raise ShardError(
                    "the lock on it was lost, since the store did not answer in time or this machine slept",
                    where=self._object.parents[2],
                    remedy="run the same command again",
                )

    def release(self) -> None:
        """Let go, if it is still ours."""
        if self._released.is_set():
            return
        self._released.set()
        self._thread.join()
        _HELD.discard(self._token)
        with suppress(OSError):
            if _now() - self._asked < _TRUSTED_SECONDS and self._is_ours(self._store.small(self._object)[0]):
                self._store.remove(self._object)

    def _keep(self) -> None:
        while not self._released.wait(_RENEWAL_SECONDS):
            with self._turn:
                self._renew()

    def _renew(self) -> None:
        """Give a sign of life; where that fails, the time since the last one grows."""
        self._count += 1
        asked = _now()
        with suppress(OSError):
            try:
                self._tag = self._store.put(self._object, _text(self._token, self._count), over=self._tag)
            except StoreRefused:
                data, tag, _ = self._store.small(self._object)
                if not self._is_ours(data):
                    self._asked = float("-inf")
                    return
                self._tag = tag  # one of our own puts whose answer was lost
                self._tag = self._store.put(
                    self._object, _text(self._token, self._count, again=True), over=tag
                )
            self._asked = asked

    def _is_ours(self, data: bytes) -> bool:
        return _said(data).get("token") == self._token


def _now() -> float:
    """Seconds, also those in which the machine slept."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def _text(token: str, count: int, *, again: bool = False) -> bytes:
    """Whose it is: a different text at each renewal, for a tag may be a sum over the content."""
    said = {
        "token": token,
        "machine": _machine(),
        "host": socket.gethostname(),
        "process": os.getpid(),
        "began": _began(os.getpid()),
        "renewed": f"{count}{'+' * again}",
    }
    return json.dumps(said).encode()


def _said(data: bytes) -> dict[str, Any]:
    try:
        said = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _is_dead(data: bytes) -> bool:
    """Whether it is of a process of this machine, since it was started, that is no more."""
    said = _said(data)
    process = said.get("process")
    if said.get("machine") != _machine() or not _machine() or not isinstance(process, int):
        return False
    if _began(process) != said.get("began"):
        return True
    return process == os.getpid() and said.get("token") not in _HELD


def _machine() -> str:
    """Of this machine since it was started, and of this container; empty where the system does not say."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return ""


def _began(process: int) -> str:
    """When a process was started, by the system's count; empty where there is no such process."""
    try:
        text = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return ""
    fields = text.rpartition(")")[2].split()
    return "" if fields[0] in "ZX" else fields[19]
