"""Options that several commands share."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import typer

TenantOption = Annotated[
    str,
    typer.Option(
        "--tenant",
        "-t",
        help="Name of a file in tenants/ (shop is tenants/shop.toml), or a path to one.",
        envvar="EXACT_OPTIPLY_TENANT",
    ),
]
AsOfOption = Annotated[
    datetime | None,
    typer.Option(
        "--as-of", formats=["%Y-%m-%d"], help="Day to decide for; default: today in exact_timezone."
    ),
]


def day_of(as_of: datetime | None) -> date | None:
    return as_of.date() if as_of else None
