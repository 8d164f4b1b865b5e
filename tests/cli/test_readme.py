"""The README's questions to the warehouse get answers."""

from __future__ import annotations

import re

import duckdb
import pytest

from settings.tenant import PROJECT_ROOT
from tests.cli.conftest import Ran

QUERIES = re.findall(r"```sql\n(.*?)```", (PROJECT_ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)


def test_the_readme_has_examples() -> None:
    assert len(QUERIES) >= 3


@pytest.mark.parametrize("query", QUERIES)
def test_an_example_of_the_readme_answers_on_the_sandbox_company(ran: Ran, query: str) -> None:
    with duckdb.connect(str(ran.world.tenant.published_path), read_only=True) as connection:
        assert connection.execute(query).fetchall()
