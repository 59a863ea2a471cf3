"""What the cel stage alone says of a picture."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dougagen.errors import WeightsError
from dougagen.networks import Task, Wiring, build_network, network_options, save_weights
from dougagen.reconstruction import CelReader

TINY = {"widths": [8, 8, 8, 8], "context_width": 8, "context_blocks": 1}


def saved(folder: Path, task: Task) -> Path:
    wiring = Wiring.COLOR if task is Task.CEL else Wiring.GUIDED
    options = network_options("thinline", task, TINY, wiring=wiring)
    path = folder / f"{task}.safetensors"
    save_weights(
        build_network("thinline", options),
        path,
        architecture="thinline",
        options=options,
        task=task,
        facts={"working_lines": "40"},
        wiring=wiring,
    )
    return path


def test_a_reader_says_how_likely_each_pixel_is_cel(tmp_path):
    path = saved(tmp_path, Task.CEL)
    reader = CelReader.load(path, device="cpu")
    picture = np.random.default_rng(0).integers(0, 256, (83, 61, 3), dtype=np.uint8)
    said = reader(picture)
    assert (said.shape, said.dtype) == ((83, 61), np.uint8)
    assert np.array_equal(reader(picture), said)
    assert reader.name.startswith("cel@")


def test_a_douga_network_is_no_reader_of_cels(tmp_path):
    with pytest.raises(WeightsError, match="give the weights of a cel network"):
        CelReader.load(saved(tmp_path, Task.DOUGA), device="cpu")
