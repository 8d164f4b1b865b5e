"""What `--help` says: every command, and every option in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from cli.main import app


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """A command and all below it, by what one types."""
    yield path, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from commands(inner, (*path, name))


ALL = dict(commands(typer.main.get_command(app)))


def test_the_commands_of_the_readme_exist() -> None:
    assert {
        ("demo",), ("check",), ("extract",), ("transform",), ("plan",), ("push",), ("export",), ("sync",),
        ("status",), ("sandbox", "serve"), ("ledger", "rebuild"),
    } <= ALL.keys()  # fmt: skip


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_help_says_what_a_command_does_and_what_each_option_means(path: tuple[str, ...]) -> None:
    answer = CliRunner().invoke(app, [*path, "--help"])
    assert answer.exit_code == 0
    command = ALL[path]
    assert command.help
    assert command.help.split("\n")[0][:30] in answer.stdout
    for parameter in command.params:
        if parameter.param_type_name == "option" and parameter.name != "help":
            assert parameter.help, parameter.name


WITHOUT_TENANT = {(), ("demo",), ("ledger",), ("sandbox",), ("sandbox", "serve")}


@pytest.mark.parametrize("path", sorted(ALL.keys() - WITHOUT_TENANT), ids=" ".join)
def test_whatever_acts_on_a_tenant_takes_tenant(path: tuple[str, ...]) -> None:
    assert any("--tenant" in parameter.opts for parameter in ALL[path].params)
