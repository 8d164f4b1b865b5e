"""The flags in dbt: the same names, defaults and refusals as settings/flags.py (F1, F2)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from settings.flags import Flags
from tests.dbt.flag_project import FlagProject, project_variables

DBT_ONLY = {"as_of"}

GUID = "0a1b2c3d-0000-4000-8000-00000000000A"
# Each kind of flag with what it takes and what it refuses. Both sides must agree on every one.
CASES: list[tuple[str, Any]] = [
    *[("useMOQ", value) for value in (True, False, "true", 1, None)],
    *[("stock_transfer_status", value) for value in (10, 50, 20, "10", True, None)],
    *[
        ("map_purchase_price", value)
        for value in ("default", "none", "Product Cost", "product cost", None, 1)
    ],
    *[("response_format", value) for value in ("json", "yaml", None)],
    *[("mass_delete_limit", value) for value in (0, 20, 100, 101, -1, 20.5, "20", True, None)],
    *[("exact_timezone", value) for value in ("Europe/Brussels", "Europe/Bruxelles", "", None, 1)],
    *[("price_list_code", value) for value in ("A", None, 1, ["A"])],
    *[("stock_warehouse_ids", value) for value in ("", "1, 2", 1, ["1"])],
    *[("prod_ItemGroupCode_filter", value) for value in ([], ["A"], None, "A", [1], {"A": "B"})],
    *[("bo_completed_status", value) for value in (["30"], [30], "30")],
    *[("warehouse_uuid", value) for value in (GUID, GUID[:-1], f"{GUID}0", "", None, 1)],
    *[
        ("assortments", value)
        for value in (
            None,
            {},
            {"Class_01": {"X": "disabled"}, "Class_10": {"A": "enabled"}},
            {"Class_11": {"X": "disabled"}},
            {"Class_00": {"X": "disabled"}},
            {"class_01": {"X": "disabled"}},
            {"Class_01": {"X": "off"}},
            {"Class_01": {"X": False}},
            {"Class_01": "disabled"},
            ["Class_01"],
        )
    ],
    *[
        ("unit_factors", value)
        for value in (
            None,
            {},
            {"gal": 3750},
            {"gal": 0.5},
            {"gal": {"factor": 2}},
            {"gal": {"unit": "ml", "factor": 3750.5}},
            {"gal": {"unit": None, "factor": 1.0}},
            {"gal": 0},
            {"gal": -1},
            {"gal": True},
            {"gal": "3750"},
            {"gal": None},
            {"gal": {"unit": "ml"}},
            {"gal": {"unit": 5, "factor": 2.0}},
            {"gal": {"unit": "ml", "factor": 2.0, "faktor": 2.0}},
            ["gal"],
        )
    ],
]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> FlagProject:
    return FlagProject(tmp_path_factory.mktemp("flags"))


def refused_by_settings(name: str, value: Any) -> bool:
    try:
        Flags.model_validate({name: value})
    except ValidationError:
        return True
    return False


def test_dbt_and_settings_have_the_same_flags_and_defaults() -> None:
    """F2"""
    variables = project_variables()
    assert {name: value for name, value in variables.items() if name not in DBT_ONLY} == Flags().model_dump(
        mode="json"
    )
    assert {name: variables[name] for name in DBT_ONLY} == {"as_of": None}


def test_every_flag_has_a_rule_that_checks_it(project: FlagProject) -> None:
    """F1"""
    assert set(project.ask("flag_names").answer) == set(Flags.model_fields) | DBT_ONLY


def test_dbt_refuses_the_values_that_the_settings_refuse(project: FlagProject) -> None:
    """F1"""
    problems = project.ask("flag_problems", {"cases": CASES}).answer
    assert len(problems) == len(CASES)
    for (name, value), problem in zip(CASES, problems, strict=True):
        assert bool(problem) == refused_by_settings(name, value), (name, value, problem)


def test_dates_are_iso_days_and_units_differ_in_more_than_case(project: FlagProject) -> None:
    """F1, U6"""
    cases: list[tuple[str, Any]] = [
        ("as_of", "2024-02-29"),
        ("as_of", None),
        ("as_of", "2024-13-01"),
        ("as_of", "29-02-2024"),
        ("as_of", "2024-02-29'; drop table x"),
        ("start_date", 20240229),
        ("unit_factors", {"gal": 1, " GAL": 2}),
        ("no_such_flag", True),
    ]
    problems = project.ask("flag_problems", {"cases": cases}).answer
    assert [bool(problem) for problem in problems] == [False, False, True, True, True, True, True, True]


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        (
            {"useMOQ": "yes", "mass_delete_limit": 101, "use_saels_orders": True},
            [
                "flag useMOQ must be true or false",
                "flag mass_delete_limit must be a whole number from 0 to 100",
                "flag use_saels_orders is not a flag that exists",
            ],
        ),
        (
            {
                "use_price_lists": True,
                "unit_filter": True,
                "export_stock_transfers": True,
                "stock_transfer_from": "1",
                "use_sales_orders_multiple_warehouses": False,
                "use_sales_invoices_multiple_warehouses": False,
                "use_buy_orders_multiple_warehouses": False,
            },
            [
                "use_price_lists needs price_list_code",
                "unit_filter needs unit_factors",
                "export_stock_transfers needs stock_transfer_from and stock_transfer_to",
                "use_sales_orders_multiple_warehouses = false needs default_warehouse_id",
                "use_sales_invoices_multiple_warehouses = false needs default_warehouse_id",
                "use_buy_orders_multiple_warehouses = false needs default_warehouse_id",
            ],
        ),
        (
            {"export_stock_transfers": True, "stock_transfer_from": "1", "stock_transfer_to": "1"},
            ["stock_transfer_from and stock_transfer_to are the same warehouse"],
        ),
    ],
)
def test_wrong_flags_stop_dbt_and_are_all_named(
    project: FlagProject, variables: dict[str, Any], words: list[str]
) -> None:
    """F1"""
    outcome = project.run(variables)
    assert outcome.return_code != 0
    output = " ".join(outcome.output.split())
    assert [each for each in words if each not in output] == []


def test_flags_become_sql_that_their_text_cannot_leave(project: FlagProject) -> None:
    """F1, U, P18: quotes are doubled, lists and dicts become typed literals."""
    rendered = project.ask(
        "rendered",
        {},
        {
            "as_of": "2024-03-15",
            "stock_warehouse_ids": "a'); drop table x; --",
            "bo_completed_status": ["3'0", "40"],
            "unit_filter": True,
            "unit_factors": {" Gal'": {"unit": "m'l", "factor": 3750}, "box": 12.5},
            "assortments": {"Class_01": {"X'": "disabled"}},
        },
    ).answer
    del rendered["started"]
    assert rendered == {
        "as_of": "date '2024-03-15'",
        "literals": ["'a''); drop table x; --'", "['3''0', '40']::varchar[]"],
        "unit_factors": (
            "select 'gal''', 'm''l'::varchar, 3750::double union all "
            "select 'box', null::varchar, 12.5::double"
        ),
        "assortments": "select 'class_01', 'X''', 'disabled'",
    }


def test_today_is_the_day_of_the_runs_start_in_exacts_time_zone(project: FlagProject) -> None:
    """C1: 14 hours east of UTC, where most of the day is already tomorrow."""
    rendered = project.ask("rendered", {}, {"exact_timezone": "Pacific/Kiritimati"}).answer
    started = datetime.fromisoformat(rendered["started"]).astimezone(ZoneInfo("Pacific/Kiritimati"))
    assert rendered["as_of"] == f"date '{started.date().isoformat()}'"
