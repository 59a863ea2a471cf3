"""The ledger keeps every exposure, in short."""

from __future__ import annotations

import json

import pytest

from dougagen.domain import FrameSpan
from dougagen.errors import DomainError
from dougagen.shards import LedgerEntry


def test_exposures_come_back_from_a_line_a_shot(make_entry) -> None:
    entry = make_entry(2, timesheet=("0:0-3 1:3-6 0:6-9", "", "2:9-240"))
    again = LedgerEntry.from_json(json.loads(json.dumps(entry.to_json())))
    assert again == entry
    assert list(again.exposures()) == [
        (0, 0, FrameSpan(0, 3)),
        (0, 1, FrameSpan(3, 6)),
        (0, 0, FrameSpan(6, 9)),
        (2, 2, FrameSpan(9, 240)),
    ]


def test_a_ledger_of_an_older_version_has_no_timesheet(make_entry) -> None:
    plain = make_entry(2).to_json()
    del plain["timesheet"], plain["rejected"]
    entry = LedgerEntry.from_json(plain)
    assert (entry.timesheet, entry.rejected) == ((), {})


@pytest.mark.parametrize(
    "timesheet", [("0:3",), ("a:0-3",), ("0:0-3;1:3-6",), (3,), ("0:0-3" * 2,), ("-1:0-3",)]
)
def test_a_timesheet_that_is_none_is_refused(make_entry, timesheet) -> None:
    with pytest.raises(DomainError, match="timesheet"):
        make_entry(2, timesheet=timesheet)


def test_rejected_drawings_must_be_as_many_as_counted(make_entry) -> None:
    with pytest.raises(DomainError, match="dark"):
        make_entry(2, rejected={"dark": (1, 2)})
