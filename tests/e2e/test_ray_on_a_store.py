"""A Ray cluster that reads from a store and writes into it, by the real command; rows are those of a disk.

pytest -m ray tests/e2e/test_ray_on_a_store.py
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from clusters import ROOT, cluster, size_of
from stores import BUCKET, filesystem
from tiny_weights import write_tiny_weights
from waiting import comes

from dougagen.files import StorePath
from dougagen.runs import LoadNetworks, Plan, Silent, extract_all
from dougagen.shards import read_rows, verify_dataset

pytestmark = [pytest.mark.xdist_group("stores"), pytest.mark.ray]
CLIPS = 6


@pytest.fixture
def short_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="dg-ray-", dir="/tmp"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def rows(out: Path) -> pa.Table:
    return pa.concat_tables(read_rows(out)).sort_by("record_id").combine_chunks()


@pytest.mark.parametrize("dies", [False, True], ids=["all live", "a node dies"])
def test_rows_of_a_cluster_on_a_store_are_those_of_this_machine(
    dies: bool, server: str, use: Callable[..., None], out: StorePath, tmp_path: Path, tiny: Any,
    short_folder: Path,
) -> None:  # fmt: skip
    weights, videos = write_tiny_weights(tmp_path / "weights"), tmp_path / "in"
    videos.mkdir()
    clips = [tiny.write_tiny_clip(videos / f"{n}.mkv", n, frames=240 if dies else 24) for n in range(CLIPS)]
    assert not extract_all(
        clips, Plan(tmp_path / "near"), load=LoadNetworks(weights), events=Silent()
    ).exit_code
    source = f"{BUCKET}/in-{dies}"
    filesystem(server).put(f"{videos}/", f"{source}/", recursive=True)
    with cluster(short_folder) as nodes:
        for _ in range(3):
            nodes.add()
        assert comes(lambda: size_of(nodes.address) == 3, seconds=600)
        words = ["extract", f"s3://{source}/", "--out", str(out), "--models", str(weights), "--json"]
        run = subprocess.Popen(
            [sys.executable, "-m", "dougagen", *words, "--ray-address", nodes.address],
            env=os.environ | {"PYTHONPATH": str(ROOT)}, text=True, cwd=tmp_path,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        if dies:
            locks = f"{out.key}/.dougagen/locks"
            held = lambda: len([name for name in filesystem(server).find(locks) if "/run-" not in name])  # noqa: E731
            assert comes(lambda: held() >= 2 or run.poll() is not None, seconds=300)
            time.sleep(0.5)
            nodes.nodes.pop(0).kill()
        told, said = run.communicate(timeout=600)
    assert run.returncode == 0, said
    report = json.loads(told)
    assert (report["failed"], len(report["extracted"])) == ([], CLIPS)
    assert ("it is done again" in said) == dies, said
    assert "secret" not in told + said
    assert verify_dataset(out).ok
    far, near = rows(out), rows(tmp_path / "near")
    others = [name for name in near.column_names if not far[name].equals(near[name])]
    assert others == []
    assert far.num_rows == near.num_rows > 0
    locks = filesystem(server).find(f"{out.key}/.dougagen/locks")
    assert [name for name in locks if name.endswith(".lock")] == []
