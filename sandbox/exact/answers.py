"""Turns pages, entries and refusals into HTTP answers, as Atom XML or as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

from werkzeug import Request, Response

from sandbox.company.company import Row, Value
from sandbox.exact import atom, odata_json
from sandbox.exact.atom import Entry
from sandbox.exact.entity_sets import EntitySet, standard_set
from sandbox.exact.odata_query import Query
from sandbox.exact.reading import Page, Reader
from sandbox.exact.refusals import Refused

URL_SAFE = "$',()=*:@/"


@dataclass(frozen=True)
class Form:
    """How one request wants its answer. `folder`: URL of the entity set's folder, with closing slash."""

    is_json: bool
    folder: str
    updated: str


def form_of(request: Request, now: float) -> Form:
    """`now`: seconds since the epoch. JSON on `Accept: application/json` or `$format=json`, else Atom."""
    accept = request.headers.get("Accept", "").lower()
    is_json = request.args.get("$format") == "json" or "application/json" in accept
    folder = request.base_url.split("(")[0].rpartition("/")[0] + "/"
    return Form(is_json, folder, datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))


def feed(form: Form, entity_set: EntitySet, query: Query, page: Page, reader: Reader) -> Response:
    """One page with its next link."""
    entries = [entry_of(entity_set, row, query, reader) for row in page.rows]
    next_link = None
    if page.next_options is not None:
        pairs = (
            f"{quote(name, URL_SAFE)}={quote(value, URL_SAFE)}" for name, value in page.next_options.items()
        )
        next_link = f"{form.folder}{entity_set.name}?{'&'.join(pairs)}"
    if form.is_json:
        text = odata_json.feed(entries, root=form.folder, next_link=next_link, count=page.count)
        return _response(200, text, "application/json;charset=utf-8")
    text = atom.feed(
        entity_set, entries, root=form.folder, updated=form.updated, next_link=next_link, count=page.count
    )
    return _response(200, text, "application/atom+xml;type=feed;charset=utf-8")


def single(
    form: Form, one: Entry, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """One entry as the whole answer."""
    if form.is_json:
        text, kind = odata_json.single(one, root=form.folder), "application/json;charset=utf-8"
    else:
        text = atom.entry(one, root=form.folder, updated=form.updated)
        kind = "application/atom+xml;type=entry;charset=utf-8"
    return _response(status, text, kind, headers)


def function_result(form: Form, name: str, values: Mapping[str, tuple[str, Value]]) -> Response:
    if form.is_json:
        return _response(200, odata_json.function_result(values), "application/json;charset=utf-8")
    return _response(200, atom.function_result(name, values), "application/xml;charset=utf-8")


def refusal(refused: Refused, *, is_json: bool) -> Response:
    """The error document, with the words in a `Reason` header too where they fit in one."""
    headers = dict(refused.headers)
    if refused.message.isascii():
        headers["Reason"] = refused.message
    if is_json:
        return _response(
            refused.status, odata_json.error(refused.message), "application/json;charset=utf-8", headers
        )
    return _response(refused.status, atom.error(refused.message), "application/xml;charset=utf-8", headers)


def entry_of(entity_set: EntitySet, row: Row, query: Query, reader: Reader) -> Entry:
    """An entry as the query wants it: its fields, its expanded collections, links to the others."""
    children: dict[str, tuple[EntitySet, Sequence[str], Sequence[Row]]] = {}
    for name, select in query.expand.items():
        child_set = standard_set(entity_set.collections[name].stream)
        assert child_set is not None  # parse_query has looked it up
        children[name] = (child_set, select, reader.children(entity_set, row, name))
    links = tuple(link.name for link in query.links)
    return Entry(entity_set, row, query.select, links, children)


def key_literal(entity_set: EntitySet, row: Row) -> str:
    """What stands between the parentheses of an entry's address."""
    return atom.key_text(entity_set, row).partition("(")[2].removesuffix(")")


def _response(
    status: int, text: str, content_type: str, headers: Mapping[str, str] | None = None
) -> Response:
    body = text.encode("utf-8", errors="replace")  # a lone surrogate has no UTF-8
    response = Response(body, status=status, content_type=content_type)
    response.headers["DataServiceVersion"] = "2.0;"
    response.headers.update(dict(headers or {}))
    return response
