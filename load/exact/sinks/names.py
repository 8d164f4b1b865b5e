"""Codes and names in place of guids, words in place of codes (X11): resolved before a record is sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from babel import Locale

from apis.exact import ExactClient
from apis.exact.odata import Guid, eq, trimmed_eq
from load.exact.sinks.catalogue import PADDED_CODES


@dataclass(frozen=True)
class Directory:
    """Where a code or a name is looked up, the code first."""

    path: str
    name: str


ACCOUNTS = Directory("crm/Accounts", "Name")
ITEMS = Directory("logistics/Items", "Description")
WAREHOUSES = Directory("inventory/Warehouses", "Description")
GL_ACCOUNTS = Directory("financial/GLAccounts", "Description")
NAMED: Mapping[str, Directory] = {
    "Supplier": ACCOUNTS,
    "OrderedBy": ACCOUNTS,
    "DeliverTo": ACCOUNTS,
    "InvoiceTo": ACCOUNTS,
    "Item": ITEMS,
    "Warehouse": WAREHOUSES,
    "WarehouseID": WAREHOUSES,
    "WarehouseFrom": WAREHOUSES,
    "WarehouseTo": WAREHOUSES,
    "GLAccount": GL_ACCOUNTS,
}
APPROVAL_STATUS = {"awaiting": 0, "automatically": 1, "approved": 2, "completed": 2}
COUNTRY_LANGUAGES = ("en", "nl", "de", "fr")


class NameRefused(Exception):
    """A name that nothing in Exact has, or several records have. The message names field and value."""


class Names:
    """Resolves names against Exact, each once per division."""

    def __init__(self, exact: ExactClient) -> None:
        self._exact = exact
        self._known: dict[tuple[int | None, Directory, str], str] = {}

    def resolve(self, body: Mapping[str, Any], division: int | None) -> dict[str, Any]:
        """The body with guids, codes and numbers only. Raises NameRefused, and what a read raises."""
        return {name: self._value(name, value, division) for name, value in body.items()}

    def _value(self, name: str, value: Any, division: int | None) -> Any:
        if isinstance(value, list):
            return [self.resolve(line, division) if isinstance(line, Mapping) else line for line in value]
        if name in NAMED and isinstance(value, str):
            return self._guid(name, value.strip(), division)
        return value

    def _guid(self, field: str, value: str, division: int | None) -> str:
        try:
            return str(Guid(value))
        except ValueError:
            directory = NAMED[field]
        key = (division, directory, value)
        if key not in self._known:
            found = self._matches(directory, "Code", value, division) or self._matches(
                directory, directory.name, value, division
            )
            if len(found) != 1:
                how_many = "several records of Exact are" if found else "nothing in Exact is"
                raise NameRefused(f"{field}: {how_many} called {value!r} ({directory.path})")
            self._known[key] = found[0]
        return self._known[key]

    def _matches(self, directory: Directory, field: str, value: str, division: int | None) -> list[str]:
        is_padded = field == "Code" and directory.path in PADDED_CODES
        condition = trimmed_eq(field, value) if is_padded else eq(field, value)
        pages = self._exact.pages(directory.path, select=("ID",), filter=condition, division=division)
        return [str(Guid(str(entry["ID"]))) for page in pages for entry in page.entries]


def in_codes(body: Mapping[str, Any]) -> dict[str, Any]:
    """The body with the words of an approval status and the names of countries as Exact's codes.

    Raises NameRefused for a word that is none of them.
    """
    coded = dict(body)
    if isinstance(status := coded.get("ApprovalStatus"), str):
        if status.strip().lower() not in APPROVAL_STATUS:
            known = ", ".join(APPROVAL_STATUS)
            raise NameRefused(f"ApprovalStatus: {status!r} is none of {known}")
        coded["ApprovalStatus"] = APPROVAL_STATUS[status.strip().lower()]
    if isinstance(country := coded.get("Country"), str):
        coded["Country"] = country_code(country)
    return coded


def country_code(country: str) -> str:
    """Two letters for a code or a name in English, Dutch, German or French. Raises NameRefused."""
    wanted = country.strip()
    codes = _countries()
    found = wanted.upper() if wanted.upper() in codes.values() else codes.get(wanted.casefold())
    if found is None:
        raise NameRefused(f"Country: {country!r} is not a country")
    return found


@cache
def _countries() -> Mapping[str, str]:
    """Name in lower case -> code, of the Unicode consortium's territories; numbers there are continents."""
    return {
        str(name).casefold(): code
        for language in COUNTRY_LANGUAGES
        for code, name in Locale(language).territories.items()
        if len(code) == 2 and code.isalpha()
    }
