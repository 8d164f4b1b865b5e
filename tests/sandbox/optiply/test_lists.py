"""Lists: paging, sort order, filters."""

from __future__ import annotations

import operator
from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.optiply.query import parse, select
from sandbox.optiply.refusal import RefusedError
from sandbox.optiply.schema import entities
from sandbox.optiply.store import Store
from tests.sandbox.optiply.client import Caller, Clock

PRODUCTS = entities()["products"]


def filled(stock_levels: list[int]) -> Store:
    store = Store(4711, 815, Clock())
    for number, level in enumerate(stock_levels):
        store.create("products", {"name": f"Garde {number}", "stockLevel": level})
    return store


def found(store: Store, *arguments: tuple[str, str]) -> list[int]:
    rows, more = select(store, PRODUCTS, parse(PRODUCTS, [*arguments, ("page[limit]", "100")]))
    assert not more
    return [row.values["stockLevel"] for row in rows]


def test_the_next_link_leads_through_every_row_once(api: Caller) -> None:
    for number in range(7):
        api.created("products", name=f"Garde {number}", stockLevel=number)
    page = api.listed("products", **{"page[limit]": 3, "filter[stockLevel][GE]": 1, "sort": "-id"})
    levels: list[int] = []
    while True:
        levels += [row["attributes"]["stockLevel"] for row in page["data"]]
        link = page["links"].get("next")
        if link is None:
            break
        page = api.session.get(link, timeout=10).json()
    assert levels == [6, 5, 4, 3, 2, 1]


@pytest.mark.parametrize(
    ("asked", "given_rows"), [({}, 50), ({"page[limit]": 100}, 100), ({"page[limit]": 1}, 1)]
)
def test_a_page_has_fifty_rows_unless_asked_otherwise(
    api: Caller, asked: dict[str, int], given_rows: int
) -> None:
    for number in range(101):
        api.sandbox.store.create("products", {"name": str(number), "stockLevel": number})
    page = api.listed("products", **asked)
    assert (len(page["data"]), "next" in page["links"]) == (given_rows, True)


def test_a_last_page_that_is_full_has_no_next_link() -> None:
    rows, more = select(filled([1, 2]), PRODUCTS, parse(PRODUCTS, [("page[limit]", "2")]))
    assert (len(rows), more) == (2, False)


@pytest.mark.parametrize(
    "argument",
    [
        ("page[limit]", "101"),
        ("page[limit]", "0"),
        ("page[limit]", "-1"),
        ("page[offset]", "-50"),
        ("page[offset]", "30"),
        ("sort", "name"),
        ("filter[colour]", "red"),
        ("filter[remoteId]", "abc"),
        ("filter[remoteIdMap]", "abc"),
        ("filter[stockLevel]", "many"),
        ("filter[stockLevel]", "NaN"),
        ("filter[stockLevel][LIKE]", "1%"),
        ("filter[name][BETWEEN]", "a"),
        ("filter[updatedAt][GT]", "2024-01-31"),
        ("filter[unlimitedStock]", "maybe"),
        ("include", "supplier"),
    ],
)
def test_an_argument_that_is_unknown_or_out_of_range_is_refused(argument: tuple[str, str]) -> None:
    with pytest.raises(RefusedError) as refused:
        parse(PRODUCTS, [argument])
    assert refused.value.status == 400


@given(
    st.lists(st.integers(-5, 5), max_size=12),
    st.sampled_from(["EQ", "NEQ", "LT", "LE", "GT", "GE"]),
    st.integers(-6, 6),
)
def test_numbers_compare_as_numbers(levels: list[int], operation: str, value: int) -> None:
    compare: Callable[[int, int], bool] = getattr(operator, operation.replace("NEQ", "NE").lower())
    expected = [level for level in levels if compare(level, value)]
    assert found(filled(levels), (f"filter[stockLevel][{operation}]", str(value))) == expected


def test_several_filters_hold_together() -> None:
    store = filled([1, 2, 3, 4])
    assert found(store, ("filter[stockLevel][GT]", "1"), ("filter[stockLevel][LT]", "4")) == [2, 3]


@pytest.mark.parametrize(
    ("pattern", "levels"),
    [("Garde 1%", [1, 10]), ("GARDE _", []), ("%arde%", list(range(11))), ("Garde 1", [1]), ("1", [])],
)
def test_like_takes_percent_signs_and_ignores_case(pattern: str, levels: list[int]) -> None:
    assert found(filled(list(range(11))), ("filter[name][LIKE]", pattern)) == levels


def test_rows_without_a_value_match_not_equal_only() -> None:
    store = filled([1])
    assert found(store, ("filter[price][NEQ]", "5")) == [1]
    assert found(store, ("filter[price][LT]", "5")) == []


def test_defaults_and_read_only_attributes_can_be_filtered_on(api: Caller) -> None:
    row = api.created("products", name="Garde", stockLevel=1)
    attributes = api.call("GET", f"products/{row}").json()["data"]["attributes"]
    for name, value in {
        "id": row,
        "uuid": attributes["uuid"],
        "status": "enabled",
        "createdFromPublicApi": "true",
        "createdAt": attributes["createdAt"],
    }.items():
        assert api.ids("products", **{name: value}) == [row]
    assert api.ids("products", createdFromPublicApi="false") == []


def test_an_indexed_attribute_finds_the_present_value_only() -> None:
    store = Store(4711, 815, Clock())
    row = store.create("products", {"name": "Garde", "stockLevel": 7, "skuCode": "old"})
    store.update("products", row.id, {"skuCode": "new"})
    assert found(store, ("filter[skuCode]", "old")) == []
    assert found(store, ("filter[skuCode]", "new")) == [7]
    store.delete("products", row.id)
    assert found(store, ("filter[skuCode]", "new")) == found(store, ("filter[skuCode]", "old")) == []


def test_what_changed_since_the_last_look_is_what_comes_back(api: Caller, clock: Clock) -> None:
    clock.now += 0.0004  # below what an answer shows
    first = api.created("products", name="Garde", stockLevel=1)
    clock.now += 10
    second = api.created("products", name="Vergiet", stockLevel=1)
    last_seen = api.call("GET", f"products/{first}").json()["data"]["attributes"]["updatedAt"]
    assert api.ids("products", **{"filter[updatedAt][GT]": last_seen}) == [second]
    clock.now += 10
    api.call("PATCH", f"products/{first}", {"stockLevel": 2})
    assert api.ids("products", **{"filter[updatedAt][GT]": last_seen}) == [first, second]


def test_decimal_filters_do_not_round() -> None:
    store = Store(4711, 815, Clock())
    store.create("products", {"name": "Garde", "stockLevel": 1, "price": Decimal("0.30")})
    assert found(store, ("filter[price]", "0.3")) == [1]
    assert found(store, ("filter[price][GT]", "0.29999")) == [1]
