"""STORES: what a dataset needs of a place that is no disk. fsspec and its stores are loaded at first use."""

from dougagen.files.stores.conditions import ABSENT, TRIALS, ConditionalStore, conditional, writable
from dougagen.files.stores.ranges import open_in_store
from dougagen.files.stores.staging import own_folder, staged
from dougagen.files.stores.store import Found, Store, store_of
from dougagen.files.stores.words import StoreRefused

__all__ = [
    "ABSENT",
    "TRIALS",
    "ConditionalStore",
    "Found",
    "Store",
    "StoreRefused",
    "conditional",
    "open_in_store",
    "own_folder",
    "staged",
    "store_of",
    "writable",
]
