"""`exact-optiply`: every step of the pipeline as a command.

Exit codes: 0 all well; 1 a step or stream failed; 2 wrong use or settings; 3 done, but something needs a look
(refused, held, waiting for approval, daily limit).
"""

from __future__ import annotations

import sys

import typer

from cli import check, connect, demo, export, ledger, plan, run_steps, sandbox, status
from cli.console import complain
from pipeline.exit_codes import exit_code_of

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="rich",
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Keeps Optiply equal to Exact Online and brings Optiply's buy orders back as purchase orders.\n\n"
    "Start with [bold]exact-optiply demo[/bold]; for a real tenant run "
    "[bold]exact-optiply connect --tenant NAME[/bold], then check.\n\n"
    "Exit codes: 0 all well; 1 a step or stream failed; 2 wrong use or settings; 3 done, but something needs a look.",
)
app.command()(demo.demo)
app.command()(connect.connect)
app.command()(check.check)
app.command()(run_steps.extract)
app.command()(run_steps.transform)
app.command()(plan.plan)
app.command()(run_steps.push)
app.command()(export.export)
app.command()(run_steps.sync)
app.command()(status.status)
app.add_typer(sandbox.app, name="sandbox")
app.add_typer(ledger.app, name="ledger")


def run() -> None:
    """Entry point: what can go wrong in use is one line on standard error and an exit code, no traceback."""
    try:
        app()
    except Exception as error:
        code = exit_code_of(error)
        if code is None:
            raise
        complain(str(error))
        sys.exit(code)


if __name__ == "__main__":
    run()
