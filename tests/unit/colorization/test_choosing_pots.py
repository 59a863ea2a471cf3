"""A colour model is a choice of pots, and each pixel is painted from one of them."""

from __future__ import annotations

import numpy as np
import painted
import pytest
import torch
from painted import COAT, SKIN, TINY, face

from dougagen.colorization import ColorizerConfig, LineArt, PaintedPool
from dougagen.colorization.areas import areas_of
from dougagen.colorization.choosing import Choice, balanced, chosen_paints
from dougagen.colorization.inputs import Inputs, Seen
from dougagen.colorization.lines import on_paper
from dougagen.colorization.losses import pot_loss
from dougagen.colorization.ours import Ours, OursConfig
from dougagen.colorization.pots import MODEL_PAINTS, paints_of
from dougagen.colorization.samples import ColorBatch, make_batch, make_sample

PAPER = MODEL_PAINTS


def face_batch(paints: np.ndarray | None) -> ColorBatch:
    color, cel, classes = face()
    truth = on_paper(color, cel)
    return ColorBatch(
        Inputs.of([Seen(LineArt.of_classes(classes), paints=paints)]),
        torch.from_numpy(truth).permute(2, 0, 1)[None].float() / 255,
        torch.from_numpy(cel)[None, None].float(),
    )


def odds_of(pots: np.ndarray) -> torch.Tensor:
    """Sure log odds [1, 9, h, w] of int[h, w] pots."""
    return 20 * torch.nn.functional.one_hot(torch.from_numpy(pots), PAPER + 1).permute(2, 0, 1)[None].float()


def test_who_takes_the_right_pots_has_no_loss_and_who_takes_another_has() -> None:
    color, cel, _ = face()
    paints = paints_of(on_paper(color, cel))
    batch = face_batch(paints)
    truth = on_paper(color, cel)[::2, ::2].astype(float) / 255
    known = np.concatenate([paints[:, :3], np.ones((1, 3))])
    right = np.linalg.norm(truth[:, :, None] - known, axis=-1).argmin(axis=-1)
    assert {tuple(np.rint(known[i] * 255).astype(int)) for i in np.unique(right)} >= {SKIN, COAT}
    assert float(pot_loss(odds_of(right), batch, paper_weight=0.5)) < 0.02
    assert float(pot_loss(odds_of(np.full_like(right, PAPER)), batch, paper_weight=0.5)) > 5


def test_where_there_is_no_model_nobody_is_asked_for_pots() -> None:
    batch = face_batch(None)
    odds = torch.full((1, PAPER + 1, 48, 64), -torch.inf)
    odds[:, PAPER] = 3.0
    assert float(pot_loss(odds, batch, paper_weight=0.5)) == 0


def test_a_network_mixes_pots_while_it_learns_and_takes_one_when_it_paints() -> None:
    torch.manual_seed(0)
    network = Ours(OursConfig(**{k: tuple(v) if isinstance(v, tuple) else v for k, v in TINY.items()}))
    with torch.no_grad():
        network.paint.weight[3].zero_()
        network.paint.bias[3] = 30.0  # what the pots say is taken as it is
        network.paint.weight[4:].zero_()
        network.paint.bias[4:] = -30.0
    paints = np.zeros((MODEL_PAINTS, 4), np.float32)
    paints[0], paints[1] = (0.9, 0.1, 0.1, 0.5), (0.1, 0.1, 0.9, 0.5)
    inputs = face_batch(paints).inputs
    hard, odds = network.eval().paint_and_choose(inputs)
    found = {tuple(np.round(c, 3)) for c in hard[0].permute(1, 2, 0).reshape(-1, 3).detach().numpy().tolist()}
    assert found <= {(0.9, 0.1, 0.1), (0.1, 0.1, 0.9), (1.0, 1.0, 1.0)}
    assert torch.isneginf(odds[:, 2:PAPER]).all()
    assert torch.isfinite(odds[:, [0, 1, PAPER]]).all()
    soft, _ = network.train().paint_and_choose(inputs)
    assert soft[0].permute(1, 2, 0).reshape(-1, 3).unique(dim=0).shape[0] > 3
    assert torch.isfinite(soft).all()


def test_a_model_sheet_has_the_paints_of_the_whole_drawing_and_some_of_another() -> None:
    pool = PaintedPool.of([painted.record_of(0), painted.record_of(1, shot=1)])
    own = {tuple(p) for p in pool.model_of(0)[:, :3].tolist()}
    config = ColorizerConfig(steps=2, crop=64, batch_size=1, model_share=1.0)
    for step in range(12):
        sheet = make_sample(config, pool, (0, step, 0)).seen.paints
        assert sheet is not None
        assert sheet.shape == (MODEL_PAINTS, 4)
        assert {tuple(p) for p in sheet[sheet[:, 3] > 0, :3].tolist()} <= own
        assert float(sheet[:, 3].sum()) == pytest.approx(1, abs=1e-4) or not sheet.any()
    none = ColorizerConfig(steps=2, crop=64, batch_size=2, model_share=0.0)
    assert not make_batch(none, pool, 0).inputs.paints.any()


def test_pots_come_nearer_to_the_shares_of_the_model_by_the_areas_that_doubt_most() -> None:
    rng = np.random.default_rng(0)
    sizes, wanted = rng.integers(50, 150, 60).astype(float), np.array([0.5, 0.3, 0.2], np.float32)
    log_odds = np.log([0.75, 0.15, 0.1]) + rng.normal(0, 0.4, (60, 3))
    log_odds[:12, 2] += 1.0  # what is a little likelier to be of the third
    alone, together = log_odds.argmax(axis=1), balanced(log_odds, sizes, wanted)
    missed = [
        np.abs(np.bincount(taken, sizes, 3) / sizes.sum() - wanted).sum() for taken in (alone, together)
    ]
    assert missed[1] < 0.75 * missed[0]
    assert (together[:12] == 2).mean() > 0.4 > (alone[:12] == 2).mean()


def test_areas_are_painted_from_pots_and_paper_stays_paper() -> None:
    color, cel, classes = face()
    labels, count = areas_of(LineArt.of_classes(classes))
    sizes = np.bincount(labels.ravel(), minlength=count)
    paints = paints_of(on_paper(color, cel))
    known = np.concatenate([paints[:, :3], np.ones((1, 3))]) * 255
    away = np.linalg.norm(on_paper(color, cel)[::2, ::2, None].astype(float) - known, axis=-1)
    odds = np.where(np.append(paints[:, 3] > 0, True)[:, None, None], -away.transpose(2, 0, 1) / 9, -np.inf)
    choice = Choice(odds.astype(np.float32), paints)
    before = np.full((count, 3), 7, np.float32)
    chosen = chosen_paints(before, labels, sizes, choice)
    for (y, x), paint in {(34, 60): SKIN, (75, 45): COAT, (5, 5): (255, 255, 255)}.items():
        assert np.abs(chosen[labels[y, x]] - paint).max() <= 4
    assert chosen[0].tolist() == [7, 7, 7]
