"""torch's DataLoader, which knows how far it has come, with workers too.

Workers read ahead: what a dataset in a worker says of itself is more than the training loop has seen. So each
batch brings along where its worker stood, and what counts is the last batch that was handed out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, cast

from torch.utils.data import DataLoader, default_collate, default_convert, get_worker_info

from dougagen.errors import UsageError
from dougagen.torch.streamed import IterableTripletDataset


@dataclass(frozen=True, slots=True)
class _Placed:
    """``collate``, and with each batch the worker that made it and its place after it."""

    dataset: IterableTripletDataset
    collate: Callable[[Any], Any]

    def __call__(self, samples: Any) -> tuple[int, int, Any]:
        info = get_worker_info()
        # in a worker, its own copy of the dataset is the one that is read
        dataset = self.dataset if info is None else cast(IterableTripletDataset, info.dataset)
        worker = 0 if info is None else info.id
        return worker, dataset.position(worker), self.collate(samples)


class TripletLoader(DataLoader[Any]):
    """A ``DataLoader`` over an ``IterableTripletDataset`` that can stop after any batch and carry on.

    Takes what ``DataLoader`` takes. ``state_dict()`` says which batches were handed out; a new loader over
    the same dataset with the same number of workers takes it by ``load_state_dict`` and hands out the others.
    """

    def __init__(self, dataset: IterableTripletDataset, batch_size: int | None = 1, **options: Any) -> None:
        if not isinstance(dataset, IterableTripletDataset):
            raise UsageError(
                f"TripletLoader reads an IterableTripletDataset, got {type(dataset).__name__}",
                remedy="take torch's DataLoader, whose sampler says how far it has come",
            )
        collate = options.pop("collate_fn", None)
        if collate is None:
            collate = default_convert if batch_size is None else default_collate
        super().__init__(dataset, batch_size, collate_fn=_Placed(dataset, collate), **options)
        self._stream = dataset
        self._taken: dict[int, int] = {}

    def __len__(self) -> int:
        """Batches of a whole epoch: each worker ends with one of its own that may be smaller."""
        shares = self._stream.shares(max(1, self.num_workers))
        if self.batch_size is None:
            return sum(share.records for share in shares)
        spare = 0 if self.drop_last else self.batch_size - 1
        return sum((share.records + spare) // self.batch_size for share in shares)

    def __iter__(self) -> Iterator[Any]:  # type: ignore[override]  # torch promises one of its own classes
        self._taken = self._stream.positions() if self._stream.carries_on else {}
        batches = super().__iter__()
        self._stream.begun()
        for worker, position, batch in batches:
            self._taken[worker] = position
            yield batch

    def state_dict(self) -> dict[str, Any]:
        """Plain values that any format stores."""
        workers = max(1, self.num_workers)
        taken = self._stream.positions() if self._stream.carries_on else self._taken
        return {**self._stream.state_dict(), "workers": workers, "positions": dict(taken)}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """The next iteration carries on from ``state``. Raises UsageError where it does not fit."""
        if (wanted := max(1, self.num_workers)) != int(state["workers"]):
            raise UsageError(
                f"the state is of {state['workers']} workers, and this loader has {wanted}",
                remedy=f"carry on with num_workers={state['workers']}",
            )
        self._stream.load_state_dict(state)
        self._iterator = None  # workers that stay have copies of before
