"""docs/streams.md, written from the stream catalogue: `python -m extract.streams_page`."""

from __future__ import annotations

from pathlib import Path

from extract.exact.catalogue import Stream, catalogue
from extract.exact.selection import ALWAYS

PAGE = Path("docs/streams.md")
INTRODUCTION = """\
# The streams of Exact

Written by `python -m extract.streams_page` from `extract/exact/streams/`. Do not edit by hand.

*read*: always, or only where a flag needs it (`extract/exact/selection.py`) or a person asks (`extract <stream>`,
`extract --all`). *default*: the endpoint that we read unless the tenant file says otherwise (`exact.variant`,
`exact.variants`); where the licence lacks it, the next of the others is taken. *rows*: on a page. *cursor*: the field
by which a read finds what changed; without one the stream is read whole. *deleted*: the entity types by which the
stream `deleted` tells what is gone; **daily**: read from the beginning once a day, because nothing else tells.
*why not the seed's path*: what stands instead of the path of the seed document, and why.
"""
HEADER = (
    "stream",
    "path in the seed",
    "read",
    "default",
    "rows",
    "cursor",
    "others",
    "deleted",
    "why not the seed's path",
)
NO_ENDPOINT = "no endpoint of the API has this path"
BETTER = "more rows a page, and it tells every change"


def page() -> str:
    """The whole page, as Markdown."""
    lines = [_row(HEADER), "|---" * len(HEADER) + "|", *(_row(_cells(one)) for one in catalogue().values())]
    return INTRODUCTION + "\n" + "\n".join(lines) + "\n"


def _cells(stream: Stream) -> tuple[str, ...]:
    default = stream.endpoint()
    others = [one.path for one in stream.endpoints.values() if one.variant != default.variant]
    types = [str(code) for code in stream.deleted_entity_types]
    return (
        stream.name,
        _code(stream.seed_path or ""),
        "always" if stream.name in ALWAYS else "when needed",
        _code(default.path),
        str(default.page_size),
        default.cursor or "",
        ", ".join(map(_code, others)),
        ", ".join(types + ["**daily**"] * stream.is_read_whole_daily),
        why_not_the_seeds_path(stream),
    )


def why_not_the_seeds_path(stream: Stream) -> str:
    """Empty where the seed's path is read, or where the seed names none."""
    if stream.seed_path is None or stream.seed_path == stream.endpoint().path:
        return ""
    serves = any(stream.seed_path == endpoint.path for endpoint in stream.endpoints.values())
    return BETTER if serves else NO_ENDPOINT


def _row(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


def _code(path: str) -> str:
    return f"`{path}`" if path else ""


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
