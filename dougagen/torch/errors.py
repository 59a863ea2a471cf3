"""What goes wrong while tensors are loaded, in one line, also when it happens in a worker of a DataLoader.

torch raises an error of a worker anew as ``kind(text)``, where the text is the whole traceback. Its last line
is what was said.
"""

from __future__ import annotations

from os import PathLike

from dougagen.errors import ShardError, UsageError

_FROM_WORKER = "Caught "


class RecordError(ShardError):
    """A record or a shard is damaged."""

    def __init__(self, what: str, *, where: str | PathLike[str] | None = None, remedy: str = "") -> None:
        super().__init__(_said(what, type(self)), where=where, remedy=remedy)


class BatchError(UsageError):
    """Samples do not make a batch."""

    def __init__(self, what: str, *, where: str | PathLike[str] | None = None, remedy: str = "") -> None:
        super().__init__(_said(what, type(self)), where=where, remedy=remedy)


def _said(what: str, kind: type) -> str:
    if not what.startswith(_FROM_WORKER):
        return what
    last = what.rstrip().rpartition("\n")[2]
    return last.removeprefix(f"{kind.__module__}.{kind.__qualname__}: ")
