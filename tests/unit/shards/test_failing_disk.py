"""A disk that fails in the middle of a commit: an error or a kill at writes, syncs, renames and removals.

Every seventh of them here; every one in the campaign.
"""

from __future__ import annotations

import errno
import shutil

import failing_disk
import pytest

pytestmark = pytest.mark.skipif(shutil.which("cc") is None, reason="a failing disk is made with a C compiler")


def test_a_commit_a_redo_and_a_pass_are_whole_or_absent_after_the_next_start(tmp_path) -> None:
    ends = failing_disk.run(tmp_path, every=7, errors=(failing_disk.KILL, errno.ENOSPC))
    assert ends["redo: killed"] >= 3
    assert ends["settle again: one line"] >= 5
