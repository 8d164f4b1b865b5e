"""The body of a write: read from JSON or Atom XML, and held against the rule of its path."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from xml.etree import ElementTree

from sandbox.company.company import Row
from sandbox.exact import edm
from sandbox.exact.atom import ATOM, DATA, METADATA
from sandbox.exact.refusals import Refused, label, mandatory
from sandbox.exact.write_rules import WriteRule, collection_path, write_rules

RELATED = f"{DATA}/related/"


class XmlText(str):
    """Text of an XML element: its type is the property's, not JSON's."""


@dataclass(frozen=True)
class Written:
    """A body that may be done: plain fields (a null clears), and the lines of each collection."""

    fields: Row
    lines: Mapping[str, list[Row]]


def read_body(content_type: str, body: bytes) -> dict[str, Any]:
    """The properties by name, lines as lists. Refused 400 where it cannot be read, 415 for another format."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/json":
        try:
            found = json.loads(body)
        except ValueError as error:
            raise Refused(400, f"Error processing request stream: {error}.") from error
        if not isinstance(found, dict):
            raise Refused(400, "Error processing request stream: an object is expected.")
        return found
    if kind in ("application/atom+xml", "application/xml"):
        try:
            return _properties_of(ElementTree.fromstring(body))
        except ElementTree.ParseError as error:
            raise Refused(400, f"Error processing request stream: {error}.") from error
    raise Refused(415, f"Unsupported media type '{kind}'.")


def check_body(rule: WriteRule, raw: Mapping[str, Any], method: Literal["POST", "PUT"]) -> Written:
    """Hold a body against the rule: names, read-only fields, types, and on POST what is mandatory."""
    allowed = rule.post if method == "POST" else rule.put
    fields: Row = {}
    lines: dict[str, list[Row]] = {}
    for name, value in raw.items():
        if name == "__metadata":
            continue
        if name not in allowed:
            raise _not_writable(rule, name)
        lines_path = collection_path(allowed[name])
        if lines_path is None:
            fields[name] = _typed(allowed[name], name, value)
        else:
            lines[name] = _lines(lines_path, name, value)
    if method == "POST":
        for name in rule.required:
            if fields.get(name) in (None, "") and not lines.get(name):
                raise mandatory(name)
    return Written(fields, lines)


def _lines(path: str, name: str, value: Any) -> list[Row]:
    entries = value.get("results") if isinstance(value, dict) else value
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise Refused(400, f"Error processing request stream: '{name}' is no collection.")
    line_rule = write_rules().get(path.lower())
    if line_rule is None:
        if entries:
            raise Refused(501, f"Not implemented: '{name}'.")
        return []
    checked = [check_body(line_rule, entry, "POST") for entry in entries]
    return [written.fields for written in checked]


def _typed(edm_type: str, name: str, value: Any) -> Any:
    try:
        return (
            edm.from_text(edm_type, value)
            if isinstance(value, XmlText)
            else edm.from_request(edm_type, value)
        )
    except ValueError as error:
        if edm_type == "Guid":
            raise Refused(400, f"Ongeldige GUID: {label(name)}") from error
        raise Refused(
            400,
            "Error processing request stream. Error encountered in converting the value from request payload "
            f"for property '{name}' to type 'Edm.{edm_type}'.",
        ) from error


def _not_writable(rule: WriteRule, name: str) -> Refused:
    if name in rule.read_only or name in rule.post:
        return Refused(400, f"Property '{name}' is read-only.")
    type_name = rule.path.rpartition("/")[2]
    return Refused(400, f"The property '{name}' does not exist on type 'Exact.Web.Api.Models.{type_name}'.")


def _properties_of(entry: ElementTree.Element) -> dict[str, Any]:
    properties = entry.find(f"{{{ATOM}}}content/{{{METADATA}}}properties")
    if properties is None:
        raise Refused(400, "Error processing request stream: no m:properties.")
    found: dict[str, Any] = {}
    for element in properties:
        is_null = element.get(f"{{{METADATA}}}null") == "true"
        found[element.tag.rpartition("}")[2]] = None if is_null else XmlText(element.text or "")
    for link in entry.findall(f"{{{ATOM}}}link"):
        inline = link.find(f"{{{METADATA}}}inline")
        if inline is not None and link.get("rel", "").startswith(RELATED):
            name = link.get("rel", "").removeprefix(RELATED)
            found[name] = [_properties_of(one) for one in inline.findall(f"{{{ATOM}}}feed/{{{ATOM}}}entry")]
    return found
