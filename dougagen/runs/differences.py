"""What a run says of an episode that is in the dataset, while it would make other rows of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from dougagen.config import LIMITS
from dougagen.errors import ShardError
from dougagen.shards import LedgerEntry
from dougagen.shards.option_words import NOT_GIVEN, differences, in_a_clause

_REDO_OR_SKIP = "--on-existing redo replaces it, --on-existing skip keeps it"


def under_other_options(entry: LedgerEntry, options: Mapping[str, str], *, source: Path) -> ShardError:
    """The line for ``source``, which is in the dataset as ``entry`` says, and not as ``options`` ask for."""
    if not entry.options:
        what = "already in the dataset under other options; its ledger is of a version that did not note them"
        return ShardError(what, where=source, remedy=_REDO_OR_SKIP)
    found = list(differences(entry.options, options))
    if not found:  # two versions of dougagen
        what = f"already in the dataset, made by dougagen {entry.dougagen_version} in another way"
        return ShardError(what, where=source, remedy=_REDO_OR_SKIP)
    if all(one.name in LIMITS for one in found):
        what = "already in the dataset, but this run reads another part of it"
        if all(options.get(name, NOT_GIVEN) == NOT_GIVEN for name in LIMITS):
            what = "only a part of it is in the dataset, as a trial leaves it"
        remedy = "--on-existing redo replaces it with what is asked for now, --on-existing skip keeps it"
    else:
        what, remedy = "already in the dataset under other options", _REDO_OR_SKIP
    return ShardError(f"{what} ({in_a_clause(found)})", where=source, remedy=remedy)
