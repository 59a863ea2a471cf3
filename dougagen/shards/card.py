"""The dataset card: README.md with the YAML that tells the Hugging Face tools where the shards are.

Everything in it comes from the ledgers. What belongs to the owner is kept when the card is written again:
the ``license`` line and, byte for byte, all text below the marker. A README that a card cannot hold whole (a
link, another encoding, megabytes) is left alone, and the run says so.
"""

from __future__ import annotations

import logging
import os
import re
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dougagen.domain import PALETTE, DougaClass
from dougagen.errors import ShardError
from dougagen.files import (
    FileRefused,
    StorePath,
    names_in,
    place,
    read_file,
    remove_file,
    stat_of,
    write_file,
)
from dougagen.shards.durable import refusals_named
from dougagen.shards.ledger import (
    BACKGROUNDS,
    DATA,
    SCHEMA_VERSION,
    LedgerEntry,
    committed,
    committed_ids,
    split_of,
)
from dougagen.shards.locks import Lock, lock_path
from dougagen.shards.schema import PLATE_TABLE, RECORD_TABLE

_log = logging.getLogger(__name__)
CARD = "README.md"
_OWNER = "<!-- Below this line is yours: dougagen keeps it when it writes this card again. -->"
_STALE = re.compile(rf"\.{re.escape(CARD)}\.[0-9a-f]{{8}}\.partial")
_LICENSE_LINE = re.compile(r"^license: *(\S.*)$", re.MULTILINE)
_FRONT = re.compile("\ufeff?---\r?\n")
_MARKER = re.compile(re.escape(_OWNER).encode() + rb"\r?\n")
_MAX_CARD_BYTES = 4 << 20
_PATIENCE_SECONDS = 30.0
_ATTEMPTS = 20  # at writing while somebody else saves the README again and again
_LEFT_ALONE = "is left alone, and so the dataset has no card"
_OWNERS_START = """
## Licence and use

The pictures belong to whoever made the episodes. State here under which terms they may be used, and put the
licence's identifier into the `license` line at the top.
"""


def write_card(out: Path) -> Path:
    """Write ``out/README.md`` anew from the ledgers and return its path. Raises ShardError.

    One run at a time, so that the card of the last commit is the last to be written.
    """
    out = place(out)
    with _only_writer(out):
        return _write_card(out)


def renew_card(out: Path) -> None:
    """The card as the ledgers are now, after a commit: the rows are in the dataset, so a card that cannot be
    written is a line in the log and no failure. Without an episode there is none."""
    try:
        (write_card if committed_ids(out) else remove_card)(out)
    except ShardError as error:
        _log.warning("the dataset card was not written: %s", error)


def remove_card(out: Path) -> None:
    """After the last episode is gone: the card told of it. One into which its owner has written stays.

    Raises ShardError.
    """
    with _only_writer(out):
        card = out / CARD
        older = b"" if stat_of(card, below=out) is None else _read(card, out)
        marker = _MARKER.search(older)
        if marker is not None and older[marker.end() :] == _OWNERS_START.encode():
            remove_file(card, below=out)


@contextmanager
def _only_writer(out: Path) -> Iterator[None]:
    """Wait a little for a run that is writing the card; what it left hidden if it died is removed."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while (lock := Lock.take(lock_path(out, "card"))) is None and time.monotonic() < deadline:
        time.sleep(1.0 if isinstance(out, StorePath) else 0.02)
    if lock is None:
        raise ShardError("another run has been writing the card for a long time", where=out / CARD)
    with lock, refusals_named(out):
        for name in names_in(out):
            if _STALE.fullmatch(name):
                remove_file(out / name, below=out)
        yield


def _write_card(out: Path) -> Path:
    entries = tuple(committed(out))
    if not entries:
        raise ShardError("no episode is committed in this folder", where=out, remedy="extract one first")
    card = out / CARD
    with refusals_named(card):
        for _ in range(_ATTEMPTS):
            there = stat_of(card, below=out)
            older = b"" if there is None else _read(card, out)
            license_name, owners = _owners_part(older)
            yaml = _front_matter(entries, license_name, by_name=isinstance(out, StorePath))
            front = f"{yaml}\n{_body(entries)}\n{_OWNER}\n"
            text = front.encode() + owners
            if there is not None and text == older:
                return card
            if _is_unchanged(card, out, there):
                write_file(card, text, below=out)
                return card
    raise ShardError("is constantly being written by something else", where=card)


def _is_unchanged(card: Path, out: Path, there: os.stat_result | None) -> bool:
    """Whether the README that was read is the one that lies there now: its owner may have saved it since."""
    now = stat_of(card, below=out)
    if now is None or there is None:
        return now is there
    return (now.st_ino, now.st_mtime_ns, now.st_size) == (there.st_ino, there.st_mtime_ns, there.st_size)


def _read(card: Path, out: Path) -> bytes:
    """The README that is there. Raises ShardError where a card could not hold it whole."""
    try:
        data = read_file(card, most=_MAX_CARD_BYTES, below=out)
    except FileRefused as error:
        raise ShardError(f"{_LEFT_ALONE} ({error.strerror})", where=card, remedy=error.remedy) from error
    if not _is_text(data):
        remedy = "save it as UTF-8 or move it away"
        raise ShardError(f"{_LEFT_ALONE} (not UTF-8 text)", where=card, remedy=remedy)
    return data


def _is_text(data: bytes) -> bool:
    """Whether it is UTF-8; what holds a zero byte is another encoding that looks like it."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return b"\0" not in data


def _owners_part(card: bytes) -> tuple[str, bytes]:
    """The licence and the text that the owner wrote into an earlier card."""
    if not card:
        return "other", _OWNERS_START.encode()
    text = card.decode("utf-8")
    front = text.split("\n---", 1)[0]
    found = _LICENSE_LINE.search(front) if _FRONT.match(text) else None
    marker = _MARKER.search(card)
    if marker is None:  # not a card of ours: the folder had a README before, which is kept whole
        return _license(found), f"{_OWNERS_START}\n".encode() + card
    return _license(found), card[marker.end() :]


def _license(found: re.Match[str] | None) -> str:
    return found[1].strip() if found else "other"


def _front_matter(entries: tuple[LedgerEntry, ...], license_name: str, *, by_name: bool) -> str:
    """``by_name``: each shard is named, where files lie under their names before they are committed."""
    lines = [
        "---",
        f"license: {license_name}",
        "task_categories:",
        "- image-segmentation",
        "- image-to-image",
    ]
    lines += ["tags:", "- anime", "- line-art", "- douga"]
    # Named on purpose: without data_files a name that holds test, dev or eval hides other shards.
    tables = [("default", DATA, RECORD_TABLE, [shard for entry in entries for shard in entry.shards])]
    if plates := [shard for entry in entries for shard in entry.backgrounds]:
        # Only where there are plates: a config whose data_files match nothing stops its reader.
        tables.append((BACKGROUNDS, BACKGROUNDS, PLATE_TABLE, plates))
    lines += ["configs:"]
    for config, folder, _, shards in tables:
        lines += [f"- config_name: {config}", "  data_files:"]
        for split in sorted({split_of(shard.name) for shard in shards}):
            lines += [f"  - split: {split}"]
            if not by_name:
                lines += [f"    path: {folder}/{split}-*.parquet"]
                continue
            names = [shard.name for shard in shards if split_of(shard.name) == split]
            lines += ["    path:", *(f"    - {folder}/{name}" for name in names)]
    lines += ["dataset_info:"]
    for config, _, table, _ in tables:
        lines += [f"- config_name: {config}", "  features:"]
        for name, feature in table.features().items():
            lines += _yaml_feature(name, feature, "  ")
    return "\n".join([*lines, "---", ""])


def _yaml_feature(name: str, feature: Any, indent: str) -> list[str]:
    """A feature in the short YAML form of dataset cards, at ``indent``."""
    head = [f"{indent}- name: {name}"]
    if isinstance(feature, list):
        members = [line for m, f in feature[0].items() for line in _yaml_feature(m, f, f"{indent}  ")]
        return [*head, f"{indent}  list:", *members]
    kind = feature.get("_type")
    if kind == "Image":
        return [*head, f"{indent}  dtype: image"]
    if kind == "Sequence":
        return [*head, f"{indent}  sequence: {feature['feature']['dtype']}"]
    if kind == "Value":
        return [*head, f"{indent}  dtype: {feature['dtype']}"]
    members = [line for m, f in feature.items() for line in _yaml_feature(m, f, f"{indent}  ")]
    return [*head, f"{indent}  struct:", *members]


def _body(entries: tuple[LedgerEntry, ...]) -> str:
    reading = _reading(plates=any(entry.plates for entry in entries))
    return "\n".join([_introduction(entries), _counts(entries), _classes(), _provenance(entries), reading])


def _introduction(entries: tuple[LedgerEntry, ...]) -> str:
    records, plates = sum(entry.records for entry in entries), sum(entry.plates for entry in entries)
    versions = ", ".join(sorted({_plain(entry.dougagen_version) for entry in entries}))
    return f"""# Drawings of {len(entries):,} episode{"s" if len(entries) != 1 else ""}

{records:,} records. A record is one distinct drawing of an animation with the frames that showed it: `color`
(the picture in RGB, without loss), `cel_mask` (the visible pixels of the moving layer, grey PNG, 0 or 255)
and `douga` (its colour-coded line art, palette PNG whose pixel is the class). Schema version
{SCHEMA_VERSION}, written by dougagen {versions}.
{_plates_in_words(plates)}"""


def _plates_in_words(plates: int) -> str:
    """The second table; nothing where there is none."""
    if not plates:
        return ""
    return f"""
{plates:,} background{"s" if plates != 1 else ""} in the config `{BACKGROUNDS}`. A background is put together
from what the drawings of a shot show behind the cels: `image` (RGB PNG, often larger than the frame), `known`
(grey PNG, 0 where no drawing shows it: nothing is invented there) and `placements` (where each drawing lies
in it).
"""


def _counts(entries: tuple[LedgerEntry, ...]) -> str:
    records = sum(entry.records for entry in entries)
    size = sum(shard.bytes for entry in entries for shard in entry.shards)
    plates = sum(entry.plates for entry in entries)
    plate_size = sum(shard.bytes for entry in entries for shard in entry.backgrounds)
    rejected: Counter[str] = Counter()
    for entry in entries:
        rejected.update(entry.drawings_rejected)
    sizes = Counter(f"{entry.width}×{entry.height}" for entry in entries)
    rows = [
        ("episodes", f"{len(entries):,}"),
        ("frames decoded", f"{sum(entry.frames_decoded for entry in entries):,}"),
        ("shots", f"{sum(entry.shots for entry in entries):,}"),
        ("drawings", f"{sum(entry.drawings for entry in entries):,}"),
        ("records", f"{records:,}"),
        *((f"drawings rejected: {_plain(reason)}", f"{n:,}") for reason, n in sorted(rejected.items())),
        ("bytes", f"{size:,}"),
        ("bytes a record", f"{size // records:,}" if records else "—"),
        *([("backgrounds", f"{plates:,}"), ("bytes of backgrounds", f"{plate_size:,}")] if plates else ()),
        ("frame sizes", ", ".join(f"{name} ({n})" for name, n in sizes.most_common(8))),
    ]
    return "\n".join(["## Counts", "", "| | |", "|---|---|", *(f"| {a} | {b} |" for a, b in rows), ""])


def _classes() -> str:
    lines = ["## Classes of `douga`", "", "| pixel | class | colour |", "|---|---|---|"]
    lines += [f"| {int(c)} | {c.label} | {' '.join(map(str, PALETTE[c].tolist()))} |" for c in DougaClass]
    return "\n".join([*lines, ""])


def _provenance(entries: tuple[LedgerEntry, ...]) -> str:
    models = Counter(entry.models for entry in entries)
    digests = len({entry.config_digest for entry in entries})
    lines = ["## Provenance", "", "| models | episodes |", "|---|---|"]
    lines += [
        f"| {_plain(name) or 'none: drawn or synthesised'} | {n:,} |" for name, n in models.most_common()
    ]
    many = "" if digests == 1 else " Rows of different configurations are told apart by `config_digest`."
    lines += ["", f"{digests:,} configuration{'s' if digests != 1 else ''}.{many}", ""]
    return "\n".join(lines)


def _plain(text: str) -> str:
    """Text from elsewhere as it can stand in a Markdown table."""
    return "".join(c if c.isprintable() and c not in "|<>`[]" else " " for c in text)[:200].strip()


def _reading(*, plates: bool) -> str:
    load_plates = f'plates = load_dataset("path/to/this/folder", "{BACKGROUNDS}", split="train")\n'
    return f"""## Reading

```python
from datasets import load_dataset
rows = load_dataset("path/to/this/folder", split="train")
{load_plates if plates else ""}
import polars
rows = polars.read_parquet("path/to/this/folder/data/*.parquet")

import pandas
rows = pandas.read_parquet("path/to/this/folder/data")  # the folder data: beside it lies more than Parquet
```

```sql
SELECT record_id, held_frames, cel_fraction FROM 'path/to/this/folder/data/*.parquet';
```

An episode belongs to the dataset when, and only when, `episodes/<episode_id>.json` is there; that file
holds the hashes of its shards.
"""
