"""The studio as a source of training pictures: scenes drawn by other processes while the network learns."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Generator, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from itertools import count
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from dougagen.domain import CLASS_COUNT
from dougagen.errors import ConfigError
from dougagen.processes.workers import Workers
from dougagen.studio import HELD_OUT_SEEDS, TRAINING, UNDECIDABLE, Profile, shoot_scene
from dougagen.training.sources import Example, MaskReader, PackedTriplet

_STRIDE = 100_003
"""Between the first scenes of two training seeds: 100,000 scenes are a day's work for one core."""


@dataclass(frozen=True, slots=True)
class StudioSupply:
    """How many scenes are drawn, and how long each stays."""

    profile: Profile = TRAINING
    workers: int = 1
    """Processes that draw."""
    crops_a_scene: float = 8.0
    """How many crops a scene serves, on the average, before a new one is due. Where the processes cannot
    keep up it serves more: the network never waits."""
    scenes: int = 200
    """That stand ready at most; 540 lines take 2 MB each."""
    first: int = 32
    """That are drawn before the first step; the class frequencies come from them."""
    is_exact: bool = False
    """Wait for a scene that is due: then a run repeats to the picture, at the speed of the processes."""

    def __post_init__(self) -> None:
        if self.profile.is_held_out:
            raise ConfigError(
                "the held-out family is for evaluation alone", remedy="train on another profile"
            )
        if self.workers < 1 or self.first < 1 or self.scenes < self.first or self.crops_a_scene <= 0:
            raise ConfigError(
                f"a studio supply needs workers and first ≥ 1, scenes ≥ first, crops_a_scene > 0, got {self}"
            )


@dataclass(frozen=True, slots=True, eq=False)
class _Standing:
    """The scenes that one step draws from."""

    pictures: tuple[PackedTriplet, ...]

    def sample(self, rng: np.random.Generator) -> Example:
        return self.pictures[int(rng.integers(len(self.pictures)))].example()


class StudioSource:
    """Fresh scenes for every step; a context manager, which ends its processes.

    Scene ``n`` has the seed ``n`` places after the run's first one. Step ``s`` draws from the newest
    ``scenes`` of those due by then, ``first + s · crops_a_step / crops_a_scene``: as long as the processes
    keep up, what a step sees follows from the seed and the step, not from the clock or the number of workers.
    A run that is resumed goes on with the scenes that are due there.
    """

    def __init__(
        self, supply: StudioSupply, *, crops_a_step: int, seed: int = 0, reader: MaskReader | None = None
    ) -> None:
        """Draws nothing yet; ``crops_a_step`` says how fast scenes are used up.

        ``reader`` is asked once a scene, in the thread that collects them.
        """
        self._supply, self._crops_a_step, self._reader = supply, crops_a_step, reader
        self._first_seed = seed * _STRIDE % HELD_OUT_SEEDS.start
        self._changed = threading.Condition()
        self._first: list[PackedTriplet] = []
        self._pictures: deque[tuple[int, PackedTriplet]] = deque()
        self._next = 0  # number of the next scene to arrive
        self._due = 0
        self._steps = 0
        self._left_out = 0
        self._is_closing = False
        self._workers: Workers | None = None
        self._drawer: ThreadPoolExecutor | None = None
        self._drawing: Future[None] | None = None
        self._frequencies: NDArray[np.float64] | None = None

    def __enter__(self) -> StudioSource:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the processes."""
        with self._changed:
            self._is_closing = True
            self._changed.notify_all()
        if self._workers is not None:
            self._workers.close()
        if self._drawer is not None:
            self._drawer.shutdown()

    # ---- what a training asks ------------------------------------------------------------------------
    def class_frequencies(self) -> NDArray[np.float64]:
        """float64[10] over the first scenes of the run; the same where it is resumed."""
        if self._frequencies is None:
            counts = np.zeros(CLASS_COUNT, np.int64)
            for picture in self._beginning():
                counts += picture.class_counts()
            self._frequencies = counts / counts.sum()
        return self._frequencies

    def at(self, step: int) -> _Standing:
        """The scenes that ``step`` draws from; drawn anew for it, as far as the processes have come."""
        self._beginning()
        with self._changed:
            self._due = self.due_at(step)
            self._steps += 1
            drawing = self._drawing = self._drawing or self._begin()
            self._changed.notify_all()
            while self._supply.is_exact and self._next < self._due and not drawing.done():
                self._changed.wait(timeout=1.0)
            if drawing.done():
                drawing.result()  # it ends by an error alone
            ready = [picture for number, picture in self._pictures if number < self._due]
        return _Standing(tuple(ready[-self._supply.scenes :]))

    def due_at(self, step: int) -> int:
        """How many scenes of the run are due at ``step``."""
        return self._supply.first + int(step * self._crops_a_step / self._supply.crops_a_scene)

    def facts(self) -> Mapping[str, str]:
        """The profile, how many scenes were drawn, and how many crops each served."""
        made = max(self._next, 1)
        return {
            "data": f"studio, profile {self._supply.profile.name}, drawn while training",
            "pictures": str(self._next),
            "undecidable_left_out": str(self._left_out),
            "crops_a_picture": f"{self._steps * self._crops_a_step / made:.1f}",
        }

    # ---- the drawing ---------------------------------------------------------------------------------
    def seed_of(self, number: int) -> int:
        """The studio's seed of a scene of this run."""
        return (self._first_seed + number) % HELD_OUT_SEEDS.start

    def _drawn(self, numbers: Iterable[int]) -> Generator[PackedTriplet | None, None, None]:
        """The scenes of ``numbers`` by the processes, which begin with the first call.

        None where no human could say what is in it.
        """
        if self._workers is None:
            self._workers = Workers(self._supply.workers, purpose="draws scenes")
        draw = partial(shoot_scene, profile=self._supply.profile)
        with closing(self._workers.in_order(draw, map(self.seed_of, numbers))) as scenes:
            for scene in scenes:
                is_clear = UNDECIDABLE not in scene.flags
                yield PackedTriplet.of(scene.triplet, reader=self._reader) if is_clear else None

    def _beginning(self) -> list[PackedTriplet]:
        """The first scenes of the run; drawn once."""
        if not self._first:
            for number, picture in enumerate(self._drawn(range(self._supply.first))):
                self._take(number, picture)
            self._first = [picture for _, picture in self._pictures]
            if not self._first:
                raise ConfigError(
                    "every one of the first scenes is undecidable", remedy="ask for more of them"
                )
        return self._first

    def _begin(self) -> Future[None]:
        """Let the processes go on where the run stands."""
        self._next = max(self._next, self._due - self._supply.first)
        self._drawer = ThreadPoolExecutor(1, thread_name_prefix="studio")
        return self._drawer.submit(self._collect)

    def _collect(self) -> None:
        """In a thread: scenes in the order of their numbers, a few ahead of what is due."""
        with closing(self._drawn(count(self._next))) as stream:
            for picture in stream:
                with self._changed:
                    self._take(self._next, picture)
                    self._changed.notify_all()
                    while not self._is_closing and self._next >= self._due + 2 * self._supply.workers:
                        self._changed.wait()
                    if self._is_closing:
                        return

    def _take(self, number: int, picture: PackedTriplet | None) -> None:
        if picture is None:
            self._left_out += 1
        else:
            self._pictures.append((number, picture))
        self._next = number + 1
        while len(self._pictures) > self._supply.scenes + 2 * self._supply.workers:
            self._pictures.popleft()
