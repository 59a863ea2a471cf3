"""A child of ours begins with one heap of huge pages, so that its threads keep what they free."""

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
    sender.send([os.environ.get(name) for name in ("MALLOC_ARENA_MAX", "GLIBC_TUNABLES")])
"""


@pytest.mark.parametrize(
    ("name", "set_by_user", "seen"),
    [
        ("MALLOC_ARENA_MAX", None, ["1", "glibc.malloc.hugetlb=1"]),
        ("MALLOC_ARENA_MAX", "4", ["4", "glibc.malloc.hugetlb=1"]),
        ("GLIBC_TUNABLES", "glibc.malloc.check=1", ["1", "glibc.malloc.check=1"]),
    ],
)
def test_a_child_has_one_heap_unless_its_user_said_otherwise(
    name: str, set_by_user: str | None, seen: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / f"{_MODULE}.py").write_text(_SOURCE)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    for one in ("MALLOC_ARENA_MAX", "GLIBC_TUNABLES"):
        monkeypatch.delenv(one, raising=False)
    if set_by_user is not None:
        monkeypatch.setenv(name, set_by_user)
    child = Child(_MODULE)
    try:
        assert child.receiver.receive() == seen
    finally:
        child.terminate()
        child.wait(20)
    assert os.environ.get(name) == set_by_user
