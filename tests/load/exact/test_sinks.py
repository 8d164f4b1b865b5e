"""X11: records of a file to any sink, over real HTTP, each exactly once."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from apis.exact import ExactClient
from apis.optiply import OptiplyClient
from load.exact.result import ExportResult
from load.exact.sinks.catalogue import SINKS
from load.exact.sinks.names import NameRefused, country_code, in_codes
from load.exact.sinks.records import RecordsUnreadable, SinkRecord, read_records
from load.exact.sinks.send import send_records
from load.exact.sinks.validation import problems, write_rules
from load.ledger import LedgerMissing
from sandbox.exact.server import ExactSandbox
from sandbox.optiply import OptiplySandbox
from tests.load.clients import Clock
from tests.load.exact.conftest import BOLT, SCREW, SUPPLIER, WAREHOUSE, BuyOrders, Export
from tests.load.plan_tables import rows

SHOP = "70000000-0000-4000-8000-000000000002"
GL_ACCOUNT = "80000000-0000-4000-8000-000000000001"
Send = Callable[..., ExportResult]
# sink -> a record, and the stream in which it then stands
RECORDS: dict[str, tuple[dict[str, Any], str]] = {
    "BuyOrders": (
        {
            "id": "R-1",
            "Supplier": "Smit",
            "PurchaseOrderLines": [{"Item": "A-SCREW", "QuantityInPurchaseUnits": 2}],
        },
        "purchase_orders",
    ),
    "Items": ({"id": "NEW-1", "Description": "Nieuw"}, "items"),
    "PurchaseInvoices": (
        {
            "id": "R-1",
            "Supplier": "1",
            "Journal": "70",
            "Type": 8033,
            "PurchaseInvoiceLines": [{"Item": "A-SCREW", "Quantity": 1}],
        },
        "purchase_invoices",
    ),
    "Suppliers": ({"id": "900", "Name": "Nieuw BV", "Country": "Duitsland"}, "accounts"),
    "PurchaseEntries": (
        {
            "id": "R-1",
            "Supplier": SUPPLIER,
            "Journal": "70",
            "PurchaseEntryLines": [{"AmountFC": 10.5, "GLAccount": "Purchases"}],
        },
        "purchase_entries",
    ),
    "SalesOrders": (
        {
            "id": "R-1",
            "OrderedBy": "Smit",
            "ApprovalStatus": "Approved",
            "SalesOrderLines": [{"Item": "B-BOLT", "Quantity": 2}],
        },
        "sales_orders",
    ),
    "ShopOrders": ({"id": "R-1", "Item": "A-SCREW", "PlannedQuantity": 4}, "manufacturing_shop_orders"),
    "UpdateInventory": (
        {
            "id": "R-1",
            "Warehouse": "Shop",
            "StockCountDate": "2026-03-02T00:00:00",
            "StockCountLines": [{"Item": "A-SCREW", "QuantityNew": 12}],
        },
        "stock_counts",
    ),
    "WarehouseTransfers": (
        {
            "id": "R-1",
            "EntryDate": "2026-03-02T00:00:00",
            "WarehouseFrom": "1",
            "WarehouseTo": "Shop",
            "WarehouseTransferLines": [{"Item": "A-SCREW", "Quantity": 4}],
        },
        "warehouse_transfers",
    ),
}


@pytest.fixture(autouse=True)
def _more_of_the_company(exact_sandbox: ExactSandbox, buy_orders: BuyOrders) -> None:
    assert buy_orders.supplier_id  # the ledger knows the account
    exact_sandbox.store.insert("warehouses", {"ID": SHOP, "Code": "2", "Description": "Shop"})
    exact_sandbox.store.insert("gl_accounts", {"ID": GL_ACCOUNT, "Code": "7000", "Description": "Purchases"})


@pytest.fixture
def send(
    connection: duckdb.DuckDBPyConnection,
    exact: ExactClient,
    optiply: OptiplyClient,
    clock: Clock,
    tmp_path: Path,
) -> Send:
    """Sends dictionaries as the lines of a file."""

    def run(sink: str, *records: dict[str, Any], **options: Any) -> ExportResult:
        path = tmp_path / "records.jsonl"
        path.write_text("\n".join(json.dumps(record) for record in records), encoding="utf-8")
        given = {"run_id": "run", "now": clock.now, "sleep": clock.sleep, **options}
        return send_records(
            connection, exact, optiply, SINKS[sink], read_records(connection, str(path)), **given
        )

    return run


def posts(sandbox: ExactSandbox) -> int:
    return sum(each["method"] == "POST" for each in sandbox.statistics["writes"])


@pytest.mark.parametrize("sink", RECORDS)
def test_a_record_of_each_sink_stands_in_exact_once(
    send: Send, exact_sandbox: ExactSandbox, sink: str
) -> None:
    """X11: names are resolved to ids, the reference is the marker (X6), a second time sends nothing."""
    record, stream = RECORDS[sink]
    before = len(exact_sandbox.store.rows(stream))
    result = send(sink, record)
    assert not result.notices and result.counts.created == 1
    assert len(exact_sandbox.store.rows(stream)) == before + 1
    marked = exact_sandbox.store.rows(stream)[-1]
    assert str(marked[SINKS[sink].marker]).strip() == record["id"]
    assert send(sink, record).counts.created == 0 and posts(exact_sandbox) == 1


def test_names_words_and_countries_arrive_as_ids_and_codes(send: Send, exact_sandbox: ExactSandbox) -> None:
    for sink in ("SalesOrders", "Suppliers", "PurchaseEntries", "WarehouseTransfers"):
        send(sink, RECORDS[sink][0])
    store = exact_sandbox.store
    (order,) = store.rows("sales_orders")
    assert (order["OrderedBy"], order["ApprovalStatus"]) == (SUPPLIER, 2)
    assert store.children("sales_order_lines", "OrderID", order["OrderID"])[0]["Item"] == BOLT
    account = store.rows("accounts")[-1]
    assert (account["IsSupplier"], str(account["Country"]).strip()) == (True, "DE")
    (line,) = store.rows("purchase_entry_lines")
    assert line["GLAccount"] == GL_ACCOUNT
    (transfer,) = store.rows("warehouse_transfers")
    assert (transfer["WarehouseFrom"], transfer["WarehouseTo"]) == (WAREHOUSE, SHOP)


@pytest.mark.parametrize("fault", ["reset_after_work", "reset_before_work", "503", "cut_body"])
@pytest.mark.parametrize("sink", ["Items", "Suppliers", "SalesOrders"])
def test_a_lost_answer_leads_to_one_record(
    send: Send, exact_sandbox: ExactSandbox, sink: str, fault: str
) -> None:
    """X8."""
    record, stream = RECORDS[sink]
    before = len(exact_sandbox.store.rows(stream))
    exact_sandbox.faults.set([{"kind": fault, "method": "POST", "path": f"*/{SINKS[sink].path}", "at": 1}])
    assert send(sink, record).counts.created == 1
    assert len(exact_sandbox.store.rows(stream)) == before + 1


def test_an_intent_left_open_is_settled_by_a_look_at_exact(
    send: Send, exact_sandbox: ExactSandbox, connection: duckdb.DuckDBPyConnection
) -> None:
    """X8: as a process killed between the POST and its outcome leaves it."""
    record, _ = RECORDS["Items"]
    send("Items", record)
    connection.execute("update ledger.intents set outcome = null, settled_at = null")
    result = send("Items", record)
    assert (result.found, posts(exact_sandbox)) == (1, 1)
    assert rows(connection, "select outcome from ledger.intents") == [{"outcome": "accepted"}]


def test_a_record_that_stands_in_exact_under_its_reference_is_not_sent_beside_it(
    send: Send, exact_sandbox: ExactSandbox, connection: duckdb.DuckDBPyConnection
) -> None:
    record, _ = RECORDS["Items"]
    send("Items", record)
    connection.execute("delete from ledger.intents")
    result = send("Items", record)
    assert (result.counts.created, result.found, posts(exact_sandbox)) == (1, 1, 1)


def test_other_content_under_a_reference_that_was_sent_is_refused(
    send: Send, exact_sandbox: ExactSandbox
) -> None:
    send("Items", {"id": "NEW-1", "Description": "Nieuw"})
    result = send("Items", {"id": "NEW-1", "Description": "Anders"})
    assert "other content" in result.refusals[0].reason and posts(exact_sandbox) == 1


def test_an_order_export_leaves_open_records_of_sinks_alone(
    send: Send, run_export: Export, connection: duckdb.DuckDBPyConnection
) -> None:
    send("Items", RECORDS["Items"][0])
    connection.execute("update ledger.intents set outcome = null, settled_at = null")
    connection.execute("create schema if not exists plan")
    assert run_export().counts.created == 0
    assert rows(connection, "select outcome from ledger.intents") == [{"outcome": None}]


@pytest.mark.parametrize(
    ("sink", "change", "words"),
    [
        ("BuyOrders", {"Supplier": None}, "Supplier is mandatory"),
        ("BuyOrders", {"PurchaseOrderLines": []}, "PurchaseOrderLines is mandatory"),
        ("BuyOrders", {"Creator": SUPPLIER}, "Creator is read-only"),
        ("BuyOrders", {"Suplier": "x"}, "Suplier is no field"),
        ("BuyOrders", {"PurchaseOrderLines": [{"Item": SCREW}]}, "1: QuantityInPurchaseUnits is mandatory"),
        ("BuyOrders", {"PurchaseOrderLines": "x"}, "is no list of lines"),
        ("BuyOrders", {"OrderDate": "tomorrow"}, "OrderDate: 'tomorrow' is no DateTime"),
        ("BuyOrders", {"PurchaseAgent": "Jan"}, "PurchaseAgent: 'Jan' is no Guid"),
        ("BuyOrders", {"id": None}, "YourRef (or id) is needed"),
        ("SalesOrders", {"ApprovalStatus": "perhaps"}, "ApprovalStatus: 'perhaps'"),
        ("Suppliers", {"Country": "Atlantis"}, "Country: 'Atlantis'"),
        ("Suppliers", {"Blocked": "no"}, "Blocked: 'no' is no Boolean"),
        ("PurchaseInvoices", {"Type": 99999}, "Type: 99999 is no Int16"),
    ],
)
def test_what_exact_would_not_take_is_refused_before_anything_is_sent(
    send: Send, exact_sandbox: ExactSandbox, sink: str, change: dict[str, Any], words: str
) -> None:
    """X11: the facts are those of `apis/exact/write_endpoints.json`."""
    result = send(sink, {**RECORDS[sink][0], **change})
    assert words in result.refusals[0].reason
    assert exact_sandbox.statistics["requests"] == 0 and result.needs_a_look


def test_one_bad_record_does_not_stop_the_others(send: Send, exact_sandbox: ExactSandbox) -> None:
    good = {"id": "G", "Description": "Goed"}
    result = send("Items", {"id": "B"}, good, good)
    assert (result.counts.created, result.counts.refused) == (1, 2)
    assert "stands twice" in result.refusals[1].reason
    assert [row["Code"] for row in exact_sandbox.store.rows("items")][-1] == "G"


def test_a_name_of_several_records_or_of_none_is_refused(send: Send, exact_sandbox: ExactSandbox) -> None:
    """X11."""
    other = "50000000-0000-4000-8000-000000000009"
    exact_sandbox.store.insert("accounts", {"ID": other, "Code": "2", "Name": "Smit", "IsSupplier": True})
    record, _ = RECORDS["BuyOrders"]
    several = send("BuyOrders", record)
    assert "several records of Exact are called 'Smit'" in several.refusals[0].reason
    none = send("BuyOrders", {**record, "Supplier": "Jansen"})
    assert "nothing in Exact is called 'Jansen'" in none.refusals[0].reason
    assert posts(exact_sandbox) == 0
    assert send("BuyOrders", {**record, "Supplier": "1"}).counts.created == 1  # the code is one record's


def test_what_exact_refused_is_not_sent_again_unless_it_changes_or_somebody_asks(
    send: Send, exact_sandbox: ExactSandbox, connection: duckdb.DuckDBPyConnection
) -> None:
    """X12."""
    record = {
        **RECORDS["BuyOrders"][0],
        "PurchaseOrderLines": [{"Item": "C-SERVICE", "QuantityInPurchaseUnits": 1}],
    }
    assert "geen inkoopartikel" in send("BuyOrders", record).refusals[0].reason
    assert "refused before" in send("BuyOrders", record).refusals[0].reason and posts(exact_sandbox) == 1
    exact_sandbox.store.change("items", "10000000-0000-4000-8000-000000000003", {"IsPurchaseItem": True})
    assert send("BuyOrders", record, retry_refused=True).counts.created == 1
    assert rows(connection, "from ledger.refusals") == []


def test_a_dry_run_tells_the_bodies_and_sends_nothing(send: Send, exact_sandbox: ExactSandbox) -> None:
    told: list[str] = []
    send("UpdateInventory", stock_count(), dry_run=True, report=told.append)
    assert len(told) == 1 and "inventory/StockCounts" in told[0] and '"Status": 12' in told[0]
    assert exact_sandbox.statistics["requests"] == 0


def stock_count() -> dict[str, Any]:
    return {
        "id": "COUNT-1",
        "Warehouse": WAREHOUSE,
        "StockCountDate": "2026-03-02T00:00:00",
        "StockCountLines": [{"Item": SCREW, "QuantityNew": 12}],
    }


def test_a_processed_count_is_the_new_stock_and_a_draft_is_not(
    send: Send, exact_sandbox: ExactSandbox
) -> None:
    """X11: UpdateInventory does what its name says; QuantityDifference wins over QuantityNew."""
    lines = [
        {"Item": "A-SCREW", "QuantityNew": 12},
        {"Item": "B-BOLT", "QuantityNew": 9, "QuantityDifference": 2},
    ]
    count = {**stock_count(), "StockCountLines": lines}
    send("UpdateInventory", count, {**count, "id": "COUNT-2", "Status": 21})
    assert [row["Status"] for row in exact_sandbox.store.rows("stock_counts")] == [12, 21]
    assert {
        (row["ItemId"], row["Warehouse"], row["CurrentStock"])
        for row in exact_sandbox.store.rows("stock_positions")
    } == {(SCREW, WAREHOUSE, 12.0), (BOLT, WAREHOUSE, 2.0)}


PDF = base64.b64encode(b"%PDF-1.7 invoice").decode()
ENTRY = {
    **RECORDS["PurchaseEntries"][0],
    "attachments": [{"FileName": "a.pdf", "Attachment": PDF}, {"path": "b.pdf"}],
}


@pytest.mark.parametrize("fault", [None, "reset_after_work", "503"])
@pytest.mark.parametrize("path", ["*/Documents", "*/DocumentAttachments", "*/PurchaseEntries"])
def test_attachments_stand_once_in_a_document_that_the_entry_names(
    send: Send, exact_sandbox: ExactSandbox, tmp_path: Path, path: str, fault: str | None
) -> None:
    """X8, X11: the entry names the document, not the attachment; whatever request loses its answer."""
    (tmp_path / "b.pdf").write_bytes(b"%PDF-1.7 terms")
    if fault:
        exact_sandbox.faults.set([{"kind": fault, "method": "POST", "path": path, "at": 1}])
    assert send("PurchaseEntries", ENTRY).counts.created == 1
    assert send("PurchaseEntries", ENTRY).counts.created == 0
    store = exact_sandbox.store
    (document,) = store.rows("documents")
    assert (document["Subject"], document["Type"]) == ("PurchaseEntries R-1", 20)
    (entry,) = store.rows("purchase_entries")
    assert entry["Document"] == document["ID"]
    terms = base64.b64encode(b"%PDF-1.7 terms").decode()
    assert {
        (row["Document"], row["FileName"], row["Attachment"]) for row in store.rows("document_attachments")
    } == {(document["ID"], "a.pdf", PDF), (document["ID"], "b.pdf", terms)}
    assert len(store.rows("document_attachments")) == 2


def test_an_entry_that_was_refused_keeps_its_document_for_the_next_try(
    send: Send, exact_sandbox: ExactSandbox, tmp_path: Path, connection: duckdb.DuckDBPyConnection
) -> None:
    """X8, X12: and no file is kept in the ledger."""
    (tmp_path / "b.pdf").write_bytes(b"terms")
    lost = {**ENTRY, "PurchaseEntryLines": [{"AmountFC": 1, "GLAccount": GL_ACCOUNT}], "Supplier": SHOP}
    assert send("PurchaseEntries", lost).counts.refused == 1
    assert send("PurchaseEntries", {**lost, "Supplier": SUPPLIER}).counts.created == 1
    assert len(exact_sandbox.store.rows("documents")) == 1
    assert len(exact_sandbox.store.rows("document_attachments")) == 2
    assert PDF not in str(rows(connection, "from ledger.intents"))


@pytest.mark.parametrize(
    ("sink", "attachments", "words"),
    [
        ("PurchaseEntries", "a.pdf", "attachments is no list"),
        ("PurchaseEntries", [{"FileName": "a.pdf"}], "has FileName and Attachment, or path"),
        ("PurchaseEntries", [{"Attachment": PDF}], "has FileName and Attachment, or path"),
        ("PurchaseEntries", [{"FileName": "a.pdf", "Attachment": PDF, "Size": 1}], "or path"),
        ("PurchaseEntries", [{"FileName": "a.pdf", "Attachment": "no base64!"}], "a.pdf is no base64"),
        ("PurchaseEntries", [{"FileName": "a.pdf", "Attachment": "é"}], "a.pdf is no base64"),
        ("PurchaseEntries", [{"path": "absent.pdf"}], "absent.pdf cannot be read"),
        ("PurchaseEntries", [{"FileName": "a", "Attachment": PDF}] * 2, "one FileName"),
    ],
)
def test_attachments_that_cannot_be_read_stop_before_anything_is_sent(
    send: Send, exact_sandbox: ExactSandbox, sink: str, attachments: Any, words: str
) -> None:
    with pytest.raises(RecordsUnreadable, match=words):
        send(sink, {**RECORDS[sink][0], "attachments": attachments})
    assert exact_sandbox.statistics["requests"] == 0


def test_attachments_belong_where_exact_takes_a_document(send: Send, exact_sandbox: ExactSandbox) -> None:
    files = [{"FileName": "a.pdf", "Attachment": PDF}]
    items = send("Items", {**RECORDS["Items"][0], "attachments": files})
    assert "Items takes no attachments" in items.refusals[0].reason
    both = send(
        "PurchaseEntries", {**RECORDS["PurchaseEntries"][0], "attachments": files, "Document": SUPPLIER}
    )
    assert "exclude each other" in both.refusals[0].reason
    assert exact_sandbox.statistics["requests"] == 0


def test_orders_go_to_the_default_warehouse_unless_they_name_another(
    send: Send, exact_sandbox: ExactSandbox
) -> None:
    """X5: by code or id; those of another division are left alone."""
    first, second = RECORDS["BuyOrders"][0], {**RECORDS["BuyOrders"][0], "id": "R-2", "Warehouse": WAREHOUSE}
    result = send("BuyOrders", first, second, defaults={"Warehouse": "2"})
    assert result.counts.created == 2
    warehouses = [row["Warehouse"] for row in exact_sandbox.store.rows("purchase_orders")]
    assert warehouses == [SHOP, WAREHOUSE]
    told: list[str] = []
    send("BuyOrders", {**first, "division": 7}, defaults={"Warehouse": "2"}, dry_run=True, report=told.append)
    assert "Warehouse" not in told[0]


def test_a_lost_ledger_stops_records_too(send: Send, connection: duckdb.DuckDBPyConnection) -> None:
    """Contract 4: an intent of ours would make a lost ledger look like one with a history."""
    connection.execute("delete from ledger.records")
    with pytest.raises(LedgerMissing):
        send("Items", RECORDS["Items"][0])


def test_a_failed_look_up_sends_nothing(send: Send, exact_sandbox: ExactSandbox) -> None:
    exact_sandbox.faults.set([{"kind": "503", "method": "GET", "path": "*/logistics/Items"}])
    result = send("Items", RECORDS["Items"][0])
    assert result.has_failed and posts(exact_sandbox) == 0


def test_records_come_from_parquet_and_tables_too(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """Lines are lists of structs; a null is a field that is not given; division goes with the record."""
    connection.execute(
        """
        create table orders as select
            'R-1' as id, 7 as division, date '2026-03-02' as "OrderDate", null as "Remarks",
            [{'Item': 'A', 'QuantityInPurchaseUnits': cast(2.5 as decimal(9, 2)), 'Notes': null}] as lines
        """
    )
    path = tmp_path / "orders.parquet"
    connection.execute(f"copy orders to '{path}'")
    line = {"Item": "A", "QuantityInPurchaseUnits": 2.5}
    expected = SinkRecord(1, {"OrderDate": f"{date(2026, 3, 2)}T00:00:00", "lines": [line]}, 7, "R-1")
    assert read_records(connection, str(path)) == [expected]
    assert read_records(connection, "main.orders") == [expected]


@pytest.mark.parametrize("source", ["absent.jsonl", "absent.parquet", "main.absent"])
def test_a_source_that_is_not_there_is_said(connection: duckdb.DuckDBPyConnection, source: str) -> None:
    with pytest.raises(RecordsUnreadable, match="absent"):
        read_records(connection, source)


@pytest.mark.parametrize("line", ["{", "[1]", '{"division": "x"}'])
def test_a_line_that_is_no_record_is_said(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, line: str
) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text(line)
    with pytest.raises(RecordsUnreadable, match="1"):
        read_records(connection, str(path))


def test_another_division_is_asked_and_written(send: Send, exact_sandbox: ExactSandbox) -> None:
    """X5: the sandbox has one division only, so another one is not known there."""
    result = send("Items", {**RECORDS["Items"][0], "division": 999})
    assert result.counts.created == 0 and result.stopped is not None
    assert posts(exact_sandbox) == 0


@pytest.mark.parametrize(
    ("name", "code"),
    [("nl", "NL"), ("Netherlands", "NL"), ("Nederland", "NL"), ("Allemagne", "DE"), (" Belgien ", "BE")],
)
def test_countries_are_known_by_code_and_by_name(name: str, code: str) -> None:
    assert country_code(name) == code


@pytest.mark.parametrize("name", ["XX", "150", "Europe", ""])
def test_what_is_no_country_is_refused(name: str) -> None:
    with pytest.raises(NameRefused):
        country_code(name)


@pytest.mark.parametrize(
    ("word", "code"), [("awaiting", 0), ("Automatically", 1), ("approved", 2), ("completed", 2), (1, 1)]
)
def test_approval_status_in_words(word: str | int, code: int) -> None:
    assert in_codes({"ApprovalStatus": word}) == {"ApprovalStatus": code}


def test_every_sink_is_one_that_exact_lets_write() -> None:
    for sink in SINKS.values():
        rule = write_rules()[sink.path]
        assert "POST" in rule["methods"] and rule["key"] == sink.key
        assert sink.marker in rule["post"] and (sink.counterpart or sink.marker) in rule["post"]
    assert len(SINKS) == 9
    fields = {**SINKS["UpdateInventory"].defaults, **stock_count(), "Description": "COUNT-1"}
    fields.pop("id")
    assert problems("inventory/StockCounts", fields, names_allowed=False) == []


def test_the_optiply_account_is_left_alone(send: Send, sandbox: OptiplySandbox) -> None:
    sandbox.traffic.clear()
    send("Items", RECORDS["Items"][0])
    assert sandbox.traffic.summary()["requests"] == 0
