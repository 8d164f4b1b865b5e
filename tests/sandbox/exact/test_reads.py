"""Reading: families of endpoints, $select, $filter, paging, expansion, keys, functions, access."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.sandbox.exact.client import (
    DIVISION,
    METADATA,
    SUPPLIER,
    Caller,
    Clock,
    documents,
    guid,
    item,
    read_feed,
    trading_company,
    words,
)

Serve = Callable[..., Caller]


def test_standard_pages_hold_60_rows_and_bulk_and_sync_1000(serve: Serve) -> None:
    exact = serve(trading_company(items=[item(number) for number in range(1, 1002)]))
    sizes = {
        path: [len(page.entries) for page in exact.pages(path, select="ID,Code")]
        for path in ("logistics/Items", "bulk/Logistics/Items", "sync/Logistics/Items")
    }
    assert sizes["logistics/Items"] == [60] * 16 + [41]
    assert sizes["bulk/Logistics/Items"] == [1000, 1]
    assert sizes["sync/Logistics/Items"] == [1000, 1]


def test_following_the_next_links_gives_every_row_once(serve: Serve) -> None:
    exact = serve(trading_company(items=[item(number) for number in range(1, 151)]))
    rows = exact.rows("logistics/Items", select="ID", filter="Code ne 'SKU-7'")
    assert sorted(row["ID"] for row in rows) == sorted(
        guid(number) for number in range(1, 151) if number != 7
    )


def test_a_full_last_page_has_a_next_link_to_an_empty_page(serve: Serve) -> None:
    exact = serve(trading_company(items=[item(number) for number in range(1, 61)]))
    assert [len(page.entries) for page in exact.pages("logistics/Items", select="ID")] == [60, 0]


def test_the_next_link_keeps_the_options_that_were_asked(serve: Serve) -> None:
    exact = serve(trading_company(items=[item(number) for number in range(1, 100)]))
    first = read_feed(exact.get("logistics/Items", select="ID,Code", filter="Stock gt 0"))
    assert first.next_link is not None
    assert "$select=ID" in first.next_link and "$filter=Stock%20gt%200" in first.next_link
    assert f"$skiptoken=guid'{first.entries[-1]['ID']}'" in first.next_link
    assert all(set(row) == {"ID", "Code"} for row in read_feed(exact.session.get(first.next_link)).entries)


def test_orderby_pages_through_ties_without_loss(serve: Serve) -> None:
    exact = serve(trading_company(items=[item(number, Stock=number % 3) for number in range(1, 131)]))
    rows = exact.rows("logistics/Items", select="ID,Stock", orderby="Stock desc")
    assert [row["Stock"] for row in rows] == sorted((row["Stock"] for row in rows), reverse=True)
    assert len({row["ID"] for row in rows}) == 130


def test_orderby_pages_through_rows_without_a_value(serve: Serve) -> None:
    rows = [item(number, Barcode=None if number % 2 else f"{number:013}") for number in range(1, 131)]
    exact = serve(trading_company(items=rows))
    found = exact.rows("logistics/Items", select="ID,Barcode", orderby="Barcode")
    assert len({row["ID"] for row in found}) == 130
    assert [row["Barcode"] is None for row in found] == [True] * 65 + [False] * 65  # as SQL Server sorts


def test_top_and_skip_limit_what_comes(exact: Caller) -> None:
    everything = [row["ID"] for row in exact.rows("logistics/Items", select="ID")]
    assert [row["ID"] for row in exact.rows("logistics/Items", select="ID", top="3", skip="2")] == everything[
        2:5
    ]
    assert exact.rows("logistics/Items", select="ID", top="0") == []


def test_top_above_the_page_size_goes_on_over_pages(serve: Serve) -> None:
    exact = serve(trading_company(items=[item(number) for number in range(1, 151)]))
    assert [len(page.entries) for page in exact.pages("logistics/Items", top="100")] == [60, 40]


def test_the_count_is_of_all_pages(serve: Serve) -> None:
    exact = serve(trading_company(items=[item(number) for number in range(1, 101)]))
    page = read_feed(exact.get("logistics/Items", inlinecount="allpages", filter="Code ne 'SKU-1'"))
    assert page.root.findtext(f"{METADATA}count") == "99"
    assert exact.get("logistics/Items/$count", filter="Code eq 'SKU-1'").text == "1"


@pytest.mark.parametrize("path", ["sync/Logistics/Items", "bulk/Logistics/Items"])
def test_select_is_mandatory_on_sync_and_bulk(exact: Caller, path: str) -> None:
    answer = exact.get(path)
    assert answer.status_code == 400
    assert "$select" in words(answer)
    assert exact.get(path, select="").status_code == 400


def test_a_star_is_refused_on_sync_only(exact: Caller) -> None:
    assert exact.get("sync/Logistics/Items", select="*").status_code == 400
    assert exact.get("bulk/Logistics/Items", select="*").status_code == 200


@pytest.mark.parametrize("path", ["sync/Logistics/Items", "bulk/Logistics/Items", "logistics/Items"])
def test_an_unknown_name_in_select_is_refused_by_name(exact: Caller, path: str) -> None:
    answer = exact.get(path, select="ID,Colour")
    assert answer.status_code == 400
    assert "Colour" in words(answer)


def test_a_field_that_only_another_family_has_is_unknown(exact: Caller) -> None:
    assert exact.get("sync/Logistics/Items", select="StandardSalesPrice").status_code == 400
    assert exact.get("bulk/Logistics/Items", select="StandardSalesPrice").status_code == 200
    assert exact.get("logistics/Items", select="Timestamp").status_code == 400


@pytest.mark.parametrize(
    "expression",
    ["Modified gt datetime'2024-01-01'", "Timestamp ge 1L", "Timestamp gt 1L and Timestamp gt 2L",
     "not (Timestamp gt 1L)", "Code eq 'x'"],
)  # fmt: skip
def test_sync_filters_nothing_but_timestamp_gt(exact: Caller, expression: str) -> None:
    assert exact.get("sync/Logistics/Items", select="ID", filter=expression).status_code == 400


@pytest.mark.parametrize("start", ["1", "1L"])
def test_a_first_sync_read_begins_with_timestamp_gt_1(exact: Caller, start: str) -> None:
    rows = exact.rows("sync/Logistics/Items", select="ID,Timestamp", filter=f"Timestamp gt {start}")
    assert len(rows) == len(exact.rows("logistics/Items", select="ID"))


@pytest.mark.parametrize("option", ["orderby", "expand", "skip", "inlinecount"])
def test_sync_takes_no_order_expansion_or_count(exact: Caller, option: str) -> None:
    assert exact.get("sync/Logistics/Items", select="ID", **{option: "1"}).status_code == 400


def test_bulk_filters_only_what_is_listed(exact: Caller) -> None:
    path = "bulk/Logistics/SalesItemPrices"
    assert exact.get(path, select="ID", filter=f"Item eq guid'{guid(1)}'").status_code == 200
    refused = exact.get(path, select="ID", filter="Modified gt datetime'2024-01-01T00:00:00'")
    assert refused.status_code == 400
    assert "Modified" in words(refused)


def test_an_unknown_or_doubled_option_is_refused(exact: Caller) -> None:
    assert exact.session.get(exact.url("logistics/Items?$selct=ID")).status_code == 400
    assert exact.session.get(exact.url("logistics/Items?$select=ID&$select=Code")).status_code == 400
    assert exact.get("logistics/Items", top="many").status_code == 400
    assert exact.get("logistics/Items", skiptoken="12").status_code == 400


def test_sync_gives_only_rows_above_the_timestamp_and_a_change_raises_it(exact: Caller) -> None:
    first = exact.rows("sync/Logistics/Items", select="ID,Timestamp", filter="Timestamp gt 1L")
    assert len(first) == 10
    highest = max(int(row["Timestamp"]) for row in first)
    since = {"select": "ID,Code,Timestamp", "filter": f"Timestamp gt {highest}L"}
    assert exact.rows("sync/Logistics/Items", **since) == []
    exact.sandbox.store.change("items", guid(3), {"Code": "NEW"})
    changed = exact.rows("sync/Logistics/Items", **since)
    assert [(row["ID"], row["Code"]) for row in changed] == [(guid(3), "NEW")]
    assert int(changed[0]["Timestamp"]) > highest


def test_a_combined_endpoint_mixes_header_and_line_rows(serve: Serve) -> None:
    exact = serve(trading_company(**documents(count=2, lines=3)))
    rows = exact.rows(
        "sync/PurchaseOrder/PurchaseOrders", select="ID,PurchaseOrderID,LineNumber,OrderNumber,Item,Timestamp"
    )
    assert [row["LineNumber"] for row in rows] == ["0", "1", "2", "3"] * 2
    assert len({row["ID"] for row in rows}) == 8
    assert {row["PurchaseOrderID"] for row in rows} == {guid(0x1001), guid(0x1002)}
    assert rows[0]["OrderNumber"] == "1" and rows[0]["Item"] is None
    assert rows[1]["OrderNumber"] is None and rows[1]["Item"] == guid(1)


@pytest.mark.parametrize(
    ("stream", "key"), [("purchase_orders", guid(0x1001)), ("purchase_order_lines", guid(0x10002))]
)
def test_a_change_of_header_or_line_renews_the_timestamp_of_both(serve: Serve, stream: str, key: str) -> None:
    exact = serve(trading_company(**documents(count=2, lines=3)))
    before = exact.sandbox.store.last_timestamp()
    exact.sandbox.store.change(stream, key, {"Description": "new"})
    rows = exact.rows(
        "sync/PurchaseOrder/PurchaseOrders",
        select="PurchaseOrderID,LineNumber,Timestamp",
        filter=f"Timestamp gt {before}L",
    )
    assert {(row["PurchaseOrderID"], row["LineNumber"]) for row in rows} == {
        (guid(0x1001), number) for number in ("0", "1", "2", "3")
    }


def test_expanded_lines_come_inside_and_others_as_links(serve: Serve) -> None:
    exact = serve(trading_company(**documents(count=2, lines=3)))
    path = "purchaseorder/PurchaseOrders"
    plain = read_feed(exact.get(path))
    assert "PurchaseOrderLines" not in plain.entries[0]
    assert "related/PurchaseOrderLines" in exact.get(path).text
    rows = exact.rows(path, select="OrderNumber,PurchaseOrderLines/ID,PurchaseOrderLines/LineNumber",
                      expand="PurchaseOrderLines")  # fmt: skip
    assert [set(row) for row in rows] == [{"OrderNumber", "PurchaseOrderLines"}] * 2
    lines = rows[0]["PurchaseOrderLines"]
    assert [line["LineNumber"] for line in lines] == ["1", "2", "3"]
    assert set(lines[0]) == {"ID", "LineNumber"}
    assert "related/PurchaseOrderLines" not in exact.get(path, select="OrderNumber").text


def test_what_is_expanded_but_not_selected_is_left_out(serve: Serve) -> None:
    exact = serve(trading_company(**documents(count=1, lines=1)))
    rows = exact.rows("purchaseorder/PurchaseOrders", select="OrderNumber", expand="PurchaseOrderLines")
    assert rows == [{"OrderNumber": "1"}]
    assert exact.get("purchaseorder/PurchaseOrders", expand="Lines").status_code == 400
    assert exact.get("purchaseorder/PurchaseOrders", select="PurchaseOrderLines/ID").status_code == 400
    wrong = exact.get(
        "purchaseorder/PurchaseOrders", select="PurchaseOrderLines/Colour", expand="PurchaseOrderLines"
    )
    assert wrong.status_code == 400


def test_an_entry_is_read_by_key_and_its_lines_by_their_link(serve: Serve) -> None:
    exact = serve(trading_company(**documents(count=2, lines=3)))
    entry = exact.get(f"purchaseorder/PurchaseOrders(guid'{guid(0x1002)}')", {"Accept": "application/json"})
    assert entry.json()["d"]["OrderNumber"] == 2
    link = entry.json()["d"]["PurchaseOrderLines"]["__deferred"]["uri"]
    lines = read_feed(exact.session.get(link, params={"$select": "ID", "$filter": "LineNumber gt 1"}))
    assert [line["ID"] for line in lines.entries] == [guid(0x20002), guid(0x20003)]
    assert exact.get(f"purchaseorder/PurchaseOrders(guid'{guid(9)}')").status_code == 404
    assert exact.get(f"purchaseorder/PurchaseOrders(guid'{guid(0x1002)}')/Lines").status_code == 404
    assert exact.get(f"sync/Logistics/Items(guid'{guid(1)}')").status_code == 404


def test_streams_that_share_a_path_show_the_same_rows(exact: Caller) -> None:
    rows = exact.rows("sync/CRM/Accounts", select="ID,Name")
    assert [row["Name"] for row in rows] == ["Jansen & Zn <BV>", "Klant"]
    found = exact.rows("crm/Accounts", select="ID", filter="IsSupplier eq true and trim(Code) eq '42'")
    assert [row["ID"] for row in found] == [SUPPLIER]


def test_folders_may_be_written_in_any_case_but_not_the_entity_set(exact: Caller) -> None:
    assert exact.get("bulk/logistics/Items", select="ID").status_code == 200
    assert exact.get("logistics/items").status_code == 404


def test_current_me_takes_no_division_and_tells_the_servers_clock(exact: Caller) -> None:
    me = read_feed(exact.session.get(f"{exact.sandbox.base_url}/api/v1/current/Me")).entries[0]
    assert me["CurrentDivision"] == str(DIVISION)
    assert (me["ServerTime"], me["ServerUtcOffset"]) == ("2024-06-15T12:00:00", "7200")
    assert exact.get("current/Me").status_code == 501


def test_divisions_can_be_read_and_another_division_is_forbidden(exact: Caller) -> None:
    assert [row["Code"] for row in exact.rows("system/Divisions", select="Code")] == [str(DIVISION)]
    other = exact.session.get(f"{exact.sandbox.base_url}/api/v1/7/logistics/Items")
    assert other.status_code == 403
    assert exact.session.get(f"{exact.sandbox.base_url}/api/v1/logistics/Items").status_code == 404


def test_modules_outside_the_licence_are_forbidden(serve: Serve) -> None:
    exact = serve(unlicensed={"sync/Manufacturing/", "manufacturing"})
    assert exact.get("sync/Manufacturing/ShopOrders", select="ID").status_code == 403
    assert exact.get("manufacturing/ShopOrders").status_code == 403
    assert exact.get("logistics/Items").status_code == 200


def test_an_unknown_resource_is_not_found(exact: Caller) -> None:
    for path in ("logistics/Nothing", "logistics/Items/Nothing", "x", "read/nothing"):
        assert exact.get(path).status_code == 404


def test_sync_timestamp_turns_a_modified_date_into_a_start(serve: Serve, clock: Clock) -> None:
    exact = serve()
    clock.forward(3600)
    exact.sign_in()
    exact.sandbox.store.change("items", guid(4), {"Code": "LATER"})
    answer = exact.session.get(
        exact.url("read/sync/Sync/SyncTimestamp"),
        params={"modified": "datetime'2024-06-15T12:30:00'", "endPoint": "'Items'"},
        headers={"Accept": "application/json"},
    )
    start = answer.json()["d"]["results"][0]["TimeStampAsBigInt"]
    rows = exact.rows("sync/Logistics/Items", select="ID", filter=f"Timestamp gt {start}L")
    assert [row["ID"] for row in rows] == [guid(4)]
    assert "<d:element" in exact.session.get(answer.url).text
    assert exact.session.get(exact.url("read/sync/Sync/SyncTimestamp")).status_code == 400


def test_json_holds_the_same_rows_as_atom(serve: Serve) -> None:
    exact = serve(trading_company(items=[item(number) for number in range(1, 71)]))
    options = {"select": "ID,Code,Stock,IsMakeItem,IsPurchaseItem,Modified,EndDate"}
    first = exact.get("logistics/Items", {"Accept": "application/json"}, **options).json()["d"]
    assert len(first["results"]) == 60
    row = first["results"][0]
    assert row["Stock"] == 0.5 and row["IsMakeItem"] == 0 and row["IsPurchaseItem"] is True
    assert row["Modified"] == "/Date(1704110400500)/" and row["EndDate"] is None
    rest = exact.session.get(first["__next"], headers={"Accept": "application/json"}).json()["d"]
    assert "__next" not in rest
    ids = [one["ID"] for one in first["results"] + rest["results"]]
    assert ids == [one["ID"] for one in exact.rows("logistics/Items", **options)]


def test_refusals_are_json_where_json_is_asked(exact: Caller) -> None:
    answer = exact.get("sync/Logistics/Items", {"Accept": "application/json"})
    assert "$select" in answer.json()["error"]["message"]["value"]
