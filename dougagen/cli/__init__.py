"""WORDS → CALLS: Typer and Rich live here and nowhere else; torch, av and pyarrow never do."""

from dougagen.cli.app import main

__all__ = ["main"]
