"""DATASET → LIGHT TABLE: a dataset as drawings along time, in a browser.

``open_light_table(path)`` is the small server behind ``dougagen view``, which reads pictures from the shards.
The report's page is made of the same parts (``document``, ``Catalog``, ``facts_of``) and carries its pictures
with it. What runs in the browser lies in ``assets``.
"""

from dougagen.view.catalog import Catalog, EpisodeCard, by_name
from dougagen.view.config import ViewConfig
from dougagen.view.facts import facts_of
from dougagen.view.front import SCRIPTS, STYLE, document, part
from dougagen.view.pictures import coded_small, seen_of
from dougagen.view.plates import CodedPlate, PlateShelf, plate_facts
from dougagen.view.server import LightTableServer, open_light_table

__all__ = [
    "SCRIPTS",
    "STYLE",
    "Catalog",
    "CodedPlate",
    "EpisodeCard",
    "LightTableServer",
    "PlateShelf",
    "ViewConfig",
    "by_name",
    "coded_small",
    "document",
    "facts_of",
    "open_light_table",
    "part",
    "plate_facts",
    "seen_of",
]
