"""Stores that are slow, do not know their user, or change under a reader; leases that end, wrong clocks.

Against a real S3 server. What breaks at each request of a commit or of a reading stands in
``test_output_to_stores.py`` and ``test_stores.py``; the table of all of it in ``dougagen/guide/stores.md``.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import botocore.auth
import fsspec
import pytest
from equal_drawings import put
from stores import BUCKET, OWNER, READER, BreakingProxy, environment, filesystem
from waiting import comes

from dougagen.errors import DougagenError, ShardError, UsageError
from dougagen.files import StorePath, StoreRefused, open_file, place
from dougagen.runs.extraction import require_output_folder
from dougagen.shards import EpisodeBusy, leases, lock_episode, recover, verify_dataset
from dougagen.shards.locks import lock_path

pytestmark = pytest.mark.xdist_group("stores")
ROOT = Path(__file__).resolve().parents[2]
A, B = "a" * 16, "b" * 16
Use = Callable[..., None]


def one_line(call: Callable[[], Any]) -> str:
    """What ``call`` raises: a line, without a key in it."""
    with pytest.raises(DougagenError) as raised:
        call()
    text = str(raised.value)
    assert "\n" not in text
    assert not re.search("secret|OWNERKEY|READERKEY|Signature", text)
    return text


# ---- slow ------------------------------------------------------------------------------------------------
def test_a_store_that_takes_its_time_for_each_write_gets_the_whole_commit(
    server: str, use: Use, out: StorePath
) -> None:
    with BreakingProxy(server, lambda method, _p, _n: "slow" if method in ("PUT", "POST") else "") as proxy:
        proxy.seconds = 0.3
        use(proxy.address)
        put(out, A, [0, 1], plate=True)
        writes = sum(one.startswith("PUT") for one in proxy.asked)
    use(server)
    assert writes >= 6, "the trials of conditions, the lock, two shards, prints and the ledger"
    assert verify_dataset(out).ok
    assert verify_dataset(out).records == 2


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        pytest.param("overloaded", r"the store is overloaded or broken \(50", marks=pytest.mark.slow),
        ("cut before", "the connection to the store broke|the store cannot be reached"),
        pytest.param("silent", "the store does not answer", marks=pytest.mark.slow),
    ],
)
def test_a_store_that_takes_no_writes_is_one_line_in_time(
    fault: Any, why: str, server: str, use: Use, out: StorePath
) -> None:
    """Reading goes on: so each write that came to nothing is looked for."""
    with BreakingProxy(server, lambda method, _p, _n: fault if method == "PUT" else "") as proxy:
        environment_there = environment(proxy.address) | {"PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            [sys.executable, "-m", "dougagen", "extract", __file__, "--out", str(out)],
            capture_output=True, text=True, env=environment_there, check=False, timeout=60,
        )  # fmt: skip
    assert done.returncode == 2, done.stderr
    (line,) = (line for line in done.stderr.splitlines() if "error:" in line)
    assert re.search(why, line), line


def test_a_lock_that_a_store_does_not_take_is_no_other_runs(
    server: str, use: Use, out: StorePath, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(fsspec.config.conf, "s3", {"config_kwargs": {"retries": {"max_attempts": 1}}})
    lock_episode(out, A).release()
    with BreakingProxy(server, lambda _m, path, _n: "overloaded" if f"{A}.lock" in path else "") as proxy:
        use(proxy.address)
        assert "the store is overloaded or broken" in one_line(lambda: lock_episode(out, A))


def test_a_lease_is_kept_alive_while_a_write_is_slow(
    server: str, use: Use, out: StorePath, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is put anew by a thread of its own, whatever the commit waits for."""
    monkeypatch.setattr(leases, "_RENEWAL_SECONDS", 0.2)
    slow = lambda method, path, _n: "slow" if method == "PUT" and "/data/" in path else ""  # noqa: E731
    with BreakingProxy(server, slow) as proxy:
        proxy.seconds = 2.0
        use(proxy.address)
        put(out, A, [0])
        asked = list(proxy.asked)
    shard = next(n for n, one in enumerate(asked) if one.startswith("PUT") and "/data/" in one)
    ledger = next(n for n, one in enumerate(asked) if one.startswith("PUT") and f"/{A}.json" in one)
    renewals = [one for one in asked[shard:ledger] if one.startswith("PUT") and ".lock" in one]
    assert len(renewals) >= 3


# ---- leases and clocks -----------------------------------------------------------------------------------
_OWNER_ELSEWHERE = """
import sys
sys.path.append("tests")
from dougagen.files import place
from dougagen.shards import leases, lock_episode
leases._machine = lambda: "another machine"
lease = lock_episode(place(sys.argv[1]), "a" * 16)
print("held", flush=True)
sys.stdin.read()
"""
_COMMIT_ELSEWHERE = """
import sys
sys.path.append("tests")
from equal_drawings import put
from dougagen.files import place
from dougagen.shards import leases
leases._machine = lambda: "another machine"
put(place(sys.argv[1]), "a" * 16, [2, 3, 4], plate=True)
"""


def a_program(text: str, out: StorePath, address: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", text, str(out)], cwd=ROOT, text=True,
        env=environment(address) | {"PYTHONPATH": str(ROOT)}, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip


def lock_once_free(out: StorePath, *, seconds: float) -> leases.Lease:
    """The lock of the episode."""
    taken = []

    def is_taken() -> bool:
        with suppress(EpisodeBusy):
            taken.append(lock_episode(out, A))
        return bool(taken)

    assert comes(is_taken, seconds=seconds)
    (lease,) = taken
    assert isinstance(lease, leases.Lease)
    return lease


@pytest.mark.parametrize("seconds", [4.0, pytest.param(leases.LEASE_SECONDS, marks=pytest.mark.slow)])
def test_the_lease_of_a_killed_owner_on_another_machine_ends_by_the_stores_clock(
    seconds: float, server: str, out: StorePath, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody here can know that it is dead: what ends is its time, two minutes as it is shipped."""
    owner = a_program(_OWNER_ELSEWHERE, out, server)
    assert owner.stdout is not None
    assert owner.stdout.readline() == "held\n"
    owner.kill()
    owner.communicate()
    with pytest.raises(EpisodeBusy):
        lock_episode(out, A)
    monkeypatch.setattr(leases, "LEASE_SECONDS", seconds)
    lease = lock_once_free(out, seconds=2 * seconds + 60)
    lease.require_held()
    lease.release()
    assert not filesystem(server).exists(lock_path(out, A).key)  # type: ignore[attr-defined]


def test_a_commit_cut_short_elsewhere_is_replaced_once_its_lease_has_ended(
    server: str, out: StorePath, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed when its files were there and its ledger not; then the old rows stand until the new commit."""
    put(out, A, [0, 1], plate=True)
    before = set(filesystem(server).find(out.key))
    owner: subprocess.Popen[str]

    def kill(method: str, path: str, _number: int) -> Any:
        if method == "PUT" and f"/{A}.json" in path:
            owner.kill()
            owner.wait()
            return "cut before"
        return ""

    with BreakingProxy(server, kill) as proxy:
        owner = a_program(_COMMIT_ELSEWHERE, out, proxy.address)
        owner.communicate()
    assert owner.returncode == -signal.SIGKILL
    left = set(filesystem(server).find(out.key)) - before
    assert len(left) > 2, "shards, a plate and a lock"
    assert verify_dataset(out).ok
    assert verify_dataset(out).records == 2
    assert recover(out) == (), "its owner may be alive"
    monkeypatch.setattr(leases, "LEASE_SECONDS", 3.0)
    lock_once_free(out, seconds=60).release()
    put(out, A, [5], plate=True)
    assert verify_dataset(out).records == 1
    assert not left & set(filesystem(server).find(out.key)), "and what the dead one left is gone with it"


def a_clock_off_by(monkeypatch: pytest.MonkeyPatch, **amount: float) -> None:
    """Requests of this process are signed, and leases taken, by a clock that is off."""
    now = botocore.auth.get_current_datetime
    off = timedelta(**amount)
    monkeypatch.setattr(
        botocore.auth, "get_current_datetime", lambda *words, **more: now(*words, **more) + off
    )
    time_now = leases.time.time
    monkeypatch.setattr(leases.time, "time", lambda: time_now() + off.total_seconds())


@pytest.mark.parametrize("minutes", [-10, 10])
def test_a_clock_that_is_ten_minutes_off_changes_nothing_about_a_lease(
    minutes: float, server: str, use: Use, out: StorePath, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its age is what the store says, of a clock that is the same for all."""
    owner = a_program(_OWNER_ELSEWHERE, out, server)
    assert owner.stdout is not None
    assert owner.stdout.readline() == "held\n"
    a_clock_off_by(monkeypatch, minutes=minutes)
    use(server)
    with pytest.raises(EpisodeBusy):
        lock_episode(out, A)
    with lock_episode(out, B) as lease:
        assert isinstance(lease, leases.Lease)
        lease._renew()
        lease.require_held()
    put(out, B, [0, 1])
    assert verify_dataset(out).ok
    owner.communicate("")


@pytest.mark.parametrize("days", [-1, 1])
def test_a_clock_that_is_a_day_off_is_one_line(
    days: float, server: str, use: Use, out: StorePath, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_clock_off_by(monkeypatch, days=days)
    use(server)
    assert "the clock of this machine is wrong" in one_line(lambda: require_output_folder(out))
    assert "the clock of this machine is wrong" in one_line(lambda: lock_episode(out, A))


# ---- who may do what -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("address", "keys", "why"),
    [
        (f"s3://{BUCKET}/x", OWNER | {"AWS_SECRET_ACCESS_KEY": "x"}, "does not take these credentials"),
        (f"s3://{BUCKET}/x", {"AWS_REGION": "us-east-1"}, "no credentials were found"),
        (f"s3://{BUCKET}/x", READER, "the store denies access"),
        ("s3://nothing-here/x", OWNER, "there is no such bucket"),
        ("gs://seasons/x", {"NO_GCE_CHECK": "true", "HOME": "/nonexistent"}, "no credentials were found"),
    ],
)
def test_a_place_that_cannot_be_written_is_one_line_before_anything_is_done(
    address: str, keys: dict[str, str], why: str, server: str, use: Use, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(server, keys=keys)
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
    with pytest.raises(UsageError, match=re.escape(why)):
        require_output_folder(place(address))
    assert why in one_line(lambda: require_output_folder(place(address)))


# ---- what changes ----------------------------------------------------------------------------------------
def test_an_object_that_another_takes_the_place_of_while_it_is_read_is_refused(
    server: str, out: StorePath
) -> None:
    """The next piece would be of another file."""
    store, path = filesystem(server), out / "data" / "shard"
    store.pipe_file(path.key, os.urandom(9 << 20))
    with open_file(path) as file:
        file.read(1000)
        store.pipe_file(path.key, os.urandom(9 << 20))
        file.seek(8 << 20)
        with pytest.raises(StoreRefused, match="it is not what it was"):
            file.read(1000)


def test_a_ledger_that_changes_between_the_taking_and_the_commit_wins(out: StorePath, server: str) -> None:
    """Somebody puts it without a lock: the commit that knew another one gives way and leaves no file."""
    from records import entry_of

    from dougagen.shards import writer_of

    put(out, A, [0])
    before = set(filesystem(server).find(out.key))
    ledger = f"{out.key}/episodes/{A}.json"
    with writer_of(out, episode_id=A, on_existing="redo") as writer:
        store = filesystem(server)
        store.pipe_file(ledger, store.cat_file(ledger) + b"\n")
        with pytest.raises(ShardError, match="another run has committed"):
            writer.commit(entry_of(0, episode_id=A))
    assert set(filesystem(server).find(out.key)) == before
    assert not filesystem(server).exists(lock_path(out, A).key)  # type: ignore[attr-defined]
