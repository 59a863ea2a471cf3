"""Weights of a few kilobytes."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tiny_weights import write_tiny_weights


@pytest.fixture(scope="session")
def write_weights() -> Callable[..., Path]:
    """``write_tiny_weights``, for every test that wants a file of weights."""
    return write_tiny_weights
