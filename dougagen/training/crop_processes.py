"""Batches whose crops other processes make: a GPU asks for more than the threads of one interpreter can do.

One path for every machine: the same ``make_batch`` cuts the same crops, wherever it runs. What travels
between the processes are a step, a few numbers, and where the pictures stand; pictures and crops lie in
shared memory.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import Future
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from dougagen.networks.devices import chosen_device
from dougagen.processes.pools import spare_cores
from dougagen.processes.shared_memory import SharedMemory
from dougagen.training.batches import Batch, batches_by_threads, make_batch
from dougagen.training.config import TrainingConfig
from dougagen.training.processes import TrainingHelpers
from dougagen.training.shared_pictures import ListedPictures, SharedPictures
from dougagen.training.sources import TripletSource

_PIECE = 16
"""Crops that a process makes at a time: a tenth of a second of work."""
_STEPS_AHEAD = 3


def batches(
    config: TrainingConfig, source: TripletSource, *, first_step: int, device: torch.device
) -> Generator[Batch, None, None]:
    """Endless batches from ``first_step`` on; each follows from the seed and its step, so that runs resume.

    ``config.crop_processes`` says who makes them: so many processes, or threads of this one. A batch is good
    until the next one is asked for.
    """
    count = crop_processes(config, device)
    if count:
        yield from batches_by_processes(config, source, first_step=first_step, count=count)
    else:
        yield from batches_by_threads(config, source, first_step=first_step)


def crop_processes(config: TrainingConfig, device: torch.device) -> int:
    """How many processes make crops: what the configuration says, else three quarters of the cores for a GPU.

    The rest draw scenes. A network that learns on the CPU needs tens of crops a second, which a thread makes.
    """
    if config.crop_processes >= 0:
        return config.crop_processes
    return max(1, spare_cores() * 3 // 4) if device.type == "cuda" else 0


@dataclass(frozen=True, slots=True)
class _Part:
    """Where a field of a batch lies in its slot."""

    name: str
    offset: int
    shape: tuple[int, ...]
    dtype: np.dtype


@dataclass(frozen=True, slots=True)
class _Layout:
    """How a batch lies in memory: its tensors one after another."""

    parts: tuple[_Part, ...]
    size: int
    """Bytes of a batch."""

    @classmethod
    def of(cls, one: Batch, crops: int) -> _Layout:
        """For batches of ``crops`` crops like the only one in ``one``."""
        parts, offset = [], 0
        for name, tensor in one.tensors().items():
            array = tensor.numpy()
            parts.append(_Part(name, offset, (crops, *array.shape[1:]), array.dtype))
            offset += -(-crops * array.nbytes // 64) * 64
        return cls(tuple(parts), offset)

    def arrays(self, memory: NDArray[np.uint8], slot: int) -> dict[str, NDArray]:
        """The fields of the batch in ``slot``, without a copy."""
        begin = slot * self.size
        return {
            part.name: memory[begin + part.offset :][: int(np.prod(part.shape)) * part.dtype.itemsize]
            .view(part.dtype)
            .reshape(part.shape)
            for part in self.parts
        }


@dataclass(frozen=True, slots=True, eq=False)
class _Tools:
    """What a process has from its beginning."""

    config: TrainingConfig
    pictures: SharedMemory
    crops: SharedMemory
    layout: _Layout


_tools: _Tools | None = None  # of this process; a task finds it here


def _take_tools(tools: _Tools) -> None:
    global _tools
    _tools = tools


def _make(step: int, slot: int, begin: int, end: int, rows: NDArray[np.int64]) -> None:
    """In a process: crops ``begin`` to ``end`` of a step, into a slot."""
    assert _tools is not None
    sampler = ListedPictures(_tools.pictures, rows)
    made = make_batch(_tools.config, sampler, step, numbers=range(begin, end)).tensors()
    for name, array in _tools.layout.arrays(_tools.crops.bytes, slot).items():
        array[begin:end] = made[name].numpy()


def batches_by_processes(
    config: TrainingConfig, source: TripletSource, *, first_step: int, count: int
) -> Generator[Batch, None, None]:
    """As ``batches``, by ``count`` processes. Raises DougagenError where one of them is killed."""
    size = config.crops_a_step
    piece = max(1, min(_PIECE, size // count))
    pieces = [(begin, min(begin + piece, size)) for begin in range(0, size, piece)]
    ahead = max(_STEPS_AHEAD, -(-2 * count // len(pieces)))
    first = source.at(first_step)
    one = make_batch(config, first, first_step, numbers=range(1))
    layout = _Layout.of(one, size)
    pictures, crops = SharedPictures(), SharedMemory((ahead + 1) * layout.size)
    tools = _Tools(config, pictures.memory, crops, layout)
    helpers = TrainingHelpers(count, purpose="makes crops", begin=_take_tools, arguments=(tools,))
    begun: deque[tuple[int, list[Future[None]]]] = deque()

    def begin_step(step: int) -> None:
        sampler = first if step == first_step else source.at(step)
        rows = pictures.listed(sampler.pictures, step)
        slot = step % (ahead + 1)
        begun.append((step, [helpers.submit(_make, step, slot, *ends, rows) for ends in pieces]))

    try:
        for step in range(first_step, first_step + ahead):
            begin_step(step)
        while True:
            step, futures = begun.popleft()
            for future in futures:
                helpers.result(future)
            pictures.forget(step)
            begin_step(step + ahead)  # into the slot of the batch before this one, which nobody uses any more
            arrays = layout.arrays(crops.bytes, step % (ahead + 1))
            yield one.holding({name: torch.from_numpy(array) for name, array in arrays.items()})
    finally:
        helpers.close()
        pictures.memory.close()
        crops.close()


def on_device(stream: Iterator[Batch], device: torch.device) -> Generator[Batch, None, None]:
    """The batches on the device. For a GPU: from pinned memory, by a stream of their own, while it computes.

    The step that was given out last runs on the GPU when the next batch is fetched, pinned and sent; nothing
    here waits for it but for the one before it, so that batches do not pile up.
    """
    if device.type != "cuda":
        yield from stream
        return
    sending = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
    running: deque[torch.cuda.Event] = deque()
    for batch in stream:
        with torch.cuda.stream(sending):
            sent = {
                name: tensor.pin_memory().to(device, non_blocking=True)
                for name, tensor in batch.tensors().items()
            }
        computing = torch.cuda.current_stream(device)
        computing.wait_stream(sending)
        for tensor in sent.values():
            tensor.record_stream(computing)
        yield batch.holding(sent)
        running.append(computing.record_event())
        if len(running) > 2:
            running.popleft().synchronize()


def drawing_processes(config: TrainingConfig) -> int:
    """How many processes of the studio there is room for beside the network and those that make crops."""
    return max(1, spare_cores() - 1 - crop_processes(config, chosen_device(config.device)))
