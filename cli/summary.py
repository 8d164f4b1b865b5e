"""The summary of a run on the terminal."""

from __future__ import annotations

from rich.table import Table

from cli.console import out
from pipeline.run import OK, Run
from pipeline.summary import COLUMNS, summarise


def show(run: Run) -> None:
    summary = summarise(run)
    if summary.rows:
        table = Table(box=None, pad_edge=False, header_style="bold")
        table.add_column("")
        for column in COLUMNS:
            table.add_column(column, justify="right")
        for name, numbers in summary.rows:
            table.add_row(name, *(str(number) if number else "·" for number in numbers))
        out.print(table)
    for line in summary.lines:
        out.print(line, markup=False)
    style = "green" if run.exit_code == OK else "yellow"
    out.print(f"run {run.run_id}: {summary.verdict}", style=style, markup=False)
