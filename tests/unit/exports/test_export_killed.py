"""An export that is killed, or runs into a full disk, comes out as one in one piece when it is run again."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

import failing_disk
import failing_export
import pytest

pytestmark = pytest.mark.skipif(shutil.which("cc") is None, reason="a failing disk is made with a C compiler")


def test_an_export_that_was_killed_or_had_no_space_carries_on_to_the_same_bytes(tmp_path: Path) -> None:
    ends = failing_export.run(tmp_path, every=31, errors=(failing_disk.KILL, errno.ENOSPC))
    for to in failing_export.ACTS:
        assert ends[f"{to}: killed"] >= 2
        assert ends[f"{to}: one line"] >= 2


@pytest.mark.campaign
def test_at_every_single_call(tmp_path: Path) -> None:
    ends = failing_export.run(tmp_path, errors=(failing_disk.KILL, errno.ENOSPC))
    assert ends["folders: killed"] > 50
