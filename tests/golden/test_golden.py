"""The default weights read one known frame as they did when its golden pictures were made."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import cv2
import numpy as np
import pytest

from dougagen.domain import LINE_CLASSES, Reconstruction

FOLDER = Path(__file__).resolve().parent
AGREEMENT = 0.98
"""IoU: networks agree across machines in nearly every pixel, never in every bit."""


@pytest.fixture(scope="module")
def regenerate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("regenerate", FOLDER / "regenerate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def result(regenerate: ModuleType) -> Reconstruction:
    return regenerate.read(regenerate.golden_frame())


def iou(one: np.ndarray, other: np.ndarray) -> float:
    return float((one & other).sum() / (one | other).sum())


def test_the_cel_mask_is_the_golden_one(result: Reconstruction) -> None:
    golden = cv2.imread(str(FOLDER / "cel_mask.png"), cv2.IMREAD_UNCHANGED) > 0
    assert golden.mean() > 0.02
    assert iou(result.cel_mask.pixels, golden) >= AGREEMENT


def test_the_lines_of_the_douga_are_the_golden_ones(result: Reconstruction) -> None:
    golden = np.isin(cv2.imread(str(FOLDER / "douga.png"), cv2.IMREAD_UNCHANGED), LINE_CLASSES)
    assert golden.any()
    assert iou(np.isin(result.douga.classes, LINE_CLASSES), golden) >= AGREEMENT
