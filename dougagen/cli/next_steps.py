"""Where to look next: the last line of a command that has filled a folder, ready to be copied."""

from __future__ import annotations

import shlex
from pathlib import Path

from dougagen.errors import printable


def look_at(dataset: Path) -> str:
    """The command that shows the drawings of a dataset."""
    return f"dougagen view {_typed(dataset)}"


def all_figures(dataset: Path) -> str:
    """The command that shows every table of a dataset."""
    return f"dougagen stats {_typed(dataset)} --full"


def read_export(to: str, out: Path) -> str:
    """How a program reads what was exported; empty for pictures, which every program of their kind opens."""
    tars, folder, index = (
        printable(repr(str(place))) for place in (out / "train-*.tar", out, out / "train/instances.json")
    )
    return {
        "webdataset": f"webdataset.WebDataset(glob({tars})).decode('rgb8') reads it",
        "folders": f"datasets.load_dataset('imagefolder', data_dir={folder}) reads it",
        "coco": f"pycocotools.coco.COCO({index}) reads it",
        "clips": "clips.jsonl in the folder of each part lists the shots",
        "cels": "the README.txt of a shot says how OpenToonz and CLIP STUDIO open it",
    }.get(to, "")


def _typed(path: Path) -> str:
    """A path as one types it; ``./`` before a name that would be read as an option."""
    text = str(path)
    return printable(shlex.quote(f"./{text}" if text.startswith("-") else text))
