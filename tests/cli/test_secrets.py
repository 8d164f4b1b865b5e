"""Secrets and tokens stand in the secrets folder and the token store, and nowhere else, whatever a run does."""

from __future__ import annotations

import duckdb

from pipeline.run import FAILED, OK
from tests.cli.conftest import Ran


def test_the_steps_one_by_one_end_as_they_should(ran: Ran) -> None:
    codes = {name: ended.code for name, ended in ran.ended.items()}
    assert codes == {
        "refused": FAILED,
        "dry run": OK,
        "plan": OK,
        "push": OK,
        "export": OK,
        "status": OK,
        "check": OK,
    }, ran.ended["dry run"].stdout
    assert len(ran.world.optiply.store.rows("products")) > 0


def test_no_secret_is_printed(ran: Ran) -> None:
    for name, ended in ran.ended.items():
        said = ended.stdout + ended.stderr
        assert said
        for secret in ran.secrets:
            assert secret not in said, name


def test_no_secret_stands_in_a_file_beside_the_token_store(ran: Ran) -> None:
    allowed = {ran.world.tenant.state_folder / "exact_tokens.json"}
    files = [path for path in ran.folder.rglob("*") if path.is_file() and path not in allowed]
    files = [path for path in files if ran.world.tenant.secrets_folder not in path.parents]
    assert {"partial_parse.msgpack", "plan_optiply.sql", "warehouse.duckdb"} <= {path.name for path in files}
    for path in files:
        content = path.read_bytes()
        for secret in ran.secrets:
            assert secret.encode() not in content, path


def test_no_secret_stands_in_the_warehouse(ran: Ran) -> None:
    """Table by table, because DuckDB compresses what it stores."""
    with duckdb.connect(str(ran.world.tenant.published_path), read_only=True) as connection:

        def tables_with(words: set[str]) -> set[str]:
            return {
                table
                for (table,) in connection.execute(
                    'select format(\'"{}"."{}"\', table_schema, table_name) from information_schema.tables'
                ).fetchall()
                if connection.execute(
                    f"""
                    select 1 from {table} as whole_row
                    where len(list_filter(?, lambda word: contains(whole_row::varchar, word))) > 0
                    limit 1
                    """,
                    [sorted(words)],
                ).fetchone()
            }

        assert tables_with(ran.secrets) == set()
        # the search does find what is there
        (code,) = connection.execute(
            "select min(sku_code) from marts.optiply_products where status = 'enabled' and sku_code like 'ART-%'"
        ).fetchone() or ("",)
        assert {'"raw_exact"."items"', '"marts"."optiply_products"', '"ledger"."records"'} <= tables_with(
            {code}
        )


def test_no_secret_stands_in_the_archive_of_what_was_sent(ran: Ran) -> None:
    """Its files are compressed. `status` says where they are."""
    folder = ran.world.tenant.data_folder / "archive"
    rows = duckdb.sql(
        f"select api, method, count(*), string_agg(r::varchar) from '{folder}/*/*.parquet' r group by all"
    )
    words = {(api, method): text for api, method, _, text in rows.fetchall()}
    assert ("optiply", "POST") in words and ("exact", "GET") not in words
    for secret in ran.secrets:
        assert all(secret not in text for text in words.values())
    assert f"from '{folder}/*/*.parquet'" in ran.ended["status"].stdout.replace("\n", "")


def test_the_token_store_is_its_owners_alone(ran: Ran) -> None:
    file = ran.world.tenant.state_folder / "exact_tokens.json"
    assert file.stat().st_mode & 0o777 == 0o600
