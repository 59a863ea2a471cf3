"""Records by position: for samplers, and for whoever wants just this one."""

from __future__ import annotations

from os import PathLike
from typing import Any, Unpack

from torch.utils.data import Dataset

from dougagen.errors import NoRecordError
from dougagen.torch.errors import RecordError
from dougagen.torch.samples import Crop, DType
from dougagen.torch.triplets import Options, Triplets


class TripletDataset(Triplets, Dataset[Any]):
    """A map-style dataset over a folder of shards; ``[i]`` is a dict of tensors:

    * ``color`` uint8[3, H, W], RGB, [0, 255]; with ``dtype="float"`` float32 in [0, 1]
    * ``cel_mask`` uint8[1, H, W], 0 or 1; with ``dtype="float"`` float32
    * ``douga`` int64[H, W], the class of each pixel, [0, 9]

    ``crop`` (px, or height and width) cuts the same window out of all three, at a place that follows from
    ``seed``, epoch and position alone. A smaller picture lies at the upper left of the window; beyond it
    color is black, nothing is cel, and douga is ``pad_class``. Without ``crop`` pictures keep their sizes,
    and only equal ones make a batch.

    A position is read by itself: its row group is opened and gone through up to it, some 10 ms beside the
    decoding. Nothing stays open and nothing is kept, so it can be pickled, forked and spawned.

    Of the other options see ``dougagen.torch.triplets.Options``. Raises ShardError where there is no
    dataset, ConfigError for a wrong option or where no record is left; ``[i]`` raises RecordError for a
    damaged record, which names it. With ``on_damage="skip"`` the next whole record stands in for it.
    """

    def __init__(
        self,
        dir: str | PathLike[str],
        crop: Crop | None = None,
        dtype: DType = "uint8",
        **options: Unpack[Options],
    ) -> None:
        super().__init__(dir, crop, dtype, dict(options))

    def __len__(self) -> int:
        return len(self.records)

    def __getitem__(self, index: int) -> Any:
        length = len(self)
        if not -length <= index < length:
            raise NoRecordError(f"there is no record {index}: there are {length}")
        wanted = int(index) % length
        for step in range(length):
            number = (wanted + step) % length
            if self._bad[number]:
                continue
            try:
                record = self.records.read(number)
            except RecordError as error:
                self._passed_over(number, error)
                continue
            return self._sample(number, record)
        raise RecordError("every record is damaged", where=self.records.root)

    def state_dict(self) -> dict[str, int]:
        """What crops follow from; the order is the sampler's."""
        return {"epoch": self.epoch, "seed": self.seed}

    def load_state_dict(self, state: dict[str, int]) -> None:
        self.seed = int(state["seed"])
        self.set_epoch(int(state["epoch"]))
