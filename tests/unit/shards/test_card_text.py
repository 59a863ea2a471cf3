"""The card: data files named, counts from the ledgers, the owner's words kept."""

from __future__ import annotations

import pytest
from records import plate_of

from dougagen.errors import ShardError
from dougagen.shards import write_card
from dougagen.shards.schema import COLUMNS, PLATE_TABLE


def front_matter(text: str) -> list[str]:
    _, front, _ = text.split("---\n", 2)
    return front.splitlines()


def test_the_card_names_the_data_files_of_every_split(tmp_path, make_record, commit_episode) -> None:
    commit_episode(tmp_path, [make_record(0)])
    other = "f" * 16
    commit_episode(tmp_path, [make_record(1, episode_id=other)], episode_id=other, split="validation")
    lines = front_matter(write_card(tmp_path).read_text())
    at = lines.index("configs:")
    assert lines[at + 1 : at + 7] == [
        "- config_name: default",
        "  data_files:",
        "  - split: train",
        "    path: data/train-*.parquet",
        "  - split: validation",
        "    path: data/validation-*.parquet",
    ]


def test_backgrounds_are_a_second_config_where_there_are_any(tmp_path, make_record, commit_episode) -> None:
    commit_episode(tmp_path, [make_record(0)])
    assert not any("backgrounds" in line for line in front_matter(write_card(tmp_path).read_text()))
    other = "f" * 16
    plates = [plate_of(shot, episode_id=other, placements=()) for shot in range(2)]
    entry = commit_episode(tmp_path, [make_record(1, episode_id=other)], episode_id=other, plates=plates)
    text = write_card(tmp_path).read_text()
    lines = front_matter(text)
    at = lines.index("configs:")
    assert lines[at + 1 : lines.index("dataset_info:")] == [
        "- config_name: default",
        "  data_files:",
        "  - split: train",
        "    path: data/train-*.parquet",
        "- config_name: backgrounds",
        "  data_files:",
        "  - split: train",
        "    path: backgrounds/train-*.parquet",
    ]
    at = lines.index("- config_name: backgrounds", lines.index("dataset_info:"))
    names = [line.removeprefix("  - name: ") for line in lines[at:] if line.startswith("  - name: ")]
    assert names == list(PLATE_TABLE.columns)
    assert [lines[lines.index(f"  - name: {name}") + 1] for name in ("image", "known")] == [
        "    dtype: image"
    ] * 2
    assert "| backgrounds | 2 |" in text
    assert f"| bytes of backgrounds | {entry.backgrounds[0].bytes:,} |" in text
    assert 'load_dataset("path/to/this/folder", "backgrounds", split="train")' in text


def test_the_card_lists_every_column_in_order(tmp_path, make_record, commit_episode) -> None:
    commit_episode(tmp_path, [make_record(0)])
    lines = front_matter(write_card(tmp_path).read_text())
    names = [line.removeprefix("  - name: ") for line in lines if line.startswith("  - name: ")]
    assert names == list(COLUMNS)
    assert lines[lines.index("  - name: color") + 1] == "    dtype: image"
    assert lines[lines.index("  - name: flags") + 1] == "    sequence: string"
    assert lines[lines.index("  - name: exposures") + 1 :][:5] == [
        "    list:",
        "    - name: start",
        "      dtype: int64",
        "    - name: stop",
        "      dtype: int64",
    ]


def test_the_card_counts_what_the_ledgers_count(tmp_path, make_record, commit_episode) -> None:
    entry = commit_episode(tmp_path, [make_record(i) for i in range(3)])
    text = write_card(tmp_path).read_text()
    for row in (
        "| episodes | 1 |",
        "| frames decoded | 9 |",
        "| drawings | 4 |",
        "| records | 3 |",
        "| drawings rejected: blank | 1 |",
        f"| bytes | {entry.shards[0].bytes:,} |",
        f"| bytes a record | {entry.shards[0].bytes // 3:,} |",
        "| thinline 1a2b3c4d | 1 |",
        "| 1 | visible line | 0 0 0 |",
    ):
        assert row in text


def test_the_owners_licence_and_words_outlive_a_new_card(tmp_path, make_record, commit_episode) -> None:
    commit_episode(tmp_path, [make_record(0)])
    card = write_card(tmp_path)
    first = card.read_text()
    assert "license: other\n" in first
    card.write_text(first.replace("license: other", "license: cc-by-4.0") + "\nAsk Aiko before use.\n")
    other = "f" * 16
    commit_episode(tmp_path, [make_record(1, episode_id=other)], episode_id=other)
    again = write_card(tmp_path).read_text()
    assert "license: cc-by-4.0\n" in again
    assert again.endswith("\nAsk Aiko before use.\n")
    assert "| episodes | 2 |" in again
    assert write_card(tmp_path).read_text() == again


def test_a_readme_that_was_there_before_is_kept(tmp_path, make_record, commit_episode) -> None:
    (tmp_path / "README.md").write_text("# My project\nprecious words\n")
    commit_episode(tmp_path, [make_record(0)])
    text = write_card(tmp_path).read_text()
    assert text.startswith("---\nlicense: other\n")
    assert text.endswith("# My project\nprecious words\n")


def test_a_card_leaves_no_temporary_file(tmp_path, make_record, commit_episode, files_in) -> None:
    commit_episode(tmp_path, [make_record(0)])
    write_card(tmp_path)
    assert len(files_in(tmp_path)) == 3


def test_names_of_strangers_cannot_break_the_table(tmp_path, make_entry) -> None:
    from dougagen.shards import EpisodeWriter

    models = "a | b\n---\n# <script>x</script>"
    with EpisodeWriter(tmp_path, episode_id="0123456789abcdef") as writer:
        writer.commit(make_entry(0, models=models))
    text = write_card(tmp_path).read_text()
    assert "<script>" not in text
    assert "\n# " not in text.split("## Provenance")[1]


def test_no_card_without_an_episode(tmp_path) -> None:
    with pytest.raises(ShardError, match="no episode is committed"):
        write_card(tmp_path)
    assert list(tmp_path.iterdir()) == []
