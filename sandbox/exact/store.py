"""The rows of one division, by stream, each with a row version (Timestamp) above all earlier ones.

Every change makes a new row object, so a reader can go on with the rows it took while others write.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from extract.exact.catalogue import Stream
from sandbox.company.company import Company, Row, Value
from sandbox.exact.catalogue import catalogue
from sandbox.exact.entity_sets import collections_of, combined_lines

FIRST_TIMESTAMP = 1_000_000  # any number: a row version is no time
DUTCH_TIME = ZoneInfo("Europe/Amsterdam")
SANDBOX_USER = "5a4d1c9e-0000-4000-8000-000000000001"
MODIFIED_FIELDS = ("Modified", "sysmodified")

Key = tuple[Value, ...]


class UnknownRow(KeyError):
    """No row of that stream has that key."""

    def __str__(self) -> str:
        return str(self.args[0])


class Store:
    """Thread-safe. Streams that share rows (`rows_of`) are one table; any of their names will do.

    `clock`: seconds since the epoch; rows get Dutch local time without zone.
    """

    def __init__(self, company: Company, clock: Callable[[], float]) -> None:
        self.division = company.division
        self._clock = clock
        self._lock = threading.RLock()
        self._timestamp = FIRST_TIMESTAMP
        self._tables: dict[str, dict[Key, Row]] = {}
        # stream -> field -> value -> rows: made when children are first asked for, kept up to date from then on
        self._indexes: dict[str, dict[str, dict[Value, dict[Key, Row]]]] = {}
        self._revisions: dict[str, int] = {}
        self._fill(company)

    @property
    def lock(self) -> threading.RLock:
        """Hold it where a check and a change belong together."""
        return self._lock

    def now(self) -> datetime:
        """Dutch local time, naive, whole milliseconds."""
        moment = datetime.fromtimestamp(self._clock(), DUTCH_TIME).replace(tzinfo=None)
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)

    def utc_offset(self) -> timedelta:
        return datetime.fromtimestamp(self._clock(), DUTCH_TIME).utcoffset() or timedelta()

    def rows(self, stream: str) -> list[Row]:
        """All rows of a stream at this moment; not to be changed."""
        with self._lock:
            return list(self._table(stream).values())

    def revision(self, stream: str) -> int:
        """Grows with every change of the stream's rows."""
        with self._lock:
            return self._revisions.get(_owner(stream).name, 0)

    def find(self, stream: str, value: Value, field: str | None = None) -> Row | None:
        """The first row whose field (default: the first field of the key) has the value."""
        owner = _owner(stream)
        with self._lock:
            table = self._table(stream)
            if field is None and len(owner.key) == 1:
                return table.get((value,))
            name = field or owner.key[0]
            return next((row for row in table.values() if row.get(name) == value), None)

    def children(self, stream: str, field: str, value: Value) -> list[Row]:
        """The rows of `stream` whose `field` has the value, in line order."""
        with self._lock:
            found = list(self._index(stream, field).get(value, {}).values())
        return sorted(found, key=lambda row: _whole(row.get("LineNumber")))

    def insert(self, stream: str, fields: Mapping[str, Value]) -> Row:
        """Add a row; fills a missing guid key, Created, Modified and their user. ValueError: key exists."""
        owner = _owner(stream)
        names = {field.name: field.edm_type for field in owner.fields}
        with self._lock:
            row: Row = {name: value for name, value in fields.items() if value is not None}
            if owner.key[0] not in row and names.get(owner.key[0]) == "Guid":
                row[owner.key[0]] = str(uuid.uuid4())
            for name in ("Created", *MODIFIED_FIELDS):
                if name in names:
                    row.setdefault(name, self.now())
            for name in ("Creator", "Modifier"):
                if name in names:
                    row.setdefault(name, SANDBOX_USER)
            if "Division" in names:
                row.setdefault("Division", self.division)
            if _key(owner, row) in self._table(stream):
                raise ValueError(f"{stream}: {_key(owner, row)} exists already")
            self._place_among_lines(owner, row)
            stored = self._put(owner, row)
            self._renew_siblings(owner, stored)
            return stored

    def change(self, stream: str, key: Value, fields: Mapping[str, Value]) -> Row:
        """Set fields (None clears one); renews Modified, unless it is among the fields, and Timestamp.

        `key`: the first field of the stream's key. UnknownRow where it is not found.
        """
        owner = _owner(stream)
        with self._lock:
            before = self.find(stream, key)
            if before is None:
                raise UnknownRow(f"{stream}: no row {key}")
            names = {field.name for field in owner.fields}
            renewed: Row = {name: self.now() for name in MODIFIED_FIELDS if name in names}
            after = {**before, **renewed, **fields}
            self._take_out(owner, before)
            stored = self._put(owner, {name: value for name, value in after.items() if value is not None})
            self._renew_siblings(owner, stored)
            return stored

    def delete(self, stream: str, key: Value) -> None:
        """Remove the rows with that first key field, and their lines; logs in `deleted` what Exact logs."""
        owner = _owner(stream)
        with self._lock:
            if self.find(stream, key) is None:
                raise UnknownRow(f"{stream}: no row {key}")
            for child in catalogue().values():
                if child.parent == owner.name and child.rows_of == child.name:
                    link = _link_to_parent(owner, child)
                    for line in self.children(child.name, link, key) if link else []:
                        self._remove(child, line)
            gone = [row for row in self._table(stream).values() if row.get(owner.key[0]) == key]
            for row in gone:
                self._remove(owner, row)
                self._renew_siblings(owner, row)

    def renew_timestamps(self, stream: str, *, beginning: int | None = None) -> None:
        """Give every row of a stream a new row version, as a division move does.

        beginning: row versions count up from there again, as on the database that the division moved to.
        """
        owner = _owner(stream)
        with self._lock:
            if beginning is not None:
                self._timestamp = beginning
            for row in self.rows(stream):
                self._put(owner, row)

    def last_timestamp(self) -> int:
        with self._lock:
            return self._timestamp

    def _table(self, stream: str) -> dict[Key, Row]:
        return self._tables.setdefault(_owner(stream).name, {})

    def _put(self, owner: Stream, row: Row) -> Row:
        self._timestamp += 1
        stored = {**row, "Timestamp": self._timestamp}
        table, key = self._table(owner.name), _key(owner, stored)
        if key in table:
            self._unindex(owner, key, table[key])
        table[key] = stored
        for field, index in self._indexes.get(owner.name, {}).items():
            index.setdefault(stored.get(field), {})[key] = stored
        self._revisions[owner.name] = self._revisions.get(owner.name, 0) + 1
        return stored

    def _index(self, stream: str, field: str) -> dict[Value, dict[Key, Row]]:
        fields = self._indexes.setdefault(_owner(stream).name, {})
        if field not in fields:
            fields[field] = {}
            for key, row in self._table(stream).items():
                fields[field].setdefault(row.get(field), {})[key] = row
        return fields[field]

    def _take_out(self, owner: Stream, row: Row) -> None:
        key = _key(owner, row)
        self._unindex(owner, key, self._table(owner.name).pop(key))

    def _unindex(self, owner: Stream, key: Key, row: Row) -> None:
        for field, index in self._indexes.get(owner.name, {}).items():
            del index[row.get(field)][key]

    def _remove(self, owner: Stream, row: Row) -> None:
        self._take_out(owner, row)
        self._revisions[owner.name] = self._revisions.get(owner.name, 0) + 1
        if owner.deleted_entity_types:
            entry: Row = {
                "ID": str(uuid.uuid4()),
                "EntityType": owner.deleted_entity_types[0],
                "EntityKey": row.get(owner.key[0]),
                "DeletedDate": self.now(),
                "DeletedBy": SANDBOX_USER,
                "Division": self.division,
            }
            self._put(_owner("deleted"), entry)

    def _place_among_lines(self, owner: Stream, row: Row) -> None:
        """Combined endpoints need a row ID and LineNumber 0 on headers, 1 and up on lines."""
        for header, (lines, link) in combined_lines().items():
            if owner.name == header:
                row.setdefault("ID", str(uuid.uuid5(uuid.NAMESPACE_OID, str(row[link]))))
                row.setdefault("LineNumber", 0)
            elif owner.name == lines and "LineNumber" not in row:
                siblings = self.children(lines, link, row.get(link))
                row["LineNumber"] = 1 + max((_whole(one.get("LineNumber")) for one in siblings), default=0)

    def _renew_siblings(self, owner: Stream, row: Row) -> None:
        """A change of a header or of a line renews the Timestamp of the header and of all its lines."""
        for header, (lines, link) in combined_lines().items():
            if owner.name not in (header, lines):
                continue
            own_key = _key(owner, row)
            for stream in (header, lines):
                for sibling in self.children(stream, link, row.get(link)):
                    if stream != owner.name or _key(_owner(stream), sibling) != own_key:
                        self._put(_owner(stream), sibling)

    def _fill(self, company: Company) -> None:
        """Take the company's rows over as they are; lines follow their header, as they do at Exact."""
        with_lines = combined_lines()
        lines_taken = {lines for header, (lines, _) in with_lines.items() if header in company.rows}
        for stream, rows in company.rows.items():
            owner = _owner(stream)
            if owner.name in lines_taken:
                continue
            by_parent: dict[Value, list[Row]] = {}
            if owner.name in with_lines:
                lines, link = with_lines[owner.name]
                for line in company.rows_of(lines):
                    by_parent.setdefault(line.get(link), []).append(line)
            for row in rows:
                self._take(owner, row)
                if owner.name in with_lines:
                    for number, line in enumerate(by_parent.pop(row.get(owner.key[0]), []), start=1):
                        self._take(_owner(with_lines[owner.name][0]), {"LineNumber": number, **line})
            for orphans in by_parent.values():
                for line in orphans:
                    self._take(_owner(with_lines[owner.name][0]), line)
        self._add_administration()

    def _take(self, owner: Stream, row: Row) -> None:
        if owner.name in combined_lines():
            row = dict(row)
            self._place_among_lines(owner, row)
        if _key(owner, row) in self._table(owner.name):
            raise ValueError(f"{owner.name}: the company has two rows {_key(owner, row)}")
        self._put(owner, row)

    def _add_administration(self) -> None:
        """The division itself and the user behind the token, where the company does not describe them."""
        if self.find("divisions", self.division) is None:
            self.insert(
                "divisions",
                {"Code": self.division, "Description": "Sandbox", "Country": "NL", "Currency": "EUR"},
            )
        if not self._table("me"):
            self.insert(
                "me",
                {
                    "UserID": SANDBOX_USER,
                    "FullName": "Sandbox",
                    "CurrentDivision": self.division,
                    "Language": "NL-NL",
                },
            )


def _owner(stream: str) -> Stream:
    """The stream whose table holds the rows. KeyError names a stream that the catalogue does not know."""
    if stream not in catalogue():
        raise KeyError(f"no stream {stream!r} in the catalogue")
    return catalogue()[catalogue()[stream].rows_of]


def _key(owner: Stream, row: Mapping[str, Value]) -> Key:
    return tuple(row.get(name) for name in owner.key)


def _whole(value: Value) -> int:
    return int(value) if isinstance(value, int | float) else 0


def _link_to_parent(parent: Stream, child: Stream) -> str | None:
    links = [
        collection.child_field
        for collection in collections_of(parent.name).values()
        if collection.stream == child.name and collection.parent_field == parent.key[0]
    ]
    return links[0] if links else None
