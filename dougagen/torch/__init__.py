"""SHARDS → TENSORS: a folder of shards as torch datasets.

    from dougagen.torch import TripletDataset

    pairs = TripletDataset("shards/", crop=256)   # pairs[0]["color"] is uint8[3, 256, 256]

``TripletDataset`` is read by position, ``IterableTripletDataset`` row group by row group, which is faster and
shares the work out among workers and ranks; ``TripletLoader`` is torch's ``DataLoader`` over it that can stop
and carry on. Imports torch; nothing else of dougagen imports this.
"""

from __future__ import annotations

from dougagen.torch.errors import BatchError, RecordError
from dougagen.torch.loader import TripletLoader
from dougagen.torch.mapped import TripletDataset
from dougagen.torch.streamed import IterableTripletDataset

__all__ = ["BatchError", "IterableTripletDataset", "RecordError", "TripletDataset", "TripletLoader"]
