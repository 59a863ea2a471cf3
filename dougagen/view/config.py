"""How the light table is served."""

from __future__ import annotations

from dataclasses import dataclass

from dougagen.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewConfig:
    """Options of ``dougagen view`` and the bounds on its memory."""

    port: int = 8765
    """Where it listens on 127.0.0.1; 0: any free port."""
    ports_tried: int = 20
    """How many ports from there on are tried where nobody asked for one; then any free one."""
    page_rows: int = 2000
    """Drawings whose facts are sent at once."""
    pictures_kept: int = 192_000_000
    """Bytes of coded pictures that are kept in memory."""
    thumbnails_kept: int = 48_000_000
    """Bytes of thumbnails that are kept in memory."""

    def __post_init__(self) -> None:
        if not 0 <= self.port < 65536:
            raise ConfigError(f"a port is a number from 0 to 65535, got {self.port}")
        for name in ("ports_tried", "page_rows", "pictures_kept", "thumbnails_kept"):
            if getattr(self, name) < 1:
                raise ConfigError(f"ViewConfig.{name} must be at least 1, got {getattr(self, name)}")
