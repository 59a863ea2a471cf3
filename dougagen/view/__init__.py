"""DATASET → LIGHT TABLE: what the page shows of a dataset, and the small server behind ``dougagen view``.

``page`` and the front end in ``assets`` are shared: the report's page carries its pictures with it, the
server reads them from the shards.
"""

from dougagen.view.config import ViewConfig
from dougagen.view.server import LightTableServer, open_light_table

__all__ = ["LightTableServer", "ViewConfig", "open_light_table"]
