"""PC5: the SQL that breaks loops of compositions gives the answer of the plain procedure, on any graphs."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import duckdb
from jinja2 import Template

from settings.tenant import PROJECT_ROOT

MODEL = PROJECT_ROOT / "dbt_project/models/intermediate/compositions/int_compositions__loops.sql"
GRAPHS = 60
Edge = tuple[str, str]  # the composed item and its part


def some_graphs(random: Random) -> list[Edge]:
    """Edges from the oldest on, of graphs that share no item. Some are full of loops, some have none."""
    edges = []
    for graph in range(GRAPHS):
        items = [f"{graph}-{number}" for number in range(random.choice([2, 3, 4, 6, 9]))]
        possible = [(composed, part) for composed in items for part in items]
        edges += random.sample(possible, random.randint(1, min(len(possible), 3 * len(items))))
    random.shuffle(edges)
    return edges


def closing_a_loop(edges: list[Edge]) -> Iterator[str]:
    """From the oldest on: the remote ids of those that close a loop over the ones that stayed. An item that is part
    of itself is another case, and closes no loop of others."""
    parts: dict[str, list[str]] = {}
    for composed, part in edges:
        reached, ahead = {part}, [part]
        while ahead:
            new = set(parts.get(ahead.pop(), ())) - reached
            reached |= new
            ahead += new
        if composed not in reached:
            parts.setdefault(composed, []).append(part)
        elif composed != part:
            yield f"{composed}:{part}"


def test_from_the_oldest_on_what_closes_a_loop_over_those_that_stay_is_dropped() -> None:
    """PC5."""
    random = Random(5)
    edges = some_graphs(random)
    rows = [(f"{composed}:{part}", composed, part, age) for age, (composed, part) in enumerate(edges)]
    random.shuffle(rows)
    with duckdb.connect() as connection:
        connection.execute(
            "create table pairs (remote_id varchar, composed_item_id varchar, part_item_id varchar, created_at"
            " timestamp, first_material_id varchar)"
        )
        connection.execute(
            f"insert into pairs values {', '.join(['(?, ?, ?, make_timestamp(?), null)'] * len(rows))}",
            [value for row in rows for value in row],
        )
        sql = Template(MODEL.read_text(encoding="utf-8")).render(ref=lambda _: "pairs")
        found = [remote_id for (remote_id,) in connection.execute(sql).fetchall()]
    expected = list(closing_a_loop(edges))
    assert len(expected) > GRAPHS
    assert sorted(found) == sorted(expected)
