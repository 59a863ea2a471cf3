"""What measuring a picture costs beside making it.

pytest -m bench -s tests/bench/test_bench_evaluation.py
"""

from __future__ import annotations

import time

import numpy as np
import pytest

from dougagen.domain import CLASS_COUNT
from dougagen.evaluation.metrics import CelConfusion, Confusion, LineScore

pytestmark = pytest.mark.bench


def test_a_1080p_frame_is_measured_in_a_tenth_of_a_second() -> None:
    rng = np.random.default_rng(2)
    found, truth = rng.integers(0, CLASS_COUNT, (2, 1080, 1920), dtype=np.uint8)

    def seconds() -> float:
        start = time.process_time()
        LineScore.of(found, truth)
        Confusion.of(found, truth)
        CelConfusion.of(found > 4, truth > 4)
        return time.process_time() - start

    least = min(seconds() for _ in range(3))
    print(f"\na 1080p frame is measured in {1000 * least:.0f} ms")
    assert least < 0.1
