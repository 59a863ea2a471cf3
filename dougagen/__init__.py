"""dougagen runs the animation studio backwards: from a finished episode to the drawings behind it."""

__version__ = "0.4.0"
