"""The inventory of weights as tables for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dougagen.domain import ABSENT, Table, percent
from dougagen.inventory.entries import ModelEntry

_FIGURES = ("cel_iou", "cel_boundary_f", "douga_accuracy", "mean_iou", "line_f1")
_OF_REAL = ("cel_iou", "boundary_f", "", "", "line_f1")
_LONGEST_WORD = 60
"""Characters: facts are a stranger's text."""
_DATASETS = 3
"""Names of datasets that a cell holds."""


def model_tables(entries: Sequence[ModelEntry]) -> tuple[Table, ...]:
    """What each file is, how it was trained, how good it is; nothing where there is no file."""
    if not entries:
        return ()
    return _files_table(entries), _training_table(entries), _scores_table(entries)


def _files_table(entries: Sequence[ModelEntry]) -> Table:
    columns = ("file", "task", "network", "wiring", "size", "MB", "sha256", "card")
    rows = tuple(
        (
            _word(entry.path.stem),
            _word(entry.task),
            _word(entry.architecture),
            _word(entry.wiring),
            f"{entry.parameters / 1e6:.2f} M",
            f"{entry.size / 1e6:.2f}",
            entry.sha256[:8],
            str(entry.card),
        )
        for entry in entries
    )
    return Table("Weights, all whole", columns, rows)


def _training_table(entries: Sequence[ModelEntry]) -> Table:
    columns = ("file", "data", "pictures", "steps", "minutes", "started from", "seed", "dougagen")
    rows = tuple(
        (
            _word(entry.path.stem),
            _word(_few(entry.facts.get("data", ""))),
            *(_word(entry.facts.get(f, "")) for f in ("pictures", "steps", "minutes", "started_from")),
            _word(str(entry.training.get("seed", ""))),
            _word(entry.facts.get("dougagen_version", "")),
        )
        for entry in entries
    )
    return Table("Training", columns, rows)


def _few(names: str) -> str:
    """A long list of datasets by its first ones."""
    all_names = names.split(", ")
    if len(all_names) <= _DATASETS:
        return names
    return f"{', '.join(all_names[: _DATASETS - 1])} and {len(all_names) - _DATASETS + 1} more"


def _scores_table(entries: Sequence[ModelEntry]) -> Table:
    columns = ("file", "measured on", "cel IoU", "boundary F", "douga", "mean IoU", "line F1", "partner")
    tensors = [entry.tensors for entry in entries]
    rows: list[tuple[str, ...]] = []
    for entry in entries:
        beside = "here" if entry.scores.get("partner") in tensors else "elsewhere"
        measured = list(_measured(entry.scores))
        rows += [(_word(entry.path.stem), where, *figures, beside) for where, figures in measured]
        if not measured:
            rows.append((_word(entry.path.stem), "not noted yet", *[ABSENT] * 6))
    return Table("Scores noted in the weights: held-out scenes, real drawings", columns, tuple(rows))


def _measured(scores: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for lines, figures in _entries(scores.get("held_out")):
        yield (
            _word(f"{figures.get('scenes', '?')} scenes at {lines}"),
            tuple(_figure(figures, name) for name in _FIGURES),
        )
    for name, figures in _entries(scores.get("real")):
        yield (
            _word(f"real: {name}"),
            tuple(_figure(figures, figure) for figure in _OF_REAL),
        )


def _entries(group: object) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if isinstance(group, dict):
        yield from ((str(name), figures) for name, figures in group.items() if isinstance(figures, dict))


def _figure(figures: Mapping[str, Any], name: str) -> str:
    value = figures.get(name)
    # JSON writes numbers of any length, and a share of more than 1 was never measured
    return percent(float(value)) if isinstance(value, float | int) and 0 <= value <= 1 else ABSENT


def _word(text: str) -> str:
    """A fact as it can be printed: one line, no control characters, a dash where there is none."""
    plain = "".join(c if c.isprintable() else "�" for c in text)
    return plain[:_LONGEST_WORD] or ABSENT
