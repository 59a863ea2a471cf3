"""A dataset that one knows by heart, for those who look at it on the light table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import cv2
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from records import commit, entry_of, record_of

from dougagen.domain import Placement, Plate, Record
from dougagen.shards.schema import PLATE_TABLE, RECORD_TABLE
from dougagen.view import LightTableServer, open_light_table

TENTH, SECOND = "1" * 16, "e" * 16
"""Ids of two episodes, ``ep 10.mkv`` and ``ep 2.mkv``: by their ids they stand the wrong way round."""
WIDTH, HEIGHT = 160, 90


def drawn(number: int, exposures: list[tuple[int, int]], **facts: Any) -> Record:
    """A picture with its number on it, on cel of a color of its own."""
    color = np.full((HEIGHT, WIDTH, 3), 200, np.uint8)
    mask = np.zeros((HEIGHT, WIDTH), bool)
    mask[20:70, 20 + 4 * number : 100 + 4 * number] = True
    color[mask] = (220, 60 + 20 * number, 90)
    cv2.putText(color, str(number), (40, 60), cv2.FONT_HERSHEY_SIMPLEX, 1, (0, 0, 0), 2)
    inner = cv2.erode(mask.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    douga = (mask & ~inner).astype(np.uint8)
    return record_of(color, mask, douga, exposures, drawing_index=number, **facts)


def lay_table(out: Path, *, second: str = "ep 2.mkv", plates: Sequence[Plate] = ()) -> Path:
    """Two episodes. The second has two shots: drawings 1 and 2 (1 comes back), and a drawing of which there
    is no record before its drawing 2."""
    of = {"episode_id": SECOND, "source": second}
    records = [
        drawn(0, [(0, 3), (6, 9)], **of),
        drawn(1, [(3, 6)], **of, flags=("dark",), cel_confidence=0.4),
        drawn(3, [(11, 15)], **of, shot_index=1),
    ]
    sheet = ("0:0-3 1:3-6 0:6-9", "2:9-11 3:11-15")
    entry = entry_of(
        3, frames=15, **of, shots=2, width=WIDTH, height=HEIGHT, timesheet=sheet, drawings=4,
        drawings_rejected={"blank": 1}, rejected={"blank": (2,)},
    )  # fmt: skip
    commit(out, records, entry, plates=plates)
    of = {"episode_id": TENTH, "source": "ep 10.mkv"}
    commit(out, [drawn(5, [(0, 2)], **of)], entry_of(1, **of, width=WIDTH, height=HEIGHT))
    return out


def a_plate() -> Plate:
    """Of the first shot of the second episode: two frames side by side, red and green. The first drawing
    shows the left half, the second the right one; the last row is not known."""
    image = np.zeros((HEIGHT, 2 * WIDTH, 3), np.uint8)
    image[:, :WIDTH], image[:, WIDTH:] = (255, 0, 0), (0, 255, 0)
    known = np.ones((HEIGHT, 2 * WIDTH), bool)
    known[-1] = False
    return Plate(SECOND, 0, 0, image, known, (Placement(0, 0, 0, 1), Placement(3, WIDTH, 0, 1)))


@contextmanager
def served(out: Path) -> Iterator[LightTableServer]:
    """The light table of a dataset, answering until the end of the block, however that comes."""
    with open_light_table(out, port=0) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def spoil(out: Path, episode_id: str, row: int, **cells: Any) -> Path:
    """Write the shard of an episode anew with other cells in one row; a picture is given as its bytes."""
    return _spoil(out / "data", episode_id, row, RECORD_TABLE, cells)


def spoil_plate(out: Path, episode_id: str, **cells: Any) -> Path:
    """The same for the first plate of an episode."""
    return _spoil(out / "backgrounds", episode_id, 0, PLATE_TABLE, cells)


def _spoil(folder: Path, episode_id: str, row: int, table: Any, cells: dict[str, Any]) -> Path:
    (shard,) = folder.glob(f"*{episode_id}*.parquet")
    rows = pq.read_table(shard).to_pylist()
    for name, value in cells.items():
        rows[row][name] = {"bytes": value, "path": None} if name in table.images else value
    pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), shard)
    return shard
