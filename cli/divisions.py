"""Who is connected to Exact, and the divisions of that user."""

from __future__ import annotations

from dataclasses import dataclass

from apis.exact.client import ExactClient
from settings.tenant import SettingsError


@dataclass(frozen=True)
class Division:
    code: int
    name: str
    currency: str


@dataclass(frozen=True)
class ConnectedUser:
    """`current`: code of the division that the user last worked in."""

    name: str
    current: int
    divisions: tuple[Division, ...]

    def division(self, code: int) -> Division:
        """Raises SettingsError that names those there are."""
        for division in self.divisions:
            if division.code == code:
                return division
        known = ", ".join(f"{division.code} {division.name}" for division in self.divisions)
        raise SettingsError(f"connected, but division {code} is not among: {known}")


def connected_user(client: ExactClient) -> ConnectedUser:
    """Two requests or more. Asked of the division that the user is in: a wrong one of the tenant file would only be
    forbidden."""
    me = next(client.pages("current/Me", select=("FullName", "CurrentDivision"))).entries[0]
    current = int(me["CurrentDivision"])
    pages = client.pages("system/Divisions", select=("Code", "Description", "Currency"), division=current)
    divisions = tuple(
        Division(
            int(entry["Code"]),
            " ".join(str(entry.get("Description", "")).split()),
            str(entry.get("Currency", "")),
        )
        for page in pages
        for entry in page.entries
    )
    return ConnectedUser(str(me.get("FullName", "")), current, divisions)
