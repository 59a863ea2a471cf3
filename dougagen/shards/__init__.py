"""RECORDS ⇄ PARQUET. Names load what they need when they are first used: the ledger costs no Arrow.

Write: ``EpisodeWriter(out, episode_id=…)`` takes ``encode_record(record)``, plates, and ends with
``commit(entry)``.
Read: ``read_records(path)``, ``read_plates(path)``, ``read_rows(path, columns)``, ``open_dataset(path)``.
Keep: ``remove_episodes(out, …)``, ``merge_datasets(folders, out)``, ``settle_repeats(out)``,
``write_card(out)``, ``verify_dataset(out)``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dougagen.shards.card import renew_card, write_card
    from dougagen.shards.color_codecs import color_codec_of, color_size, decode_color, require_color_codec
    from dougagen.shards.filters import Filter, parse_filter
    from dougagen.shards.ledger import (
        SCHEMA_VERSION,
        LedgerEntry,
        ShardFacts,
        committed,
        committed_ids,
        ledger_path,
        read_ledger,
    )
    from dougagen.shards.locks import EpisodeBusy, Lock, lock_episode
    from dougagen.shards.merging import Merged, merge_datasets
    from dougagen.shards.pictures import coded_pictures, require_whole_picture
    from dougagen.shards.plate_rows import decode_plate
    from dougagen.shards.plates import Plates, read_plates
    from dougagen.shards.reader import (
        Dataset,
        RowGroup,
        count_records,
        open_dataset,
        read_records,
        read_rows,
    )
    from dougagen.shards.recovery import Recovered, files_of, recover, recover_episode, shard_is_whole
    from dougagen.shards.removal import Leaving, Removal, remove_episodes
    from dougagen.shards.repeats import PrintsTaken
    from dougagen.shards.rows import EncodedRecord, decode_row, encode_record
    from dougagen.shards.scaling import at_lines, plate_at_lines, require_lines, size_at
    from dougagen.shards.selection import SelectedRow, read_selected, select_rows
    from dougagen.shards.settling import Settled, settle_repeats
    from dougagen.shards.splits import part_of, shares_of, split_key
    from dougagen.shards.stored import writer_of
    from dougagen.shards.verify import Damage, VerifyReport, verify_dataset
    from dougagen.shards.writer import ROW_GROUP_BYTES, SHARD_BYTES, EpisodeWriter

_HOME = {
    "SCHEMA_VERSION": "ledger",
    "LedgerEntry": "ledger",
    "ShardFacts": "ledger",
    "committed": "ledger",
    "committed_ids": "ledger",
    "ledger_path": "ledger",
    "read_ledger": "ledger",
    "EpisodeBusy": "locks",
    "Lock": "locks",
    "lock_episode": "locks",
    "coded_pictures": "pictures",
    "require_whole_picture": "pictures",
    "Recovered": "recovery",
    "files_of": "recovery",
    "recover": "recovery",
    "recover_episode": "recovery",
    "shard_is_whole": "recovery",
    "PrintsTaken": "repeats",
    "at_lines": "scaling",
    "decode_plate": "plate_rows",
    "plate_at_lines": "scaling",
    "require_lines": "scaling",
    "size_at": "scaling",
    "part_of": "splits",
    "shares_of": "splits",
    "split_key": "splits",
    "Settled": "settling",
    "settle_repeats": "settling",
    "EncodedRecord": "rows",
    "decode_row": "rows",
    "encode_record": "rows",
    "ROW_GROUP_BYTES": "writer",
    "SHARD_BYTES": "writer",
    "EpisodeWriter": "writer",
    "writer_of": "stored",
    "Merged": "merging",
    "merge_datasets": "merging",
    "Leaving": "removal",
    "Removal": "removal",
    "remove_episodes": "removal",
    "Plates": "plates",
    "read_plates": "plates",
    "Dataset": "reader",
    "RowGroup": "reader",
    "count_records": "reader",
    "open_dataset": "reader",
    "read_records": "reader",
    "read_rows": "reader",
    "Filter": "filters",
    "parse_filter": "filters",
    "color_codec_of": "color_codecs",
    "color_size": "color_codecs",
    "decode_color": "color_codecs",
    "require_color_codec": "color_codecs",
    "SelectedRow": "selection",
    "read_selected": "selection",
    "select_rows": "selection",
    "renew_card": "card",
    "write_card": "card",
    "Damage": "verify",
    "VerifyReport": "verify",
    "verify_dataset": "verify",
}

__all__ = [
    "ROW_GROUP_BYTES",
    "SCHEMA_VERSION",
    "SHARD_BYTES",
    "Damage",
    "Dataset",
    "EncodedRecord",
    "EpisodeBusy",
    "EpisodeWriter",
    "Filter",
    "Leaving",
    "LedgerEntry",
    "Lock",
    "Merged",
    "Plates",
    "PrintsTaken",
    "Recovered",
    "Removal",
    "RowGroup",
    "SelectedRow",
    "Settled",
    "ShardFacts",
    "VerifyReport",
    "at_lines",
    "coded_pictures",
    "color_codec_of",
    "color_size",
    "committed",
    "committed_ids",
    "count_records",
    "decode_color",
    "decode_plate",
    "decode_row",
    "encode_record",
    "files_of",
    "ledger_path",
    "lock_episode",
    "merge_datasets",
    "open_dataset",
    "parse_filter",
    "part_of",
    "plate_at_lines",
    "read_ledger",
    "read_plates",
    "read_records",
    "read_rows",
    "read_selected",
    "recover",
    "recover_episode",
    "remove_episodes",
    "renew_card",
    "require_color_codec",
    "require_lines",
    "require_whole_picture",
    "select_rows",
    "settle_repeats",
    "shard_is_whole",
    "shares_of",
    "size_at",
    "split_key",
    "verify_dataset",
    "write_card",
    "writer_of",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value
