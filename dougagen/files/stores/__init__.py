"""STORES: what a dataset needs of a place that is no disk. fsspec and its stores are loaded at first use."""

from dougagen.files.stores.ranges import open_in_store
from dougagen.files.stores.staging import staged
from dougagen.files.stores.store import Found, Store, store_of
from dougagen.files.stores.words import StoreRefused

__all__ = ["Found", "Store", "StoreRefused", "open_in_store", "staged", "store_of"]
