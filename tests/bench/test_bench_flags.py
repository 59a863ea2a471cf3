"""How well on-screen text is told from drawings, on studio scenes that nobody looked at while writing it.

pytest -m bench -s tests/bench/test_bench_flags.py
"""

from __future__ import annotations

import numpy as np
import pytest

from dougagen.footage import FlagConfig
from dougagen.footage.text import glyphs_in_rows
from dougagen.studio.delivery.stills import degrade
from dougagen.studio.scene import make_scene, whole_frame
from dougagen.studio.stand.lettering import burn_text

pytestmark = pytest.mark.bench

SEEDS = range(7_000_000, 7_000_024)
LINES = (480, 720, 1080)


def test_text_is_told_from_drawings() -> None:
    with_text, without = [], []
    for seed in SEEDS:
        scene = make_scene(seed, window=whole_frame(LINES[seed % 3]), delivered=False).color
        rng = np.random.default_rng(seed)
        without.append(glyphs_in_rows(degrade(rng, scene)))
        with_text += [glyphs_in_rows(degrade(rng, burn_text(rng, scene))) for _ in range(3)]
    print(f"\n{len(without)} scenes without text, {len(with_text)} with (12 % of them a logo alone)")
    for least in (5, 6, 7, 8, 10):
        found, wrong = sum(n >= least for n in with_text), sum(n >= least for n in without)
        line = f"recall {found / len(with_text):.2f}, precision {found / max(found + wrong, 1):.2f}"
        print(f"at least {least} glyphs: {line}, false alarms {wrong} of {len(without)}")
    enough = FlagConfig().text
    assert sum(n >= enough for n in without) <= 0.05 * len(without)
    assert sum(n >= enough for n in with_text) >= 0.5 * len(with_text)
