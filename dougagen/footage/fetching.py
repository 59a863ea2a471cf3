"""A video of a store, on this machine for as long as it is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from os import PathLike
from pathlib import Path

from dougagen.errors import EpisodeError
from dougagen.files import READ_ONLY, StorePath, place, refused_as, staged


def video_place(path: str | PathLike[str]) -> Path:
    """The path of a video as it was typed: of this machine, of a store, or ``http(s)://``.

    Raises UsageError at an address that cannot be used.
    """
    return place(path, also=READ_ONLY)


@contextmanager
def on_this_machine(path: Path, *, moved: Callable[[int], object] = lambda _: None) -> Iterator[Path]:
    """``path`` itself, or a copy of what lies there in a store, which goes when the block ends.

    ``moved`` hears how many bytes have come. What is said of the copy inside is said of ``path``. Raises
    EpisodeError where it cannot be fetched, does not fit on the disk, or changes while it is read.
    """
    if not isinstance(path, StorePath):
        yield path
        return
    with ExitStack() as stack:
        with refused_as(EpisodeError, path, what="cannot be read"):
            here = stack.enter_context(staged(path, moved=moved))
        try:
            yield here
        except EpisodeError as error:
            if error.where is None or Path(error.where) != here:
                raise
            raise EpisodeError(error.what, where=path, remedy=error.remedy) from error
