"""Crops by processes are those of threads, byte for byte; nothing is left of the processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from itertools import islice
from multiprocessing import active_children
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
import torch
from waiting import ends, is_alive

from dougagen.errors import ConfigError, DougagenError
from dougagen.training import TripletPool
from dougagen.training.batches import batches_by_threads
from dougagen.training.crop_processes import batches_by_processes, crop_processes, on_device
from dougagen.training.shared_pictures import ListedPictures, SharedPictures
from dougagen.training.sources import PackedTriplet


def in_shared_memory() -> set[str]:
    """Names in /dev/shm, without locks and without what processes that are not ours have there."""
    names = {path.name for path in Path("/dev/shm").glob("*") if not path.name.startswith("sem.")}
    return {name for name in names if not held_by_others(name)} if names else set()


def held_by_others(name: str) -> bool:
    """Whether some process but this one and its children has a file of /dev/shm in its memory."""
    ours, line = {os.getpid(), *children()}, f"/dev/shm/{name}\n"
    for maps in Path("/proc").glob("[0-9]*/maps"):
        try:
            if int(maps.parent.name) not in ours and line in maps.read_text("utf-8", "replace"):
                return True
        except OSError:  # it has ended, or is not ours to look at
            continue
    return False


def children() -> set[int]:
    """Processes that this one has begun. The thread of their pool reaps them: whoever else asks after one at
    that moment is told that it runs, so one look is not enough."""
    return {child.pid for child in active_children() if child.pid}


def test_processes_make_the_batches_that_threads_make_and_leave_nothing(discs, small):
    config, before = small("douga", batch_size=5), in_shared_memory()
    others = children()  # those of a test before may still be ending
    by_threads = batches_by_threads(config, discs, first_step=3)
    by_processes = batches_by_processes(config, discs, first_step=3, count=2)
    for one, other in islice(zip(by_threads, by_processes, strict=True), 9):  # more than there are slots
        for name, tensor in one.tensors().items():
            assert torch.equal(tensor, other.tensors()[name]), name
    by_threads.close()
    assert ends(lambda: in_shared_memory() - before)
    os.kill(min(children() - others), signal.SIGKILL)
    with pytest.raises(DougagenError, match="a process that makes crops was killed; is there enough memory"):
        list(islice(by_processes, 1000))
    assert ends(lambda: children() - others)


@pytest.mark.slow
def test_processes_end_with_the_process_that_began_them():
    program = (
        "import os, sys, signal\n"
        "from multiprocessing import active_children\n"
        "from dougagen.training.processes import TrainingHelpers\n"
        "if __name__ == '__main__':\n"
        "    helpers = TrainingHelpers(2, purpose='waits')\n"
        "    helpers.result(helpers.submit(os.getpid))\n"
        "    print(*(child.pid for child in active_children()), flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    with TemporaryDirectory() as folder:
        script = Path(folder) / "program.py"
        script.write_text(program)
        told = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False).stdout
    begun = [int(word) for word in told.split()]
    assert begun
    assert ends(lambda: any(is_alive(child) for child in begun))


def test_on_the_cpu_a_batch_passes_as_it_is(discs, small):
    stream = batches_by_threads(small(), discs, first_step=0)
    batch = next(on_device(stream, torch.device("cpu")))
    assert batch.pictures.shape == (2, 32, 32, 3)
    stream.close()


def test_processes_are_for_a_gpu_unless_they_are_asked_for(small):
    assert crop_processes(small(), torch.device("cpu")) == 0
    assert crop_processes(small(), torch.device("cuda")) >= 1
    assert crop_processes(small(crop_processes=3), torch.device("cpu")) == 3


# ---- pictures in shared memory -----------------------------------------------------------------------
def packed(value: int, side: int = 8, *, likelihood: bool = False) -> PackedTriplet:
    return PackedTriplet(
        np.full((side, side, 3), value, np.uint8),
        np.full((side, side), value % 10, np.uint8),
        np.full((side, side), value + 1, np.uint8) if likelihood else None,
    )


def listed(shared: SharedPictures, rows) -> list[int]:
    return [int(picture.color[0, 0, 0]) for picture in ListedPictures(shared.memory, rows).pictures]


def test_a_listed_picture_is_drawn_as_from_the_source(discs: TripletPool):
    shared = SharedPictures(room=2**20)
    there = ListedPictures(shared.memory, shared.listed(discs.pictures, 0))
    for seed in range(5):
        one, other = (sampler.sample(np.random.default_rng(seed)) for sampler in (discs, there))
        assert np.array_equal(one.triplet.color, other.triplet.color)
        assert np.array_equal(one.triplet.cel_mask.pixels, other.triplet.cel_mask.pixels)
        assert np.array_equal(one.triplet.douga.classes, other.triplet.douga.classes)


def test_a_likelihood_travels_too():
    shared = SharedPictures(room=2**20)
    rows = shared.listed([packed(4, likelihood=True), packed(5)], 0)
    one, other = ListedPictures(shared.memory, rows).pictures
    assert (one.likelihood == 5).all()
    assert other.likelihood is None


def test_a_place_is_taken_again_only_when_no_step_needs_it():
    shared, a, b, c = SharedPictures(room=2 * 2**16), packed(1), packed(2), packed(3)
    first = shared.listed([a, b], 0)
    second = shared.listed([b], 1)
    with pytest.raises(ConfigError, match="take more than"):  # a is still needed by step 0
        SharedPictures.listed(shared, [b, c], 2)
    shared.forget(0)
    third = shared.listed([b, c], 2)
    assert listed(shared, second) == [2]
    assert listed(shared, third) == [2, 3]
    assert third[1, 0] == first[0, 0]


def test_a_pool_that_is_listed_for_many_steps_keeps_its_places():
    shared, same = SharedPictures(room=2 * 2**16), [packed(1)]
    for step in range(5):
        rows = shared.listed(same, step)
    shared.listed([packed(2)], 5)
    shared.forget(3)  # step 4 still draws from the pool
    with pytest.raises(ConfigError, match="take more than"):
        shared.listed([packed(3)], 6)
    assert listed(shared, rows) == [1]
