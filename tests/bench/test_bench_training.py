"""How fast crops are made and learned from: what limits a machine, the processes or the network."""

from __future__ import annotations

import time
from contextlib import closing
from itertools import islice

import pytest
import torch

from dougagen.processes.pools import spare_cores
from dougagen.studio.scene import shoot_scene
from dougagen.training import TrainingConfig, TripletPool
from dougagen.training.batches import make_batch
from dougagen.training.crop_processes import batches_by_processes, on_device
from dougagen.training.learner import Learner

pytestmark = pytest.mark.bench


@pytest.fixture(scope="module")
def pool() -> TripletPool:
    return TripletPool(shoot_scene(seed).triplet for seed in range(12))


def config(task: str, **options: object) -> TrainingConfig:
    return TrainingConfig.of({"task": task, "steps": 1, "crop": 320, **options})


@pytest.mark.parametrize("task", ["cel", "douga"])
def test_crops_of_one_core(pool, task):
    """CPU time: a busy machine makes it longer by its caches alone."""
    make_batch(config(task, batch_size=8), pool, 0)
    begun = time.process_time()
    make_batch(config(task, batch_size=128), pool, 1)
    print(f"\n{task}: {128 / (time.process_time() - begun):.0f} crops of 320 px a second and core")


def test_crops_of_all_processes(pool):
    count = max(1, spare_cores() * 3 // 4)
    with closing(
        batches_by_processes(config("douga", batch_size=256), pool, first_step=0, count=count)
    ) as made:
        list(islice(made, 3))
        begun, cpu = time.perf_counter(), time.process_time()
        list(islice(made, 8))
        seconds, here = time.perf_counter() - begun, time.process_time() - cpu
    print(f"\n{count} processes: {8 * 256 / seconds:.0f} crops/s; {1e3 * here / 8 / 256:.3f} ms a crop here")


@pytest.mark.parametrize("task", ["cel", "douga"])
def test_steps_of_the_network_alone_and_with_its_processes(pool, task):
    """The first line is what the network could do; the second what it gets."""
    on_gpu = torch.cuda.is_available()
    plan = config(task, batch_size=128 if on_gpu else 4)
    learner = Learner(plan, pool.class_frequencies(), start=None)
    count, steps = (max(1, spare_cores() * 3 // 4), 60) if on_gpu else (1, 6)
    with closing(batches_by_processes(plan, pool, first_step=0, count=count)) as made:
        stream = on_device(made, learner.device)
        one = next(stream)
        kept = one.holding({name: tensor.clone() for name, tensor in one.tensors().items()})
        for name, source in (("alone", iter(lambda: kept, None)), (f"with {count} processes", stream)):
            for step, batch in enumerate(islice(source, 5)):  # compiled and warm
                learner.learn_from(batch, step=step, rate=1e-4)
            _wait(learner.device)
            begun = time.perf_counter()
            for step, batch in enumerate(islice(source, steps)):
                learner.learn_from(batch, step=5 + step, rate=1e-4)
            _wait(learner.device)
            rate = steps * plan.crops_a_step / (time.perf_counter() - begun)
            print(f"\n{task} on {learner.device}, {name}: {rate:.0f} crops/s")


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
