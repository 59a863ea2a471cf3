"""Pictures above 4K are read at a fraction of their size; all others as they are."""

from __future__ import annotations

import numpy as np
import pytest

from dougagen.domain import CelMask, Douga, Reconstruction
from dougagen.reconstruction import NetworkReconstructor, ReconstructionConfig, enormous
from dougagen.reconstruction.enormous import SCALED, enlarged, parts_of, reduced


@pytest.mark.parametrize(
    ("width", "height", "parts"),
    [
        (1920, 1080, 1),
        (3840, 2160, 1),
        (4096, 2160, 1),
        (4096, 3112, 1),
        (5120, 2880, 2),
        (7680, 4320, 2),
        (8192, 4352, 2),
        (1, 60_000_000, 3),
    ],
)
def test_up_to_4k_nothing_is_divided(width: int, height: int, parts: int) -> None:
    assert parts_of(height, width) == parts


def test_a_reduced_picture_holds_the_means_of_squares_and_its_border_is_filled_up() -> None:
    picture = np.arange(5 * 7, dtype=np.uint8).reshape(5, 7, 1).repeat(3, axis=2) * 7
    small = reduced(picture, 2)
    assert small.shape == (3, 4, 3)
    assert abs(int(small[0, 0, 0]) - round(float(picture[:2, :2, 0].mean()))) <= 1
    assert small[2, 3].tolist() == picture[4, 6].tolist()


def test_what_was_read_is_enlarged_square_by_square_and_says_so() -> None:
    mask = np.array([[True, False], [False, True]])
    classes = np.array([[1, 0], [0, 6]], np.uint8)
    read = enlarged(Reconstruction(CelMask(mask), Douga(classes), 0.25, 0.75), 3, 5, 4)
    assert read.cel_mask.pixels.astype(int).tolist() == [[1, 1, 1, 0]] * 3 + [[0, 0, 0, 1]] * 2
    assert read.douga.classes.tolist() == [[1, 1, 1, 0]] * 3 + [[0, 0, 0, 6]] * 2
    assert (read.cel_confidence, read.douga_confidence, read.flags) == (0.25, 0.75, (SCALED,))


def test_the_networks_never_see_more_than_the_bound(models, monkeypatch) -> None:
    reconstructor = NetworkReconstructor.load(models, ReconstructionConfig(device="cpu", precision="fp32"))
    picture = np.random.default_rng(0).integers(0, 256, (75, 101, 3), np.uint8)
    [whole] = reconstructor.reconstruct([picture])
    assert whole.flags == ()
    seen: list[tuple[int, ...]] = []
    said_of = reconstructor._stages.said_of
    monkeypatch.setattr(reconstructor._stages, "said_of", lambda p: (seen.append(p.shape), said_of(p))[1])
    monkeypatch.setattr(enormous, "MOST_PIXELS_READ", 2000)
    reads = reconstructor.reconstruct([picture, picture])
    assert {shape[1:3] for shape in seen} == {(38, 51)}
    for read in reads:
        assert read.flags == (SCALED,)
        assert read.cel_mask.pixels.shape == read.douga.classes.shape == (75, 101)
        assert np.array_equal(read.douga.classes[0:74:2, 0:100:2], read.douga.classes[1:75:2, 1:101:2])
