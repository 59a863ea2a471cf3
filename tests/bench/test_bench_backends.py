"""What torch and OpenVINO take for a 1080p drawing, cel and douga, side by side, and that they read the same.

pip install 'dougagen[openvino]'
pytest -m bench -s tests/bench/test_bench_backends.py

CPU seconds beside seconds: on a machine where others work, too, only those compare.
"""

from __future__ import annotations

import os
import time

import numpy as np
import pytest

from dougagen.domain import Reconstruction
from dougagen.reconstruction import NetworkReconstructor, ReconstructionConfig
from dougagen.studio.scene import make_scene, whole_frame

pytestmark = pytest.mark.bench
ROUNDS = 4


def test_openvino_beside_torch_at_1080_lines() -> None:
    pytest.importorskip("openvino")
    picture = make_scene(3, window=whole_frame(1080)).color
    networks = {
        backend: NetworkReconstructor.load(
            None, ReconstructionConfig(device="cpu", backend=backend, refinement=None)
        )
        for backend in ("torch", "openvino")
    }
    precision = networks["torch"].digest_facts["precision"]
    least: dict[str, tuple[float, float]] = {}
    reads: dict[str, Reconstruction] = {}
    for _ in range(ROUNDS):  # by turns: what else the machine does falls on both
        for backend, reconstructor in networks.items():
            began, worked = time.perf_counter(), time.process_time()
            [reads[backend]] = reconstructor.reconstruct([picture])
            took = time.perf_counter() - began, time.process_time() - worked
            least[backend] = min(least.get(backend, took), took)
    print(f"\n1080p cel and douga without refinement, {precision}, {os.cpu_count()} cores:")
    for backend, (seconds, cpu) in least.items():
        print(f"  {backend}: {seconds:.2f} s, {cpu:.2f} CPU s")
    ratios = [least["torch"][i] / least["openvino"][i] for i in range(2)]
    print(f"  torch / openvino: {ratios[0]:.2f} by the clock, {ratios[1]:.2f} by CPU seconds")
    one, other = reads["torch"], reads["openvino"]
    assert np.mean(one.cel_mask.pixels == other.cel_mask.pixels) > 0.999
    assert np.mean(one.douga.classes == other.douga.classes) > 0.999
