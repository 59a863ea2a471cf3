"""The loop on pictures drawn here: it learns, resumes to the step, and leaves weights that load."""

import csv
import tomllib
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from dougagen.domain import CelMask, Douga, Triplet
from dougagen.errors import ConfigError, DeviceError, WeightsError
from dougagen.networks import Task, build_network, load_weights, network_options, synthetic_cel
from dougagen.training import TrainingConfig, TripletPool, train
from dougagen.training.batches import batches_by_threads as batches
from dougagen.training.batches import make_batch
from dougagen.training.config import TrainingConfig as Config
from dougagen.training.losses import loss_for, sums_by_comparison, sums_by_index
from dougagen.training.run import mean_iou

SMALL = {"widths": [8, 8, 8, 8], "context_width": 8, "context_blocks": 1}


def scene(seed: int, side: int = 96) -> Triplet:
    """Outlined, shaded discs with a highlight on a coloured ground."""
    rng = np.random.default_rng(seed)
    color = np.empty((side, side, 3), np.uint8)
    color[...] = rng.integers(0, 100, 3)
    classes, mask = np.zeros((side, side), np.uint8), np.zeros((side, side), np.uint8)
    for _ in range(2):
        centre, radius = tuple(int(n) for n in rng.integers(20, side - 20, 2)), int(rng.integers(14, 24))
        base = rng.integers(140, 230, 3)
        within = np.zeros_like(mask)
        cv2.circle(within, centre, radius, 1, -1)
        shaded = (within == 1) & (np.arange(side) > centre[0])
        color[within == 1], classes[within == 1] = base, 0
        color[shaded], classes[shaded] = (base * 0.6).astype(np.uint8), 6
        light = (centre[0] - radius // 2, centre[1])
        cv2.circle(color, light, 4, (255, 255, 255), -1)
        cv2.circle(classes, light, 4, 8, -1)
        cv2.circle(color, centre, radius, (20, 10, 10), 2)
        cv2.circle(classes, centre, radius, 1, 2)
        cv2.circle(mask, centre, radius, 1, -1)
        cv2.circle(mask, centre, radius, 1, 2)
    return Triplet(color, CelMask(mask.astype(bool)), Douga(classes))


def pool(count: int = 4) -> TripletPool:
    return TripletPool((scene(n) for n in range(count)), name="discs")


def config(task: str = "douga", **options: object) -> TrainingConfig:
    small = {"task": task, "crop": 64, "batch_size": 2, "network": SMALL, "log_steps": 1, "device": "cpu"}
    return TrainingConfig.of({**small, "steps": 4, **options})


def test_the_douga_network_can_fit_one_small_picture():
    """Thin lines included: what it cannot overfit it cannot learn."""
    torch.manual_seed(0)
    triplet = scene(3)
    options = network_options("thinline", Task.DOUGA, {"widths": [16, 16, 32, 32], "context_width": 32})
    network = build_network("thinline", options).to(memory_format=torch.channels_last).train()
    color = torch.from_numpy(triplet.color.copy()).permute(2, 0, 1)[None].float() / 255
    cel = synthetic_cel(color, torch.from_numpy(triplet.cel_mask.pixels.copy())[None, None])
    targets = torch.from_numpy(triplet.douga.classes.astype(np.int64))[None]
    cels = torch.from_numpy(triplet.cel_mask.pixels.copy())[None]
    loss = loss_for(config(), pool().class_frequencies())
    optimizer = torch.optim.AdamW(network.parameters(), lr=5e-3)
    for _ in range(120):
        optimizer.zero_grad()
        loss(network(cel), targets, cels).backward()
        optimizer.step()
    with torch.no_grad():
        assert mean_iou(network(cel), targets) > 0.9


@pytest.mark.parametrize("task", ["cel", "douga"])
def test_training_lowers_the_loss_and_leaves_weights_that_load(task, tmp_path):
    seen = []
    result = train(
        config(task, steps=40, learning_rate=0.01, paste_probability=0.0),
        pool(),
        out=tmp_path,
        progress=seen.append,
        facts={"commit": "abc"},
    )
    losses = [step.loss for step in seen]
    assert np.mean(losses[-8:]) < 0.8 * np.mean(losses[:4])
    loaded = load_weights(result.weights)
    assert (loaded.task, result.steps) == (Task(task), 40)
    assert loaded.facts["data"] == "discs"
    assert loaded.facts["commit"] == "abc"
    assert loaded.facts["crops_seen"] == "80"
    left = [f"{task}.log.csv", f"{task}.safetensors", "tensorboard"]
    assert [p.name for p in sorted(tmp_path.iterdir())] == left


def test_the_log_holds_a_row_for_every_report(tmp_path):
    seen = []
    result = train(config(log_steps=2), pool(), out=tmp_path, progress=seen.append)
    rows = list(csv.DictReader(result.log.open()))
    assert [int(row["step"]) for row in rows] == [2, 4] == [p.step for p in seen]
    assert [float(row["fraction"]) for row in rows] == [0.5, 1.0]
    assert float(rows[-1]["loss"]) == pytest.approx(result.loss, rel=1e-4)


def test_a_run_that_was_interrupted_goes_on_as_if_it_had_not_been(tmp_path):
    whole = train(config(steps=6), pool(), out=tmp_path / "whole")

    def interrupt(progress) -> None:
        if progress.step == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(config(steps=6), pool(), out=tmp_path / "parts", progress=interrupt)
    assert (tmp_path / "parts" / "douga.checkpoint").exists()
    resumed = []
    parts = train(config(steps=6), pool(), out=tmp_path / "parts", progress=resumed.append)
    assert [p.step for p in resumed] == [4, 5, 6]
    one, two = (load_weights(result.weights).module.state_dict() for result in (whole, parts))
    for name in one:
        assert torch.allclose(one[name], two[name], atol=1e-3), name
    assert len(list(csv.reader(parts.log.open()))) == 7


def test_a_checkpoint_of_another_configuration_is_refused(tmp_path):
    def interrupt(progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(config(), pool(), out=tmp_path, progress=interrupt)
    with pytest.raises(WeightsError, match=r"another configuration \(seed: 0 there, 1 here\); delete it"):
        train(config(seed=1), pool(), out=tmp_path)
    (tmp_path / "douga.checkpoint").write_bytes(b"no checkpoint")
    with pytest.raises(WeightsError, match="damaged"):
        train(config(), pool(), out=tmp_path)


def test_a_budget_in_minutes_ends_the_run(tmp_path):
    fractions = []
    result = train(
        config(steps=None, minutes=0.01),
        pool(),
        out=tmp_path,
        progress=lambda p: fractions.append(p.fraction),
    )
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert result.is_finished
    assert result.seconds >= 0.6


def test_batches_come_in_the_same_order_whatever_the_number_of_loaders():
    def first(loaders: int) -> list[torch.Tensor]:
        stream = batches(config(loaders=loaders), pool(), first_step=0)
        taken = [next(stream).pictures for _ in range(5)]
        stream.close()
        return taken

    assert all(torch.equal(one, three) for one, three in zip(first(1), first(3), strict=True))


def test_a_douga_batch_is_a_synthetic_cel_and_a_cel_batch_a_whole_picture():
    douga = make_batch(config("douga", wiring="synthetic cel"), pool(), 0)
    off = (douga.likelihoods < 128).expand(-1, 3, -1, -1)
    assert (douga.inputs(torch.device("cpu"))[off] == 0.5).all()
    assert off.any()
    cel = make_batch(config("cel"), pool(), 0)
    inputs = cel.inputs(torch.device("cpu"))
    assert torch.equal((inputs * 255).round().byte(), cel.pictures.permute(0, 3, 1, 2))
    assert set(cel.targets.unique().tolist()) <= {0, 1}


def test_a_pool_gives_back_what_was_put_in():
    kept = pool(1).sample(np.random.default_rng(0)).triplet
    assert np.array_equal(kept.color, scene(0).color)
    assert np.array_equal(kept.cel_mask.pixels, scene(0).cel_mask.pixels)
    assert np.array_equal(kept.douga.classes, scene(0).douga.classes)


def test_a_pool_is_bounded_and_says_what_it_left_out():
    small = TripletPool((scene(n, side=500) for n in range(5)), megabytes=2)
    assert (len(small), small.left_out) == (2, 1)
    assert small.class_frequencies().sum() == pytest.approx(1.0)


def test_nothing_to_train_on_is_one_line():
    with pytest.raises(ConfigError, match="nothing to train on"):
        TripletPool(())


def test_the_sums_for_a_gpu_are_those_for_the_cpu():
    flat, shares = torch.tensor([0, 2, 2, 5]), torch.tensor([0.5, 0.25, 1.0, 0.125], requires_grad=True)
    for one, other in zip(sums_by_index(shares, flat, 6), sums_by_comparison(shares, flat, 6), strict=True):
        assert one.tolist() == other.tolist()
    assert sums_by_comparison(shares, flat, 6)[0].tolist() == [0.5, 0, 1.25, 0, 0, 0.125]


def test_mean_iou_counts_the_classes_that_are_there():
    targets = torch.tensor([[[0, 0, 1, 1]]])
    logits = torch.nn.functional.one_hot(torch.tensor([[[0, 1, 1, 1]]]), 10).permute(0, 3, 1, 2).float()
    assert mean_iou(logits, targets) == pytest.approx((1 / 2 + 2 / 3) / 2)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"task": "cel"}, "needs a budget"),
        ({"task": "cel", "steps": 1, "minutes": 1.0}, "needs a budget"),
        ({"task": "cel", "steps": 0}, "must be positive"),
        ({"steps": 1}, "needs a task"),
        ({"task": "sky", "steps": 1}, "'sky' is not a training task"),
        ({"task": "cel", "steps": 1, "stepps": 2}, "unknown training option 'stepps'"),
        ({"task": "cel", "steps": 1, "crop": 5}, "crop must be"),
        ({"task": "cel", "steps": 1, "crop": "wide"}, "wrong type"),
        (
            {"task": "cel", "steps": 1, "log_steps": 2.5},
            "'log_steps' has the wrong type: it must be int, got 2.5",
        ),
        ({"task": "cel", "steps": True}, "wrong type"),
        ({"task": "cel", "minutes": float("inf")}, "finite"),
        ({"task": "cel", "steps": 1, "weight_decay": float("nan")}, "weight_decay must be"),
        ({"task": "cel", "steps": 1, "compile": "maybe"}, "one of auto, on, off"),
        ({"task": "cel", "steps": 1, "scale_range": [2.0, 1.0]}, "scale_range"),
        ({"task": "cel", "steps": 1, "scale_range": 3}, "wrong type"),
        ({"task": "cel", "steps": 1, "network": {"widht": 3}}, "unknown option 'widht'"),
        ({"task": "cel", "steps": 1, "architecture": "unet"}, "unknown architecture"),
    ],
)
def test_a_wrong_configuration_is_refused_before_anything_runs(options, message):
    with pytest.raises(ConfigError, match=message):
        Config.of(options)


def test_a_configuration_is_read_from_toml():
    text = 'task = "douga"\nminutes = 5\nscale_range = [0.5, 2]\n[network]\ndetail_width = 12\n'
    read = Config.of(tomllib.loads(text))
    assert (read.task, read.scale_range, read.crop_pixels) == (Task.DOUGA, (0.5, 2.0), 320)
    assert network_options("thinline", read.task, read.network)["detail_width"] == 12


def test_a_missing_gpu_is_refused_with_the_remedy(tmp_path: Path):
    if torch.cuda.is_available():
        pytest.skip("this machine has a GPU")
    with pytest.raises(DeviceError, match="use --device cpu"):
        train(config(device="cuda"), pool(), out=tmp_path)
