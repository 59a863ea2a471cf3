"""The two weights files that work together: which of them a folder lacks, and scores noted in both."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from dougagen.errors import WeightsError
from dougagen.inventory.noted_scores import file_digest, note_scores, tensors_digest
from dougagen.networks import Task, find_weights


def missing_of_pair(folder: Path) -> tuple[str, ...]:
    """Names of the files that ``folder`` lacks for ``extract --models``; empty where it is no folder."""
    names = (f"{task}.safetensors" for task in Task)
    return tuple(name for name in names if folder.is_dir() and not (folder / name).is_file())


def note_in_pair(
    models: Path | None, scores: Callable[[str], Mapping[str, object]], *, measured: str
) -> Iterator[Path]:
    """Note scores in the headers of both files; yields each once that is done.

    Args:
        models: their folder; None: that of the weights that ship.
        scores: ``tensors_digest`` of the other file → what to note in this one.
        measured: ``NetworkReconstructor.models`` of the networks that were measured.

    Raises WeightsError where a file is not the one that was measured, before anything is noted.
    """
    pair = [find_weights(models, task) for task in Task]
    for path in pair:  # a training may have put better ones there meanwhile
        if f"@{file_digest(path)[:8]}" not in measured:
            raise WeightsError(
                "the weights changed while they were measured", where=path, remedy="measure again"
            )
    partners = [tensors_digest(path) for path in reversed(pair)]
    for path, partner in zip(pair, partners, strict=True):
        note_scores(path, scores(partner))
        yield path
