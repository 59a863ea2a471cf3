"""Shards → batches → weights: what repeats, what resumes, what each system is asked for."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from painted import TINY, record_of

from dougagen.colorization import (
    ColorizerConfig,
    LineKind,
    PaintedPool,
    colorizer_config,
    load_colorizer,
    train_colorizer,
)
from dougagen.colorization.learning import ColorProgress
from dougagen.colorization.samples import make_batch
from dougagen.colorization.systems import SYSTEMS, build_colorizer, system_options
from dougagen.domain import Origin, Record
from dougagen.errors import ConfigError, WeightsError

SMALL = {
    "ours": dict(TINY),
    "artist-guided": {"width": 4, "blocks": 1},
    "two-stage": {"width": 16, "levels": 2, "blocks": 1, "groups": 4, "finish_width": 4},
}


def tiny_config(system: str = "ours", **said: object) -> ColorizerConfig:
    own = {
        "network": SMALL[system],
        "crop": 64,
        "batch_size": 2,
        "threads": 1,
        "precision": "fp32",
        "log_steps": 1,
    }
    return colorizer_config(system, **{**own, **({} if "minutes" in said else {"steps": 3}), **said})


@pytest.fixture(scope="session")
def pool(shot: list[Record]) -> PaintedPool:
    return PaintedPool.of(shot, kind=LineKind.EXACT)


def test_a_pool_knows_which_drawing_came_before(pool: PaintedPool) -> None:
    assert [picture.before for picture in pool.pictures] == [-1, 0, 1, 2]


def test_a_batch_follows_from_seed_and_step_and_four_kinds_see_the_same_crops(pool: PaintedPool) -> None:
    config = tiny_config(lines="exact")
    one, again = make_batch(config, pool, 5), make_batch(config, pool, 5)
    assert torch.equal(one.inputs.lines, again.inputs.lines)
    for kind in ("canny", "xdog", "douga"):
        other = make_batch(replace(config, lines=kind), pool, 5)
        for name in ("hints", "previous", "plate", "paints"):
            assert torch.equal(getattr(one.inputs, name), getattr(other.inputs, name)), name
        assert torch.equal(one.truth, other.truth)
    assert not torch.equal(one.truth, make_batch(config, pool, 6).truth)


def test_the_drawing_before_is_the_one_of_the_shot_where_there_is_one(pool: PaintedPool) -> None:
    config = tiny_config(lines="exact", previous_share=1.0, hint_share=0.0)
    batch = make_batch(config, pool, 0)
    assert bool((batch.inputs.previous[:, 3] == 1).all())
    assert float(batch.inputs.hints.abs().sum()) == 0
    blank = make_batch(replace(config, previous_share=0.0), pool, 0)
    assert float(blank.inputs.previous.abs().sum()) == 0
    assert torch.equal(blank.truth, batch.truth)


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_system_paints_any_size_in_the_range_of_colours(system: str, pool: PaintedPool) -> None:
    config = tiny_config(system)
    inputs = make_batch(config, pool, 0).inputs
    cut = type(inputs)(
        *(getattr(inputs, n)[..., :51, :37] for n in ("lines", "hints", "filled", "previous", "plate")),
        inputs.paints,
    )
    painted = build_colorizer(system, SMALL[system]).eval()(cut).detach()
    assert painted.shape == (2, 3, 51, 37)
    assert 0 <= float(painted.min()) <= float(painted.max()) <= 1


@pytest.fixture
def ctrl_c() -> Iterator[None]:
    """Ctrl-C is heard, also where the tests run in the background of a shell, which silences it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_system_learns_and_leaves_weights_and_a_log(
    system: str, pool: PaintedPool, tmp_path: Path
) -> None:
    result = train_colorizer(tiny_config(system, steps=2), pool, out=tmp_path)
    assert result.is_finished
    assert not (tmp_path / "colorizer.checkpoint").exists()
    assert load_colorizer(result.weights).facts["steps"] == "2"
    header = result.log.read_text().splitlines()[0]
    parts = {"ours": "pixels", "artist-guided": "style", "two-stage": "lines"}
    assert parts[system] in header
    assert ("discriminator" in header) == (system != "ours")


def test_a_run_that_was_stopped_ends_as_one_that_was_not(
    pool: PaintedPool, tmp_path: Path, ctrl_c: None
) -> None:
    config = tiny_config("ours", steps=4)
    whole = train_colorizer(config, pool, out=tmp_path / "whole")

    def stop(progress: ColorProgress) -> None:
        if progress.step == 2:
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        train_colorizer(config, pool, out=tmp_path / "cut", progress=stop)
    assert (tmp_path / "cut/colorizer.checkpoint").is_file()
    rest = train_colorizer(config, pool, out=tmp_path / "cut")
    one, other = (load_colorizer(result.weights).module.state_dict() for result in (whole, rest))
    assert all(torch.equal(one[name], other[name]) for name in one)
    assert len(rest.log.read_text().splitlines()) == 5


def test_a_checkpoint_of_another_run_is_refused_by_what_differs(pool: PaintedPool, tmp_path: Path) -> None:
    def stop(_: ColorProgress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_colorizer(tiny_config(), pool, out=tmp_path, progress=stop)
    with pytest.raises(WeightsError, match="lines"):
        train_colorizer(tiny_config(lines="canny"), pool, out=tmp_path)


def test_a_network_learns_to_paint_one_drawing(pool: PaintedPool, tmp_path: Path) -> None:
    steps: list[ColorProgress] = []
    config = tiny_config(steps=120, learning_rate=1e-2, lines="exact", scale_range=(1.0, 1.0))
    train_colorizer(config, pool, out=tmp_path, progress=steps.append)
    for part in ("pixels", "pots"):
        told = [step.parts[part] for step in steps]
        assert np.mean(told[-40:]) < 0.8 * np.mean(told[:20]), part  # .5 to .72, by the processor


def test_exact_lines_want_the_truth_and_douga_wants_lines() -> None:
    read = record_of(0, origin=Origin.EPISODE, models="douga@12345678")
    with pytest.raises(ConfigError, match="was read by networks, --lines exact needs the truth"):
        PaintedPool.of([read], kind=LineKind.EXACT)
    assert len(PaintedPool.of([read], kind=LineKind.DOUGA)) == 1
    empty = record_of(0)
    blank = {empty.record_id: np.zeros_like(empty.triplet.douga.classes)}
    with pytest.raises(ConfigError, match="none of the 1 records in these shards has a line of douga"):
        PaintedPool.of([empty], other=blank)


def test_another_reading_of_the_same_pictures_changes_their_douga_alone(shot: list[Record]) -> None:
    other = {record.record_id: np.flipud(record.triplet.douga.classes).copy() for record in shot}
    one, two = PaintedPool.of(shot), PaintedPool.of(shot, other=other)
    assert np.array_equal(one.pictures[1].paper, two.pictures[1].paper)
    assert np.array_equal(np.flipud(one.pictures[1].classes), two.pictures[1].classes)


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        ({"lines": "pencil"}, "lines must be one of canny, xdog, douga, exact"),
        ({"crop": 32}, "crop must be in"),
        ({"architecture": "gcn"}, "unknown training option 'architecture'"),
        ({"minutes": 3.0, "steps": 3}, "needs a budget"),
        ({"pixel_weight": float("nan")}, "pixel_weight must be at least 0"),
    ],
)
def test_an_option_that_cannot_be_is_a_line(said: dict[str, object], complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint):
        colorizer_config("ours", **said)


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_configurations_that_ship_can_be_built_and_ours_is_small(system: str) -> None:
    config = colorizer_config(system)
    network = build_colorizer(system, system_options(system, config.network))
    megabytes = sum(2 * tensor.numel() for tensor in network.state_dict().values()) / 1e6
    assert megabytes < (12 if system == "ours" else 40)
