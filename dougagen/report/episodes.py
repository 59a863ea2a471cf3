"""What episodes are called where people see them: by their file, and apart where two files have one name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from dougagen.shards import Dataset

_COLUMNS = ("episode_id", "source")
_FIRST_DIGITS = 8


def episode_labels(sources: Mapping[str, str]) -> dict[str, str]:
    """Episode id → label, from episode id → source; no two labels are alike.

    A label is ``01.mkv``, or ``01.mkv · 1a2b3c4d`` where another episode has that name, as ``season1/01.mkv``
    and ``season2/01.mkv`` do.
    """
    of_name = Counter(sources.values())
    labels = {
        episode_id: name if of_name[name] == 1 else f"{name} · {episode_id[:_FIRST_DIGITS]}"
        for episode_id, name in sources.items()
    }
    of_label = Counter(labels.values())  # of a file that is called like a label, and of ids that begin alike
    return {
        episode_id: label if of_label[label] == 1 else f"{sources[episode_id]} · {episode_id}"
        for episode_id, label in labels.items()
    }


def sources_of(dataset: Dataset) -> dict[str, str]:
    """Episode id → source, from the ledgers, or from the rows of a folder without; one source an episode."""
    if dataset.ledger:
        return {entry.episode_id: entry.source for entry in dataset.ledger}
    found: dict[str, str] = {}
    for _, table in dataset.tables(_COLUMNS):
        named = table.group_by(list(_COLUMNS), use_threads=False).aggregate([])
        for episode_id, source in zip(*(named[name].to_pylist() for name in _COLUMNS), strict=True):
            found.setdefault(episode_id, source)
    return found
