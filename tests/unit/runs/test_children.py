"""A child of ours begins with one heap, so that its threads keep what they free."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from dougagen.runs.children import Child

_MODULE = "says_its_heaps"
_SOURCE = """
import os


def main(receiver, sender):
    sender.send(os.environ.get("MALLOC_ARENA_MAX"))
"""


@pytest.mark.parametrize(("set_by_user", "seen"), [(None, "1"), ("4", "4")])
def test_a_child_has_one_heap_unless_its_user_said_otherwise(
    set_by_user: str | None, seen: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / f"{_MODULE}.py").write_text(_SOURCE)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    monkeypatch.delenv("MALLOC_ARENA_MAX", raising=False)
    if set_by_user is not None:
        monkeypatch.setenv("MALLOC_ARENA_MAX", set_by_user)
    child = Child(_MODULE)
    try:
        assert child.receiver.receive() == seen
    finally:
        child.terminate()
        child.wait(20)
    assert os.environ.get("MALLOC_ARENA_MAX") == set_by_user
