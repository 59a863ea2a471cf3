"""Episodes that show the same drawings, committed without a video; and what a dataset of them shows."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
from records import entry_of, noise, plate_of, record_of

from dougagen.domain import Placement
from dougagen.shards import encode_record, read_records, read_rows, writer_of
from dougagen.shards.repeats import print_of, table_of

HEIGHT, WIDTH = 5, 7
CEL = np.tile(np.arange(WIDTH) < WIDTH // 2, (HEIGHT, 1))
DOUGA = (np.arange(HEIGHT * WIDTH, dtype=np.uint8) % 10).reshape(HEIGHT, WIDTH)


def put(
    out: Path, episode_id: str, numbers: list[int], mode: str = "drop", *, plate: bool = False, **facts: Any
) -> None:
    """Commit an episode of the drawings with these numbers, in place of an earlier one; equal numbers are
    equal drawings. Drawing ``n`` of the episode is at frame ``10 * n``. ``plate``: they have a background."""
    digest = hashlib.sha256(f"{mode}{numbers}".encode()).hexdigest()
    known_by = [print_of(noise(number, HEIGHT, WIDTH)) for number in numbers]
    with writer_of(out, episode_id=episode_id, on_existing="redo", digest=digest) as writer:
        for n, (number, seen) in enumerate(zip(numbers, known_by, strict=True)):
            record = record_of(
                noise(number, HEIGHT, WIDTH), CEL, DOUGA, ((10 * n, 10 * n + 2),),
                episode_id=episode_id, drawing_index=n, config_digest=digest, fingerprint=seen.fingerprint,
            )  # fmt: skip
            writer.write(encode_record(record))
        if plate:
            placed = tuple(Placement(10 * n, n, 0, 1) for n in range(len(numbers)))
            writer.write_plate(plate_of(width=8 + len(numbers), episode_id=episode_id, placements=placed))
        entry = entry_of(len(numbers), episode_id=episode_id, on_repeat=mode, config_digest=digest, **facts)
        writer.commit(entry, prints=table_of((10 * n, seen) for n, seen in enumerate(known_by)))


def shown(out: Path) -> dict[str, str]:
    """Record → what its row says it repeats."""
    rows = [row for table in read_rows(out) for row in table.to_pylist()]
    assert all(("repeat" in row["flags"]) == bool(row["repeats"]) for row in rows)
    return {row["record_id"]: row["repeats"] for row in rows}


def pictures(out: Path) -> set[bytes]:
    """The distinct pictures that the dataset shows."""
    return {record.triplet.color.tobytes() for record in read_records(out)}


def everything(out: Path) -> dict[str, bytes]:
    """Every file of the dataset; locks are none."""
    files = (p for p in out.rglob("*") if p.is_file() and p.suffix != ".lock")
    return {p.relative_to(out).as_posix(): p.read_bytes() for p in files}
