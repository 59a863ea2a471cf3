"""On a node of a cluster: a worker's process, and what it says on its way to the run.

Ray sends this class as it is in the run, whatever the node has installed: so it can say that the node has
another dougagen or none. Hence nothing of ours is imported above, and ``Refused`` goes as a tuple until it is
known that both sides mean the same by it.
"""

from __future__ import annotations

import os
import pickle
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

_SECONDS_BETWEEN_MOVES = 1.0
"""A worker of this machine speaks more often; a hundred of a cluster would keep the run busy."""


class FarWorker:
    """Two may call it at once: one that listens, and one that stops."""

    def __init__(self) -> None:
        self._child: Any = None
        self._is_stopped = False

    def begin(
        self, version: str, token: str, environment: Mapping[str, str | None], setup: bytes
    ) -> Iterator[Any]:
        """Start the worker; the last message is Ready, Failed or Lost, or ``("refused", what, remedy)``.

        ``token`` is a file that the run has put into its output folder; ``environment`` is what the run has
        of some variables that Ray sets.
        """
        same = f"pip install the same on every node: 'dougagen[ray]=={version}'"
        try:
            import dougagen
        except ImportError:
            yield "refused", "has no dougagen", same
            return
        if dougagen.__version__ != version:
            yield "refused", f"has dougagen {dougagen.__version__}, this is {version}", same
            return
        from dougagen.files import place
        from dougagen.runs.children import Child
        from dougagen.runs.crew import WORKER
        from dougagen.runs.words import Failed, Ready

        try:
            is_seen = place(token).is_file()
        except OSError as error:
            yield "refused", f"cannot look into --out ({error.strerror})", "give every node access to it"
            return
        if not is_seen:
            remedy = "put --out on a disk that all nodes share under the same path, or into a store"
            yield "refused", "does not see --out", remedy
            return
        for name, value in environment.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        self._child = Child(WORKER)
        self._child.sender.send(pickle.loads(setup))
        yield from self._said(until=(Ready, Failed))

    def do(self, job: Any) -> Iterator[Any]:
        """Let the worker do an episode; the last message is an Outcome, Unseen or Lost."""
        from dougagen.files import StorePath
        from dougagen.runs.words import Outcome, Unseen

        if not isinstance(job.path, StorePath) and not os.path.exists(job.path):  # noqa: PTH110
            yield Unseen()
            return
        with suppress(OSError):  # it has died: said below
            self._child.sender.send(job)
        yield from self._said(until=Outcome)

    def _said(self, *, until: Any) -> Iterator[Any]:
        from dougagen.runs.children import in_words
        from dougagen.runs.words import Lost, Moved

        moved = 0.0
        while True:
            try:
                message = self._child.receiver.receive()
            except (EOFError, OSError, pickle.UnpicklingError):
                yield Lost(in_words(self._child.kill()))
                return
            if isinstance(message, Moved):
                if time.monotonic() - moved < _SECONDS_BETWEEN_MOVES:
                    continue
                moved = time.monotonic()
            yield message
            if isinstance(message, until):
                return

    def stop(self, seconds: float) -> None:
        """End the worker: it may tidy up for ``seconds``."""
        if self._child is None:
            return
        if seconds > 0:
            self._child.terminate()
            self._child.wait(seconds)
        self._child.stop()
        self._child.wait(seconds)
