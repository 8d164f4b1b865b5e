"""The query options of a read, checked against the entity set and the rules of its family."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sandbox.company.company import Value
from sandbox.exact.entity_sets import Collection, EntitySet, standard_set
from sandbox.exact.odata_filter import Expression, literals, parse_filter
from sandbox.exact.refusals import Refused

OPTIONS = frozenset(
    {"$select", "$filter", "$expand", "$orderby", "$top", "$skip", "$skiptoken", "$inlinecount", "$format"}
)
NOT_ON_SYNC = ("$expand", "$orderby", "$skip", "$inlinecount")


@dataclass(frozen=True)
class Query:
    """A read that may be done. `select`: field names in the set's order; `expand`: collection -> its fields.

    `above`: on sync endpoints the n of `Timestamp gt nL`. `options` is what was asked, for the next link.
    """

    select: tuple[str, ...]
    expand: Mapping[str, tuple[str, ...]]
    links: tuple[Collection, ...]
    filter: Expression | None = None
    above: int | None = None
    orderby: tuple[tuple[str, bool], ...] = ()
    top: int | None = None
    skip: int = 0
    skiptoken: tuple[Value, ...] | None = None
    with_count: bool = False
    options: Mapping[str, str] = field(default_factory=dict)


def parse_query(entity_set: EntitySet, pairs: Sequence[tuple[str, str]]) -> Query:
    """`pairs`: decoded name and value of each query parameter. Refused (400) in the server's words."""
    options: dict[str, str] = {}
    for name, value in pairs:
        if name.startswith("$") and name not in OPTIONS:
            raise Refused(400, f"The query parameter '{name}' begins with a system-reserved '$' character.")
        if name in options and name.startswith("$"):
            raise Refused(
                400, f"Query parameter '{name}' is specified, but it should be specified exactly once."
            )
        options[name] = value
    check_family(entity_set, options)
    names = _names(options.get("$select", "")) or ("*",)
    expand = _expanded(entity_set, _names(options.get("$expand", "")), names)
    expression = parse_filter(options["$filter"], entity_set.fields) if options.get("$filter") else None
    check_filter(entity_set, expression)
    comparison = expression.comparison if expression and entity_set.family == "sync" else None
    above = comparison.value if comparison else None
    return Query(
        select=_selected(entity_set, names),
        expand=expand,
        links=tuple(
            collection
            for name, collection in entity_set.collections.items()
            if name not in expand and ("*" in names or name in names)
        ),
        filter=expression,
        above=above if isinstance(above, int) else None,
        orderby=_orderby(entity_set, options.get("$orderby", "")),
        top=_count(options, "$top"),
        skip=_count(options, "$skip") or 0,
        skiptoken=literals(options["$skiptoken"]) if options.get("$skiptoken") else None,
        with_count=_inline_count(options),
        options=options,
    )


def check_family(entity_set: EntitySet, options: Mapping[str, str]) -> None:
    """`$select` is mandatory on sync and bulk; sync takes a list, and neither order nor expansion."""
    if entity_set.family == "standard":
        return
    select = options.get("$select", "").strip()
    if not select:
        raise Refused(400, f"$select is mandatory on {entity_set.path}.")
    if "$expand" in options:
        raise Refused(400, f"$expand is not supported on {entity_set.path}.")
    if entity_set.family == "sync":
        if "*" in _names(select):
            raise Refused(400, f"$select=* is not supported on {entity_set.path}; list the properties.")
        for name in NOT_ON_SYNC:
            if name in options:
                raise Refused(400, f"{name} is not supported on {entity_set.path}.")


def check_filter(entity_set: EntitySet, expression: Expression | None) -> None:
    """Sync endpoints: `Timestamp gt nL` and nothing else; others: the fields that may be filtered."""
    if expression is None:
        return
    if entity_set.family == "sync":
        comparison = expression.comparison
        if comparison is None or comparison.field != "Timestamp" or comparison.operator != "gt":
            raise Refused(400, f"Only Timestamp gt can be filtered on {entity_set.path}.")
        return
    if entity_set.filterable is not None and (refused := expression.fields - entity_set.filterable):
        raise Refused(
            400, f"Filtering on {', '.join(sorted(refused))} is not supported on {entity_set.path}."
        )


def _names(text: str) -> tuple[str, ...]:
    return tuple(name for part in text.split(",") if (name := part.strip()))


def _selected(entity_set: EntitySet, names: Sequence[str]) -> tuple[str, ...]:
    own = {name for name in names if "/" not in name}
    if unknown := sorted(own - set(entity_set.fields) - set(entity_set.collections) - {"*"}):
        raise Refused(400, _no_property(unknown[0], entity_set.type_name))
    if "*" in own:
        return tuple(entity_set.fields)
    return tuple(name for name in entity_set.fields if name in own)


def _expanded(
    entity_set: EntitySet, expand: Sequence[str], select: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    """Each expanded collection with the fields chosen as `Collection/Field`, or all."""
    chosen: dict[str, set[str]] = {}
    for path in select:
        name, slash, child = path.partition("/")
        if slash and name not in expand:
            raise Refused(400, f"Select '{path}' needs $expand={name}.")
        if slash:
            chosen.setdefault(name, set()).add(child)
    result = {}
    for name in expand:
        if name not in entity_set.collections:
            raise Refused(400, _no_property(name, entity_set.type_name))
        if "*" not in select and name not in select and name not in chosen:
            continue  # OData: what is expanded but not selected is left out
        child_set = standard_set(entity_set.collections[name].stream)
        assert child_set is not None  # a collection's rows have a standard endpoint of their own
        wanted = chosen.get(name, set()) - {"*"} or set(child_set.fields)
        if unknown := sorted(wanted - set(child_set.fields)):
            raise Refused(400, _no_property(unknown[0], child_set.type_name))
        result[name] = tuple(field for field in child_set.fields if field in wanted)
    return result


def _orderby(entity_set: EntitySet, text: str) -> tuple[tuple[str, bool], ...]:
    """Fields with True for descending."""
    result = []
    for part in _names(text):
        name, _, direction = part.partition(" ")
        if name not in entity_set.fields:
            raise Refused(400, _no_property(name, entity_set.type_name))
        if direction.strip() not in ("", "asc", "desc"):
            raise Refused(400, f"Syntax error in $orderby: {part!r}.")
        result.append((name, direction.strip() == "desc"))
    return tuple(result)


def _count(options: Mapping[str, str], name: str) -> int | None:
    text = options.get(name)
    if text is None:
        return None
    if not text.isascii() or not text.isdigit():
        raise Refused(400, f"Incorrect format for {name} argument '{text}'.")
    return int(text)


def _inline_count(options: Mapping[str, str]) -> bool:
    value = options.get("$inlinecount", "none")
    if value not in ("none", "allpages"):
        raise Refused(400, f"Unknown $inlinecount option '{value}'.")
    return value == "allpages"


def _no_property(name: str, type_name: str) -> str:
    return f"Could not find a property named '{name}' on type 'Exact.Web.Api.Models.{type_name}'."
