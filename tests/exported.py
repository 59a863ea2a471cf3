"""A small dataset to export, drawn by hand: two episodes, four shots, every class, a drawing that returns."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from records import commit, entry_of, record_of

from dougagen.domain import Placement, Plate, Record

FIRST, SECOND = "a" * 16, "b" * 16
SHOTS: dict[str, list[list[tuple[int, int]]]] = {
    # the first drawing of the first shot returns; frames 8 and 9 of it belong to no drawing
    FIRST: [[(0, 2), (4, 6)], [(2, 4)], [(6, 8), (10, 12)], [(12, 15)], [(15, 16)]],
    SECOND: [[(0, 3)], [(3, 6)], [(6, 24)]],
}
"""Episode → the exposures of each drawing."""
SHOT_OF = {FIRST: (0, 0, 0, 1, 1), SECOND: (0, 1, 1)}
RECORDS = 8


def drawing(
    episode_id: str, index: int, *, height: int = 48, width: int = 64, grain: int = 0, **facts: Any
) -> Record:
    """A box on a ground: its cel mask, its outline and two columns of every class inside it."""
    rng = np.random.default_rng(index + 100 * ord(episode_id[0]))
    color = np.zeros((height, width, 3), np.uint8) + rng.integers(20, 200, 3, dtype=np.uint8)
    cel, classes = np.zeros((height, width), bool), np.zeros((height, width), np.uint8)
    box = np.s_[8 + index : height - 8, 10 : width - 10]
    cel[box], classes[box] = True, 1
    for one in range(10):
        classes[10 + index : height - 10, 12 + 2 * one : 14 + 2 * one] = one
    color[cel] = 255 - color[cel]
    if grain:
        color ^= rng.integers(0, grain, color.shape, dtype=np.uint8)
    exposures = SHOTS[episode_id][index]
    known: dict[str, Any] = {
        "episode_id": episode_id,
        "source": f"{episode_id[0]} 夜.mkv",
        "shot_index": SHOT_OF[episode_id][index],
        "drawing_index": index,
        "cel_confidence": 0.5,
        "flags": ("dark",) if index % 2 else (),
        "measures": (("text", 0.25 * index),),
    }
    return record_of(color, cel, classes, exposures, **(known | facts))


def plates_of_first() -> list[Plate]:
    """Of the first episode, in grey: of its first shot one that is half as wide again and slid along, with a
    strip that no drawing shows; of its second one as large as the picture. The second episode has none."""
    wide, whole = np.full((48, 96, 3), 100, np.uint8), np.full((48, 64, 3), 100, np.uint8)
    known = np.ones((48, 96), bool)
    known[:, 40:50], wide[:, 40:50] = False, 0
    slid = tuple(Placement(frame, x, 0, 1) for frame, x in ((0, 0), (2, 0), (6, 32)))
    stands = tuple(Placement(frame, 0, 0, 1) for frame in (12, 15))
    return [Plate(FIRST, 0, 0, wide, known, slid), Plate(FIRST, 1, 0, whole, np.ones((48, 64), bool), stands)]


def make_dataset(out: Path, *, plates: bool = False, **pictures: Any) -> Path:
    """Both episodes, committed."""
    for episode_id, shots in SHOTS.items():
        records = [drawing(episode_id, index, **pictures) for index in range(len(shots))]
        height, width = records[0].triplet.douga.classes.shape
        held = sum(record.provenance.held_frames for record in records)
        commit(
            out,
            records,
            entry_of(
                len(records), frames=held, episode_id=episode_id, shots=2, width=width, height=height,
                source=records[0].provenance.source,
            ),
            plates=plates_of_first() if plates and episode_id == FIRST else (),
        )  # fmt: skip
    return out


def plain_shard(dataset: Path, out: Path, **columns: list[Any]) -> Path:
    """A folder with the rows of the first episode as a stranger wrote them: other values in ``columns``."""
    (shard,) = dataset.glob(f"data/train-{FIRST}-*.parquet")
    table = pq.read_table(shard)
    for name, values in columns.items():
        field = table.schema.field(name)
        at = table.schema.get_field_index(name)
        table = table.set_column(at, field, pa.array(values, field.type))
    out.mkdir(parents=True)
    pq.write_table(table, out / "strange.parquet")
    return out


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below it, hidden ones included."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
