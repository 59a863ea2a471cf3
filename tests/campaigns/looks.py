"""What people do with a dataset, whatever it holds: the commands, the Python door, the light table."""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pyarrow.parquet as pq
from campaigns.bench import Bench, Broken
from campaigns.corpus import EPISODES

from dougagen.shards import open_dataset, recover, settle_repeats, write_card
from dougagen.torch import TripletDataset
from dougagen.view import ViewConfig
from dougagen.view.table import LightTable


def vouch(out: Path) -> None:
    """Let the ledgers say of every file what it is: a lie that a checksum does not find."""
    for ledger in (out / "episodes").glob("*.json"):
        facts = json.loads(ledger.read_bytes())
        for name, folder in (
            ("shards", "data"),
            ("backgrounds", "backgrounds"),
            ("prints", ""),
            ("dropped", ""),
        ):
            said = facts.get(name) or []
            for one in said if isinstance(said, list) else [said]:
                path = out / (folder or "episodes") / one["name"]
                data = path.read_bytes()
                one |= {"bytes": len(data), "sha256": sha256(data).hexdigest()}
                if folder or name == "dropped":
                    try:
                        one["rows"] = pq.read_metadata(path).num_rows
                    except Exception:  # noqa: BLE001 - no Parquet any more
                        continue
        ledger.write_text(json.dumps(facts))


EXPORTS = ("webdataset", "folders", "cels", "psd", "ora", "coco", "svg")


def look_at(bench: Bench, out: Path, *, spoilt: str = "") -> None:
    """What people do with a dataset: verify, and one more thing."""
    bench.command("verify", out)
    bench.rng.choice(_LOOKS)(bench, out)
    for name in {*EPISODES} - {spoilt}:
        path = out / "episodes" / f"{name}.json"
        if not path.exists() and name != bench.told_to_remove:
            raise Broken(f"episode {name} is gone")


def _stats(bench: Bench, out: Path) -> None:
    bench.command("stats", out, *bench.rng.choice(((), ("--json",), ("--html", bench.root / "more"))))


def _export(bench: Bench, out: Path) -> None:
    to = bench.rng.choice(EXPORTS)
    bench.command(
        "export", out, "--to", to, "--out", bench.root / "out", *bench.rng.choice(((), ("--lines", 16)))
    )


def _merge(bench: Bench, out: Path) -> None:
    bench.command("merge", out, bench.copy("dataset", "more"), "--out", bench.root / "out")


def _remove(bench: Bench, out: Path) -> None:
    bench.told_to_remove = bench.rng.choice(EPISODES)
    bench.command("remove", out, bench.told_to_remove)


def _select(bench: Bench, out: Path) -> None:
    bench.command("label", "select", out, "--count", 3, "--out", bench.root / "out")


def _settle(bench: Bench, out: Path) -> None:
    for found in bench.asked("recover", lambda: recover(out)) or ():
        bench.require_line(str(found.trouble))
    for repair in (False, True):
        settled = bench.asked("settle", lambda again=repair: settle_repeats(out, repair=again))
        for trouble in settled.troubles if settled is not None else ():
            bench.require_line(str(trouble))
    bench.asked("card", lambda: write_card(out))
    bench.command("verify", out)


def _read(bench: Bench, out: Path) -> None:
    dataset = bench.asked("open", lambda: open_dataset(out))
    if dataset is not None:
        count = bench.asked("count", lambda: len(dataset)) or 0
        for number in range(min(count, 12)):
            record = bench.asked("record", lambda at=number: dataset[at])
            if record is not None and record.triplet.color.shape[:2] != record.triplet.douga.classes.shape:
                raise Broken(f"a record of two sizes: {record!r}")
        for plate in bench.asked("plates", lambda: list(dataset.plates)) or ():
            bench.require_line(plate.background_id)


def _torch(bench: Bench, out: Path) -> None:
    dataset = bench.asked("torch", lambda: TripletDataset(out, crop=8))
    for number in range(min(len(dataset) if dataset is not None else 0, 9)):
        bench.asked("sample", lambda at=number: dataset[at])


def _light_table(bench: Bench, out: Path) -> None:
    table = bench.asked("light table", lambda: LightTable(out, ViewConfig()))
    if table is None:
        return
    addresses = ["about.json", *(f"drawings/{n}/0.json" for n in range(3))]
    addresses += [
        f"picture/{n}/{m}/{kind}" for n in range(3) for m in range(3) for kind in ("color", "douga")
    ]
    addresses += [f"picture/{n}/0/cel_mask/160" for n in range(3)] + [
        f"plates/{name}/0.json" for name in EPISODES
    ]
    addresses += [f"plate/{name}/0/0" for name in EPISODES[:2]]
    for address in addresses:
        answer = bench.asked("view", lambda at=address: table.answer(at))
        if answer is None or answer.status not in (200, 404, 422):
            raise Broken(f"the light table answers {answer} at {address}")
        if answer.status != 200:
            bench.require_line(answer.body.decode())


_LOOKS: tuple[Callable[[Bench, Path], None], ...] = (
    *(_stats, _stats, _export, _export, _export, _merge, _remove, _select, _settle, _settle),
    *(_read, _read, _torch, _light_table, _light_table),
)
