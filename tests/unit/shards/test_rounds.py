"""Several runs on one folder of equal drawings at once, some of them killed: a few rounds of the campaign."""

from __future__ import annotations

import rounds


def test_one_of_equal_drawings_stays_whatever_the_runs_and_kills(tmp_path) -> None:
    assert rounds.many(tmp_path, 6, seed=5)["rounds"] == 6
