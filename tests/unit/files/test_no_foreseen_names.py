"""The whole-file writers that once had names that anybody foresees, each with a link laid at its old name."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from dougagen.domain import CelMask, Douga, Triplet
from dougagen.evaluation.picture_sheet import write_png
from dougagen.inventory.entries import CardState, card_state
from dougagen.labels.export import export_label
from dougagen.networks import Task, Wiring, build_network, save_weights
from dougagen.report.page import _write_whole
from dougagen.training.checkpoint import write_checkpoint
from dougagen.training.log import Scores, TrainingLog

pytestmark = pytest.mark.usefixtures("no_hang")
PICTURE = np.zeros((4, 6, 3), np.uint8)


def weights(folder: Path) -> None:
    options = {"classes": 2, "widths": [8, 8, 8, 8], "context_width": 8, "context_blocks": 1}
    network = build_network("thinline", options)
    save_weights(
        network,
        folder / "cel.safetensors",
        architecture="thinline",
        options={**options, "classes": Task.CEL.classes},
        task=Task.CEL,
        facts={},
        wiring=Wiring.SYNTHETIC_CEL,
    )


def label(folder: Path) -> None:
    blank = Triplet(PICTURE, CelMask(np.zeros((4, 6), bool)), Douga(np.zeros((4, 6), np.uint8)))
    export_label(blank, folder, "STEM")


WRITERS: dict[str, tuple[str, Callable[[Path], object]]] = {
    "weights": (".cel.safetensors.unfinished", weights),
    "checkpoint": (
        ".cel.checkpoint.unfinished",
        lambda f: write_checkpoint(f / "cel.checkpoint", {"step": 1}),
    ),
    "scores": (
        ".cel.scores.csv.unfinished",
        lambda f: TrainingLog(f, "cel").score(Scores(1, 1.0, {"cel_iou": 0.5}, is_best=True)),
    ),
    "label": (".STEM_color.png.part", label),
    "sheet": ("sheet.png", lambda f: write_png(PICTURE, f / "sheet.png")),
    "page": ("report.html", lambda f: _write_whole(f / "report.html", "<html>")),
}


@pytest.mark.parametrize("name", WRITERS)
def test_a_link_at_the_name_of_an_unfinished_file_is_not_written_through(tmp_path: Path, name: str) -> None:
    torch.manual_seed(0)
    foreseen, write = WRITERS[name]
    theirs, out = tmp_path / "theirs", tmp_path / "out"
    theirs.write_text("theirs")
    theirs.chmod(0o600)
    out.mkdir()
    (out / foreseen).symlink_to(theirs)
    write(out)
    assert theirs.read_text() == "theirs"
    assert stat.S_IMODE(theirs.stat().st_mode) == 0o600
    assert len([p for p in out.iterdir() if p.is_file() and not p.is_symlink()]) >= 1


@pytest.mark.parametrize("name", [name for name in WRITERS if WRITERS[name][0].startswith(".")])
def test_a_pipe_at_the_name_of_an_unfinished_file_is_not_waited_for(tmp_path: Path, name: str) -> None:
    foreseen, write = WRITERS[name]
    os.mkfifo(tmp_path / foreseen)
    write(tmp_path)


def test_a_link_swapped_in_for_the_page_gets_no_permissions(tmp_path: Path, monkeypatch) -> None:
    theirs, page = tmp_path / "theirs", tmp_path / "report.html"
    theirs.write_text("theirs")
    theirs.chmod(0o600)

    def swapping(real):
        def renamed(*paths, **options):
            real(*paths, **options)
            if not page.is_symlink():
                page.unlink()
                page.symlink_to(theirs)

        return renamed

    for name in ("rename", "replace"):
        monkeypatch.setattr(os, name, swapping(getattr(os, name)))
    _write_whole(page, "<html>")
    assert page.is_symlink()
    assert stat.S_IMODE(theirs.stat().st_mode) == 0o600


def test_a_pipe_where_a_model_card_is_looked_for_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "cel.md")
    assert card_state(tmp_path / "cel.safetensors", "0" * 64) is CardState.MISSING
