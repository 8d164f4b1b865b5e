"""What a person sees: results on standard output, progress and complaints on standard error."""

from __future__ import annotations

from rich.console import Console

LEAST_WIDTH = 120  # narrower, tables would cut their words; a narrow terminal wraps instead

out = Console(highlight=False)
if out.width < LEAST_WIDTH:
    out = Console(highlight=False, width=LEAST_WIDTH)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def say(text: str) -> None:
    """One line of progress."""
    err.print(text, style="dim", markup=False)


def complain(text: str) -> None:
    err.print("error:", text, style="red", markup=False)
