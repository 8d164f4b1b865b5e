"""The ledger alone: what outcomes do to records and refusals, and what holds whatever happens."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from load.ledger import Intent, KnownRecord, Ledger, Outcome, naive_utc
from tests.load.plan_tables import records, rows
from warehouse.tables import ensure_tables

START = datetime(2026, 3, 2, 9)


def memory_ledger() -> Ledger:
    connection = duckdb.connect(config={"threads": "1"})
    ensure_tables(connection)
    return Ledger(connection, run_id="run")


@pytest.fixture
def ledger() -> Ledger:
    return memory_ledger()


def opened(ledger: Ledger, remote_id: str, operation: Any = "create", **fields: Any) -> Intent:
    intent = ledger.intent("optiply", "products", remote_id, operation, at=START, **fields)
    ledger.open([intent])
    return intent


def test_an_intent_is_open_from_its_commit_to_its_outcome(ledger: Ledger) -> None:
    intent = opened(ledger, "a", payload="{}", payload_hash="h")
    assert ledger.open_intents("optiply", ["create"]) == [intent]
    assert ledger.open_intents("exact", ["create"]) == ledger.open_intents("optiply", ["delete"]) == []
    ledger.settle([Outcome(intent, "unknown", START)])
    assert ledger.open_intents("optiply", ["create"]) == [intent]
    ledger.settle([Outcome(intent, "accepted", START, created_id="7")])
    assert ledger.open_intents("optiply", ["create"]) == []


def test_a_failure_inside_a_settlement_leaves_nothing_of_it(ledger: Ledger) -> None:
    intent = opened(ledger, "a")
    with pytest.raises(RuntimeError), ledger.transaction():
        ledger.write_outcomes([Outcome(intent, "accepted", START, created_id="7")])
        raise RuntimeError("killed here")
    assert records(ledger.connection) == {}
    assert ledger.open_intents("optiply", ["create"]) == [intent]


def test_a_failed_or_unknown_outcome_changes_no_record(ledger: Ledger) -> None:
    ledger.settle([Outcome(opened(ledger, "a"), "accepted", START, created_id="7")])
    for result in ("failed", "unknown", "refused", "waiting"):
        intent = opened(ledger, "a", "update", optiply_id="7", payload="{}", payload_hash="new")
        ledger.settle([Outcome(intent, result, START)])  # type: ignore[arg-type]
    (record,) = rows(ledger.connection, "from ledger.records")
    assert (record["optiply_id"], record["payload_hash"]) == ("7", None)


def test_a_record_of_unknown_state_keeps_its_id_and_loses_its_payload(ledger: Ledger) -> None:
    ledger.settle(
        [Outcome(opened(ledger, "a", payload="{}", payload_hash="h"), "accepted", START, created_id="7")]
    )
    intent = opened(ledger, "a", "update", optiply_id="7", payload="{1}", payload_hash="new")
    ledger.settle([Outcome(intent, "failed", START, payload_unknown=True)])
    (record,) = rows(ledger.connection, "from ledger.records")
    assert (record["optiply_id"], record["payload"], record["payload_hash"]) == ("7", None, None)


def test_an_optiply_id_moves_to_the_remote_id_that_adopted_it(ledger: Ledger) -> None:
    """SP7."""
    ledger.settle([Outcome(opened(ledger, "a"), "accepted", START, created_id="7")])
    ledger.settle([Outcome(opened(ledger, "b"), "accepted", START, created_id="7")])
    assert records(ledger.connection) == {("products", "b"): "7"}


def test_a_refusal_counts_its_attempts_until_the_payload_changes(ledger: Ledger) -> None:
    for number, payload_hash in enumerate(["h", "h", "other"]):
        intent = opened(ledger, "a", payload="{}", payload_hash=payload_hash)
        at = START + timedelta(hours=number)
        ledger.settle([Outcome(intent, "refused", at, status_code=400, message=f"no {number}")])
        (row,) = rows(ledger.connection, "from ledger.refusals")
        expected = {0: (START, 1), 1: (START, 2), 2: (START + timedelta(hours=2), 1)}
        assert (row["first_at"], row["attempts"]) == expected[number]
        assert (row["last_at"], row["message"]) == (at, f"no {number}")


def test_the_words_of_the_api_are_kept_up_to_500_characters(ledger: Ledger) -> None:
    ledger.settle([Outcome(opened(ledger, "a"), "refused", START, message="x" * 900)])
    (intent,) = rows(ledger.connection, "select message from ledger.intents")
    assert len(intent["message"]) == 500


def test_of_duplicates_the_lowest_number_is_remembered_and_a_known_payload_kept(ledger: Ledger) -> None:
    ledger.settle(
        [Outcome(opened(ledger, "a", payload="{}", payload_hash="h"), "accepted", START, created_id="9")]
    )
    found = [KnownRecord("products", "a", "10"), KnownRecord("products", "a", "9")]
    with ledger.transaction():
        assert ledger.remember([*found, KnownRecord("products", "b", "11")], at=START) == 1
    known = rows(ledger.connection, "select remote_id, optiply_id, payload from ledger.records order by all")
    assert known == [
        {"remote_id": "a", "optiply_id": "9", "payload": "{}"},
        {"remote_id": "b", "optiply_id": "11", "payload": None},
    ]


def test_a_ledger_without_history_is_told_from_one_that_was_rebuilt_over_nothing(ledger: Ledger) -> None:
    """Contract 4: a rebuild that was not finished does not count."""
    assert not ledger.has_history()
    rebuild = ledger.intent("optiply", "account", "1", "rebuild", at=START)
    ledger.open([rebuild])
    assert not ledger.has_history()
    ledger.settle([Outcome(rebuild, "accepted", START)])
    assert ledger.has_history() and records(ledger.connection) == {}


def test_instants_are_kept_as_naive_utc() -> None:
    """C1."""
    assert naive_utc(datetime.fromisoformat("2026-03-02T10:00:00+01:00")) == START
    assert naive_utc(START) == START


RESULTS = st.sampled_from(["accepted", "refused", "failed", "unknown", "killed"])
STEP = st.tuples(
    st.sampled_from(["a", "b", "c"]),
    st.sampled_from(["create", "update", "replace", "delete"]),
    RESULTS,
    st.integers(1, 4).map(str),
    st.booleans(),
)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(STEP, min_size=1, max_size=3, unique_by=lambda step: step[0]), max_size=6))
def test_whatever_happens_ids_stay_unique_and_nothing_open_is_lost(
    batches: list[list[tuple[str, Any, str, str, bool]]],
) -> None:
    """Contract 5: random batches of intents, each accepted, refused, failed, unknown or cut off by a kill."""
    ledger = memory_ledger()
    model: dict[str, str] = {}
    still_open = set()
    for batch in batches:
        intents = [
            ledger.intent("optiply", "products", remote_id, operation, at=START, payload_hash=remote_id)
            for remote_id, operation, *_ in batch
        ]
        ledger.open(intents)
        outcomes = []
        for intent, (remote_id, operation, result, optiply_id, forget) in zip(intents, batch, strict=True):
            if result in ("killed", "unknown"):
                still_open.add(intent.intent_id)
            if result == "killed":
                continue
            given_id = optiply_id if result == "accepted" and operation != "delete" else None
            outcomes.append(
                Outcome(intent, result, START, created_id=given_id, forget=forget)  # type: ignore[arg-type]
            )
            if given_id is not None:
                model = {key: value for key, value in model.items() if value != given_id}
                model[remote_id] = given_id
            elif forget or (result == "accepted" and operation == "delete"):
                model.pop(remote_id, None)
        ledger.settle(outcomes)
    known = records(ledger.connection)
    assert {remote_id: optiply_id for (_, remote_id), optiply_id in known.items()} == model
    assert len(set(known.values())) == len(known)
    open_ids = {
        intent.intent_id
        for intent in ledger.open_intents("optiply", ["create", "update", "replace", "delete"])
    }
    assert open_ids == still_open
    refused = rows(ledger.connection, "select remote_id from ledger.refusals")
    assert len({row["remote_id"] for row in refused}) == len(refused)
