"""How quickly the studio draws, where the time goes, and how often each class is seen: printed, not judged.

pytest -m bench -s tests/bench/test_bench_studio.py
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest

from dougagen.domain import CLASS_COUNT, DougaClass
from dougagen.studio import scene as studio
from dougagen.studio.family import HELD_OUT_SEEDS, TRAINING_FAMILY
from dougagen.studio.profiles import NATURAL, TRAINING, Profile
from dougagen.studio.scene import Window, shoot_scene, whole_frame
from dougagen.training import StudioSupply

pytestmark = pytest.mark.bench
THESIS = (88.0, 2.0, 0.6, 0.1, 0.1, 0.1, 8.0, 0.3, 0.4, 0.1)
"""Per cent of the pixels, dougagen/README.md#classes."""
STEPS = (
    "cast_shot", "draw_cel", "douga_of", "composited", "apply_effects", "text_layer", "is_undecidable",
    "deliver",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    cv2.setNumThreads(1)


@pytest.mark.parametrize(
    ("name", "window", "aim"),
    [
        ("384 px", Window(720, 384, 384), 4.0 / StudioSupply().crops_a_scene),
        ("540 lines, as training draws", None, 4.0 / StudioSupply().crops_a_scene),
        ("1080p", whole_frame(1080), 0.3),
    ],
)
def test_scenes_a_second_a_core(
    name: str, window: Window | None, aim: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    spent: Counter[str] = Counter()
    for step in STEPS:
        monkeypatch.setattr(studio, step, _timed(step, getattr(studio, step), spent))
    timed = {part: _timed(part, getattr(TRAINING_FAMILY, part), spent) for part in ("background", "book")}
    monkeypatch.setattr(studio, "family_of", lambda _: replace(TRAINING_FAMILY, **timed))
    count = 24
    begun = time.process_time()
    for seed in range(count):
        shoot_scene(seed, window=window, profile=TRAINING)
    whole = time.process_time() - begun
    print(f"\n{name}: {count / whole:.2f} scenes/s/core (aim {aim:.2f}), {1000 * whole / count:.0f} ms each")
    for step, seconds in spent.most_common():
        print(f"  {step:18} {1000 * seconds / count:6.1f} ms")
    if name != "1080p":
        print(f"  with {StudioSupply().crops_a_scene:.0f} crops a scene: "
              f"{StudioSupply().crops_a_scene * count / whole:.1f} triplets/s/core")  # fmt: skip


def _timed(name: str, made: Callable[..., object], spent: Counter[str]) -> Callable[..., object]:
    def timed(*args: object, **options: object) -> object:
        begun = time.process_time()
        result = made(*args, **options)
        spent[name] += time.process_time() - begun
        return result

    return timed


@pytest.mark.parametrize(
    ("profile", "first"), [(NATURAL, 0), (TRAINING, 0), (None, HELD_OUT_SEEDS.start)], ids=str
)
def test_class_frequencies(profile: Profile | None, first: int) -> None:
    count = 200
    shares, cels, undecidable = np.zeros(CLASS_COUNT), [], 0
    window = whole_frame(270) if profile is None or profile.whole_frames else None
    for seed in range(first, first + count):
        scene = shoot_scene(seed, window=window, profile=profile)
        shares += scene.triplet.douga.class_fractions()
        cels.append(scene.triplet.cel_mask.fraction)
        undecidable += bool(scene.flags)
    print(f"\n{profile.name if profile else 'held out'}, {count} scenes from seed {first}")
    for value in DougaClass:
        print(f"  {value.label:16} {100 * shares[value] / count:7.3f} %   thesis {THESIS[value]:5.1f} %")
    print(f"  no cel {np.mean(np.equal(cels, 0)):.1%}, over 95 % cel {np.mean(np.greater(cels, 0.95)):.1%}, "
          f"undecidable {undecidable / count:.1%}")  # fmt: skip
