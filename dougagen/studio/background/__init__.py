"""Painted layers: the background behind the cel, books and veils in front of it."""
