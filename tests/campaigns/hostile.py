"""Hostile inputs by the thousand, made by mutation from a seed and tried in a long-lived process.

A process that dies or takes longer than its bound is a finding, and another one carries on behind the input
that it was at. What breaks the law can be kept, to be looked at.
"""

from __future__ import annotations

import faulthandler
import json
import os
import random
import resource
import select
import shutil
import subprocess
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from campaigns.parts import Part

TESTS = Path(__file__).resolve().parents[1]
SECONDS = 120.0
"""For one input, on a machine that does other things too."""
_DATA_BYTES = 6 << 30


def campaign(
    scratch: Path, *, seed: int, first: int, count: int, only: str = "", keep: Path | None = None
) -> Part:
    """Try the inputs ``first`` to ``first + count``; ``only`` those of one reader. What breaks the law stays
    below ``keep``."""
    part, began, number, stop = Part("hostile inputs", seed, first), time.monotonic(), first, first + count
    readers, slowest, watched = Counter[str](), (0.0, -1), True
    while number < stop:
        begun = number
        for told in _worker(scratch, seed, number, stop, only):
            begun, number = told.get("begun", begun), told.get("next", number)
            if "reader" in told:
                part.count += 1
                readers[told["reader"]] += 1
                part.counts.update(told["ends"])
                slowest, watched = max(slowest, (told["seconds"], begun)), watched and told["watched"]
                _keep(part, begun, told["broken"], scratch, keep)
        if number <= begun:
            last_words = (scratch / "log").read_text(errors="backslashreplace")[-6000:]
            _keep(part, begun, f"the process died or hung: {last_words}", scratch, keep)
            number = begun + 1
    part.minutes = (time.monotonic() - began) / 60
    part.facts = {"readers": dict(readers), "slowest": slowest, "network watched": watched}
    return part


def _keep(part: Part, number: int, broken: str, scratch: Path, keep: Path | None) -> None:
    if not broken:
        return
    part.findings.append((number, broken))
    if keep is not None:
        kept = keep / f"{part.seed}-{number}"
        shutil.rmtree(kept, ignore_errors=True)
        with suppress(OSError, shutil.Error):
            shutil.copytree(scratch / "bench", kept, symlinks=True)
        kept.mkdir(parents=True, exist_ok=True)
        (kept / "told.txt").write_text(broken, errors="backslashreplace")


def _worker(scratch: Path, seed: int, first: int, stop: int, only: str) -> Iterator[dict[str, Any]]:
    """A process that tries one input after another; what it says, until it ends or is ended."""
    words = [sys.executable, "-m", "campaigns.hostile", str(scratch), str(seed), str(first), str(stop), only]
    paths = os.pathsep.join((str(TESTS.parent), str(TESTS)))
    environment = os.environ | {"PYTHONPATH": paths, "SVT_LOG": "0", "COLUMNS": "200"}
    log = scratch / "log"
    with log.open("ab") as said:
        process = subprocess.Popen(
            words, bufsize=0, stdout=subprocess.PIPE, stderr=said, env=environment, start_new_session=True
        )
    assert process.stdout is not None
    try:
        while select.select([process.stdout], [], [], SECONDS)[0]:
            line = process.stdout.readline()
            if not line:
                break
            yield json.loads(line)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, 9)
        process.wait()


def work(scratch: Path, seed: int, first: int, stop: int, only: str) -> None:
    """The process itself."""
    report = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    import cv2
    from campaigns import bench as benches
    from campaigns.corpus import make
    from campaigns.readers import READERS, reader_of

    cv2.setNumThreads(1)
    corpus = make(scratch / "corpus")
    watched = benches.leave_the_network()
    resource.setrlimit(resource.RLIMIT_DATA, (_DATA_BYTES, _DATA_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    faulthandler.enable()
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 30, 1 << 30))
    benches.fork_children()
    asked = benches.asked_of_the_network() if watched else 0
    for number in range(first, stop):
        reader = reader_of(number)
        if not only or reader == only:
            report.write(json.dumps({"begun": number}) + "\n")
            faulthandler.dump_traceback_later(SECONDS - 20, file=sys.stderr)
            began, bench = (
                time.monotonic(),
                benches.Bench(scratch / "bench", corpus, random.Random(f"{seed}:{number}")),
            )
            broken = _broken(bench, READERS[reader][0])
            if watched and not broken and benches.asked_of_the_network() != asked:
                broken = "somebody asked the network"
            asked = benches.asked_of_the_network() if watched else 0
            told = {"reader": reader, "ends": bench.ends, "broken": broken and f"{reader}: {broken}"}
            seconds = time.monotonic() - began
            report.write(
                json.dumps({**told, "seconds": seconds, "watched": watched, "next": number + 1}) + "\n"
            )
    report.write(json.dumps({"next": stop}) + "\n")


def _broken(bench: Any, attack: Any) -> str:
    """How the law was broken; empty: it was not."""
    from campaigns.bench import Broken

    try:
        attack(bench)
        bench.close()
    except Broken as error:
        return str(error)
    except Exception:  # noqa: BLE001 - a fault of the campaign itself is told like one of the product
        return f"the campaign: {traceback.format_exc()}"
    return ""


if __name__ == "__main__":
    place, seed, first, stop, only = sys.argv[1:]
    work(Path(place), int(seed), int(first), int(stop), only)
