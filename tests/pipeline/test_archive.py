"""Issue 5: requests and answers kept for support, without secrets, for so many days, in little memory."""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from apis.errors import ApiError
from apis.exchanges import Exchange
from pipeline import archive
from pipeline.archive import Archive, open_archive
from pipeline.run import NEEDS_A_LOOK, OK, begin
from sandbox import credentials
from sandbox.company.company import Company
from sandbox.exact.server import ExactSandbox
from sandbox.optiply import OptiplySandbox
from sandbox.tenant_file import SECRETS
from settings.tenant import Tenant

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def kept(folder: Path) -> list[tuple[Any, ...]]:
    return duckdb.sql(
        f"select api, method, status, request_body, answer_body, error from '{folder}/*/*.parquet' order by at_utc"
    ).fetchall()


@pytest.fixture
def sandbox() -> Iterator[OptiplySandbox]:
    with OptiplySandbox(sleep=lambda _: None) as running:
        yield running


@pytest.fixture
def tenant(make_tenant: Callable[..., Tenant], sandbox: OptiplySandbox) -> Tenant:
    made = make_tenant(optiply_url=sandbox.base_url, optiply_token_url=sandbox.token_url)
    return made.model_copy(update={"archive_days": 7})


def test_a_run_keeps_bodies_and_answers_but_no_secret(tenant: Tenant, sandbox: OptiplySandbox) -> None:
    with begin(tenant, "push", say=lambda _: None, now=lambda: NOW) as run:
        run.optiply.create("products", {"name": "Screw", "stockLevel": 1})
        sandbox.faults.set([{"kind": "reset_before_work", "method": "POST"}])
        with pytest.raises(ApiError):
            run.optiply.create("products", {"name": "Bolt", "stockLevel": 1})
        assert list(run.optiply.list("products"))
    first, second, listed = kept(tenant.archive_folder)
    assert first[:3] == ("optiply", "POST", 201) and '"name":"Screw"' in first[3] and '"id"' in first[4]
    assert (
        second[2] is None
        and '"name":"Bolt"' in second[3]
        and second[5] == "connection lost before the answer"
    )
    assert listed[1:4] == ("GET", 200, None) and "Screw" in listed[4]
    words = repr(duckdb.sql(f"from '{tenant.archive_folder}/*/*.parquet'").fetchall())
    for secret in {*SECRETS.values(), *sandbox.desk.issued}:
        assert secret not in words
    (part,) = tenant.archive_folder.glob("20260302T090000_*/part-0001.parquet")
    assert [stat.S_IMODE(each.stat().st_mode) for each in (part, part.parent)] == [0o600, 0o700]


def test_of_exact_only_what_is_written_is_kept(make_tenant: Callable[..., Tenant]) -> None:
    """Its reads are in raw."""
    nothing = Company(credentials.EXACT_DIVISION, {})
    with ExactSandbox(nothing, minute_limit=None) as exact:
        tenant = make_tenant(exact_url=exact.base_url).model_copy(update={"archive_days": 1})
        with begin(tenant, "export", say=lambda _: None, now=lambda: NOW) as run:
            next(run.exact.pages("crm/Accounts", top=1), None)
            with pytest.raises(ApiError):
                run.exact.create("purchaseorder/PurchaseOrders", {"YourRef": "7"})
        (row,) = kept(tenant.archive_folder)
        assert row[:2] == ("exact", "POST") and row[2] >= 400 and '"YourRef"' in row[3]


def test_a_tenant_that_asks_for_none_gets_none(tenant: Tenant) -> None:
    with begin(tenant.model_copy(update={"archive_days": 0}), "push", say=lambda _: None) as run:
        run.optiply.create("products", {"name": "Screw", "stockLevel": 1})
    assert not tenant.archive_folder.exists()


def test_what_is_older_than_the_days_asked_for_is_removed(tenant: Tenant) -> None:
    for age in (6, 8):
        old = Archive(tenant.archive_folder, f"age{age}", NOW - timedelta(days=age), lambda: NOW)
        old.observer("optiply", reads=True)(exchange("{}"))
        old.close()
    by_hand = tenant.archive_folder / "notes"
    by_hand.mkdir()
    open_archive(tenant, run_id="new", started_at=NOW, now=lambda: NOW)
    assert sorted(each.name.split("_")[-1] for each in tenant.archive_folder.iterdir()) == ["age6", "notes"]


def exchange(body: str) -> Exchange:
    return Exchange("POST", "http://optiply/v1/products", body.encode(), 201, b"{}", None, 0.1)


@pytest.mark.parametrize(("rows", "size"), [(3, 10**9), (10**9, 3 * len("{}{}"))])
def test_memory_is_bounded_by_a_part_in_rows_and_in_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int, size: int
) -> None:
    monkeypatch.setattr(archive, "PART_ROWS", rows)
    monkeypatch.setattr(archive, "PART_BYTES", size)
    keeping = Archive(tmp_path, "run", NOW, lambda: NOW)
    keep = keeping.observer("optiply", reads=True)
    for _ in range(7):
        keep(exchange("{}"))
    parts = sorted(each.name for each in keeping.run_folder.iterdir())
    assert parts == ["part-0001.parquet", "part-0002.parquet"]  # whole before the run ends, however that ends
    keeping.close()
    assert len(kept(tmp_path)) == 7


def test_a_disk_that_refuses_does_not_stop_the_run(tenant: Tenant) -> None:
    tenant.archive_folder.write_text("in the way")
    with begin(tenant, "push", say=lambda _: None, now=lambda: NOW) as run:
        run.optiply.create("products", {"name": "Screw", "stockLevel": 1})
        assert run.exit_code == OK
    assert run.exit_code == NEEDS_A_LOOK and "cannot be written" in run.notices[0]


def test_an_answer_that_repeats_the_token_is_kept_without_it(tenant: Tenant, sandbox: OptiplySandbox) -> None:
    with begin(tenant, "push", say=lambda _: None, now=lambda: NOW) as run:
        run.optiply.create("products", {"name": "Screw", "stockLevel": 1})
        repeated = " ".join(sandbox.desk.issued)
        run.optiply.create("products", {"name": f"{repeated} repeated", "stockLevel": 1})
    assert "***" in kept(tenant.archive_folder)[1][4]
