"""The entity sets that the server offers, made from its catalogue: a further stream is data.

Several streams can share one path (suppliers and accounts; header and line of a combined sync endpoint): the
entity set has the fields of all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from extract.exact.catalogue import RowKind, Stream, Variant
from sandbox.exact.catalogue import catalogue

# (stream, collection) -> (field of the parent, field of the child) where the two are not both the
# parent's key under one name
LINKS: Mapping[tuple[str, str], tuple[str, str]] = {
    ("accounts", "BankAccounts"): ("ID", "Account"),
    ("assembly_bill_of_material_header", "AssemblyBillOfMaterialMaterials"): ("ID", "AssembledItem"),
    ("goods_receipts", "GoodsReceiptLines"): ("ID", "GoodsReceiptID"),
    ("manufacturing_shop_orders", "ShopOrderMaterialPlans"): ("ID", "ShopOrder"),
    ("purchase_invoices", "PurchaseInvoiceLines"): ("ID", "InvoiceID"),
    ("purchase_order_lines", "ShopOrderMaterialPlans"): ("ShopOrderMaterialPlan", "ID"),
    ("purchase_returns", "PurchaseReturnLines"): ("ID", "EntryID"),
    ("suppliers", "BankAccounts"): ("ID", "Account"),
}
WITHOUT_DIVISION = frozenset({"current/me"})


@dataclass(frozen=True)
class Collection:
    """A navigation property: the rows of `stream` whose `child_field` equals the parent's `parent_field`."""

    name: str
    stream: str
    parent_field: str
    child_field: str


@dataclass(frozen=True)
class Source:
    """Rows that an entity set shows; `kind` where the endpoint mixes header and line rows."""

    stream: str
    kind: RowKind | None


@dataclass(frozen=True)
class EntitySet:
    """One path relative to `/api/v1/{division}/`. `fields`: Edm type by name. `filterable` None: any field.

    On sync endpoints the key is the row version, as the reference has it.
    """

    path: str
    family: Variant
    page_size: int
    fields: Mapping[str, str]
    key: tuple[str, ...]
    sources: tuple[Source, ...]
    collections: Mapping[str, Collection]
    filterable: frozenset[str] | None

    @property
    def name(self) -> str:
        return self.path.rsplit("/", 1)[-1]

    @property
    def type_name(self) -> str:
        """Singular, as in `Exact.Web.Api.Models.Item`."""
        if self.name.endswith("ies"):
            return f"{self.name[:-3]}y"
        return self.name.removesuffix("s")

    @property
    def stream(self) -> str:
        """The stream whose rows it shows; the header's where it mixes two."""
        return self.sources[0].stream

    @property
    def has_division(self) -> bool:
        return self.path.lower() not in WITHOUT_DIVISION


@cache
def entity_sets() -> Mapping[str, EntitySet]:
    """All entity sets by `path_key`."""
    by_path: dict[str, list[tuple[Stream, Variant]]] = {}
    for stream in catalogue().values():
        for variant, endpoint in stream.endpoints.items():
            by_path.setdefault(path_key(endpoint.path), []).append((stream, variant))
    return {path: _entity_set(parts) for path, parts in by_path.items()}


@cache
def standard_set(stream: str) -> EntitySet | None:
    """The standard endpoint of a stream's rows: where its entries can be read by key and written."""
    owner = catalogue()[catalogue()[stream].rows_of]
    endpoint = owner.endpoints.get("standard")
    return entity_sets()[path_key(endpoint.path)] if endpoint else None


def path_key(path: str) -> str:
    """Folders in any case, as the real server takes them; the entity set's own name as it is spelled."""
    folder, _, name = path.strip("/").rpartition("/")
    return f"{folder.lower()}/{name}"


@cache
def collections_of(stream: str) -> Mapping[str, Collection]:
    """The navigation properties of a stream's entries."""
    entry = catalogue()[stream]
    found = {}
    for name, child in entry.expand.items():
        parent_field, child_field = LINKS.get((stream, name), (entry.key[0], entry.key[0]))
        if child_field not in {field.name for field in catalogue()[child].fields}:
            raise ValueError(f"{stream}.{name}: {child} has no field {child_field}; add it to LINKS")
        found[name] = Collection(name, child, parent_field, child_field)
    return found


@cache
def combined_lines() -> Mapping[str, tuple[str, str]]:
    """Header stream -> (its line stream, the field that links both), where one sync endpoint mixes them."""
    lines = {
        endpoint.path: stream.name
        for stream in catalogue().values()
        for endpoint in stream.endpoints.values()
        if endpoint.rows == "line"
    }
    return {
        stream.name: (lines[endpoint.path], stream.key[0])
        for stream in catalogue().values()
        for endpoint in stream.endpoints.values()
        if endpoint.rows == "header"
    }


def _entity_set(parts: list[tuple[Stream, Variant]]) -> EntitySet:
    streams = sorted((stream for stream, _ in parts), key=lambda one: one.rows_of != one.name)
    variant = parts[0][1]
    endpoints = [stream.endpoints[variant] for stream in streams]
    fields: dict[str, str] = {}
    collections: dict[str, Collection] = {}
    for stream in streams:
        for field in stream.fields_of(variant):
            fields.setdefault(field.name, field.edm_type)
        if variant == "standard":
            collections.update(collections_of(stream.name))
    sources = {
        Source(stream.rows_of, endpoint.rows): None
        for stream, endpoint in zip(streams, endpoints, strict=True)
    }
    filterable = [set(endpoint.filterable) for endpoint in endpoints if endpoint.filterable is not None]
    return EntitySet(
        path=endpoints[0].path,
        family=variant,
        page_size=endpoints[0].page_size,
        fields=dict(sorted(fields.items())),
        key=("Timestamp",) if variant == "sync" else streams[0].key,
        sources=tuple(sorted(sources, key=lambda source: source.kind == "line")),
        collections=collections,
        filterable=frozenset().union(*filterable) if filterable else None,
    )
