"""A mask cut along the colours of its picture: a figure of two colours before a ground of two others."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch

from dougagen.errors import ConfigError
from dougagen.reconstruction.color_cut import ColorCutConfig, cut_by_color, cut_size, settled_odds

CUT = ColorCutConfig(lines=96, learning_lines=96)
HEIGHT, WIDTH = 96, 128


def scene() -> tuple[np.ndarray, np.ndarray]:
    """uint8[H, W, 3] and bool[H, W]: a face over a dark coat, before a wall with a floor."""
    color = np.full((HEIGHT, WIDTH, 3), (150, 160, 140), np.uint8)
    color[70:] = (90, 110, 90)
    figure = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.circle(figure, (50, 30), 16, 1, -1)
    color[figure == 1] = (240, 200, 170)
    coat = np.zeros_like(figure)
    cv2.rectangle(coat, (36, 46), (66, 88), 1, -1)
    color[coat == 1] = (60, 20, 70)
    return color, (figure | coat).astype(bool)


def unsure(truth: np.ndarray, *, blur: float = 4.0) -> np.ndarray:
    """float32[H, W]: the truth as a network that reads few lines would say it."""
    return cv2.GaussianBlur(truth.astype(np.float32), (0, 0), blur) * 0.98 + 0.01


def iou(signs: np.ndarray, truth: np.ndarray) -> float:
    return float(((signs > 0) & truth).sum() / ((signs > 0) | truth).sum())


def test_the_cut_follows_the_edges_of_the_picture():
    color, truth = scene()
    said = unsure(truth)
    assert iou(said - 0.5, truth) < 0.96
    assert iou(cut_by_color(color, said, CUT), truth) > 0.99


def test_a_part_that_the_network_missed_comes_back_by_its_colours():
    color, truth = scene()
    said = unsure(truth)
    said[60:88, 36:67] = 0.35  # the lower half of the coat, whose upper half it knew
    assert iou(said - 0.5, truth) < 0.8
    assert iou(cut_by_color(color, said, CUT), truth) > 0.95


def test_a_piece_that_shares_a_colour_but_has_no_belief_stays_background():
    color, truth = scene()
    color[10:30, 100:120] = (240, 200, 170)  # a lamp in the colour of the face
    said = unsure(truth)
    said[10:30, 100:120] = 0.1
    signs = cut_by_color(color, said, CUT)
    assert (signs[12:28, 102:118] == -1).all()
    believing = cut_by_color(color, said, replace(CUT, least_belief=0.0))
    assert (believing[12:28, 102:118] == 1).all()


@pytest.mark.parametrize("level", [0.01, 0.99])
def test_where_there_is_one_side_alone_the_network_is_left_as_it_is(level):
    color, _ = scene()
    said = np.full((HEIGHT, WIDTH), level, np.float32)
    assert np.allclose(cut_by_color(color, said, CUT), 2 * level - 1)


def test_a_little_doubt_on_a_face_that_fills_the_picture_teaches_no_background():
    color = np.full((HEIGHT, WIDTH, 3), (240, 200, 170), np.uint8)
    color[:, 40:] = (60, 20, 70)
    said = np.full((HEIGHT, WIDTH), 0.8, np.float32)
    said[:, :40] = 0.98
    said[40:50, 80:90] = 0.45  # in the hair
    assert (cut_by_color(color, said, CUT) > 0).mean() > 0.98
    said[40:50, 80:90] = 0.01  # now it is certain: this hair is no hair
    assert (cut_by_color(color, said, CUT) > 0).mean() < 0.5


def test_the_same_picture_is_cut_the_same_whatever_was_cut_before():
    color, truth = scene()
    first = cut_by_color(color, unsure(truth), CUT)
    cv2.setRNGSeed(77)
    cut_by_color(color[::-1], unsure(truth[::-1], blur=9), CUT)
    assert np.array_equal(cut_by_color(color, unsure(truth), CUT), first)


def test_odds_of_a_batch_are_settled_each_by_its_own_picture():
    color, truth = scene()
    large = cv2.resize(color, (WIDTH * 3, HEIGHT * 3), interpolation=cv2.INTER_NEAREST)
    there = cv2.resize(truth.astype(np.uint8), (WIDTH * 3, HEIGHT * 3)) > 0
    said = torch.logit(torch.from_numpy(unsure(there, blur=12)), eps=1e-3)
    odds = torch.stack([said, said.flip(1)])[:, None]
    pictures = np.stack([large, large[:, ::-1]])
    settled = settled_odds(odds, pictures, CUT)
    assert settled.shape == odds.shape
    assert iou(settled[0, 0].numpy(), there) > 0.97
    assert iou(settled[1, 0].numpy(), there[:, ::-1]) > 0.97
    alone = settled_odds(odds[1:], pictures[1:], CUT)
    assert torch.equal(settled[1:], alone)  # cut in a thread beside another, or by itself
    assert settled.abs().max() <= CUT.weight + CUT.network_weight * 5.5 + 1e-4


def test_a_cut_that_turns_a_large_part_of_the_picture_is_not_heard():
    color = np.full((HEIGHT, WIDTH, 3), (240, 200, 170), np.uint8)
    color[:, 40:] = (60, 20, 70)
    said = np.full((HEIGHT, WIDTH), 0.8, np.float32)  # the hair of a close-up
    said[:, :40] = 0.98
    said[40:50, 80:90] = 0.01  # a hole in it, of which the network is certain
    odds = torch.logit(torch.from_numpy(said))[None, None]
    settled = settled_odds(odds, color[None], CUT)
    assert torch.equal(settled > 0, odds > 0)
    assert (settled_odds(odds, color[None], replace(CUT, most_turned=1.0)) > 0).float().mean() < 0.5


def test_the_border_is_moved_to_the_edge_of_the_larger_picture():
    color, truth = scene()
    large = cv2.resize(color, (WIDTH * 4, HEIGHT * 4), interpolation=cv2.INTER_NEAREST)
    there = cv2.resize(truth.astype(np.uint8), (WIDTH * 4, HEIGHT * 4), interpolation=cv2.INTER_NEAREST) > 0
    said = cv2.resize(unsure(truth, blur=2), (WIDTH // 2, HEIGHT // 2), interpolation=cv2.INTER_AREA)
    coarse = cut_by_color(large, said, ColorCutConfig(lines=HEIGHT // 2, learning_lines=HEIGHT // 2))
    fine = cut_by_color(large, said, ColorCutConfig(lines=HEIGHT * 4, learning_lines=HEIGHT // 2, border=12))
    assert coarse.shape == said.shape
    assert iou(cv2.resize(coarse, (WIDTH * 4, HEIGHT * 4)), there) < 0.985
    assert iou(fine, there) > 0.99


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (40, 1), (3, 1000)])
def test_tiny_pictures_are_no_trouble(size):
    odds = torch.randn(1, 1, *size, generator=torch.Generator().manual_seed(1)) * 4
    pictures = np.random.default_rng(0).integers(0, 256, (1, *size, 3), dtype=np.uint8)
    assert torch.isfinite(settled_odds(odds, pictures, ColorCutConfig())).all()


@pytest.mark.parametrize("size", [(20, 60_000), (60_000, 20), (1, 200_000)])
def test_a_strip_takes_no_more_than_a_picture(size):
    small = cut_size(*size, 360)
    assert max(small) <= 4 * 360
    odds = torch.zeros(1, 1, *size)
    odds[..., : size[0] // 2 + 1, : size[1] // 2] = 6
    settled = settled_odds(odds, np.full((1, *size, 3), 90, np.uint8), ColorCutConfig())
    assert settled.shape == odds.shape


@pytest.mark.parametrize(
    "wrong",
    [
        {"lines": 5},
        {"learning_lines": 999},
        {"rounds": 0},
        {"border": 0},
        {"certain": 0.3},
        {"network_weight": 0.0},
    ],
)
def test_options_without_meaning_are_refused(wrong):
    with pytest.raises(ConfigError, match="a color cut needs"):
        ColorCutConfig(**wrong)
