"""The demo empties its own folder and nobody else's."""

from pathlib import Path

import pytest

from cli.demo import KEPT, MARKER, empty
from settings.tenant import PROJECT_ROOT, SettingsError


def test_what_an_earlier_demo_left_goes_and_the_tracked_files_stay(tmp_path: Path) -> None:
    empty(tmp_path / "demo")
    (tmp_path / "demo" / ".gitignore").write_text("*", encoding="utf-8")
    (tmp_path / "demo" / "warehouse.duckdb").touch()
    (tmp_path / "demo" / "state").mkdir()
    (tmp_path / "demo" / "state" / "exact_tokens.json").touch()
    empty(tmp_path / "demo")
    assert {path.name for path in (tmp_path / "demo").iterdir()} == {MARKER, ".gitignore"}


def test_a_folder_that_no_demo_made_is_refused_and_kept(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").touch()
    with pytest.raises(SettingsError, match="no demo made it"):
        empty(tmp_path)
    assert (tmp_path / "thesis.txt").exists()


def test_the_default_folder_of_a_fresh_clone_is_the_demos_own() -> None:
    assert all((PROJECT_ROOT / "data/demo" / name).exists() for name in KEPT)
