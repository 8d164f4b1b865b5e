"""Files that belong to a record: Exact keeps them in a document, which the record then names (X11)."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from apis.exact.odata import Guid, and_, eq
from load.exact.sinks.once import Entry, Once

DOCUMENTS = "documents/Documents"
DOCUMENT_ATTACHMENTS = "documents/DocumentAttachments"
PURCHASE_INVOICE = 20  # the type of document that the incumbent makes


class AttachmentUnreadable(Exception):
    """The file of an attachment cannot be read, or is no base64. The message names it."""


@dataclass(frozen=True)
class Attachment:
    """content: base64."""

    file_name: str
    content: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.content.encode()).hexdigest()


def read_attachments(given: Any, folder: Path) -> tuple[Attachment, ...]:
    """`[{"FileName": .., "Attachment": <base64>}]`, or with `path`, relative to `folder`, in place of the content.

    Raises AttachmentUnreadable.
    """
    if not isinstance(given, list):
        raise AttachmentUnreadable("attachments is no list")
    found = [_read(each, folder) for each in given]
    if len({each.file_name for each in found}) < len(found):
        raise AttachmentUnreadable("two attachments have one FileName")
    return tuple(found)


def _read(given: Any, folder: Path) -> Attachment:
    if not isinstance(given, Mapping) or not set(given) <= {"FileName", "Attachment", "path"}:
        raise AttachmentUnreadable("an attachment has FileName and Attachment, or path")
    if path := given.get("path"):
        try:
            content = base64.b64encode((folder / str(path)).read_bytes()).decode()
        except OSError as error:
            raise AttachmentUnreadable(f"attachment {path} cannot be read: {error.strerror}") from error
        return Attachment(str(given.get("FileName") or Path(str(path)).name), content)
    name, encoded = given.get("FileName"), given.get("Attachment")
    if not name or not isinstance(encoded, str) or not encoded:
        raise AttachmentUnreadable("an attachment has FileName and Attachment, or path")
    try:
        base64.b64decode(encoded, validate=True)
    except ValueError as error:  # also of text that is not ASCII
        raise AttachmentUnreadable(f"attachment {name} is no base64") from error
    return Attachment(str(name), encoded)


def attach(
    once: Once, key: str, subject: str, attachments: Sequence[Attachment], division: int | None
) -> str:
    """The id of the document that holds the files, made now or by an earlier try. Raises what `Once.make` does."""
    document = _make(
        once,
        "Documents",
        f"{key}/document",
        DOCUMENTS,
        {"Subject": subject, "Type": PURCHASE_INVOICE},
        and_(eq("Subject", subject), eq("Type", PURCHASE_INVOICE)),
        division,
    )
    for each in attachments:
        _make(
            once,
            "DocumentAttachments",
            f"{key}/{each.file_name}#{each.digest[:12]}",
            DOCUMENT_ATTACHMENTS,
            {"Document": document, "FileName": each.file_name, "Attachment": each.content},
            and_(eq("Document", Guid(document)), eq("FileName", each.file_name)),
            division,
        )
    return document


def _make(
    once: Once,
    entity: str,
    key: str,
    path: str,
    body: Mapping[str, Any],
    condition: str,
    division: int | None,
) -> str:
    known = once.accepted(entity, key)
    if known is not None and known[1]:
        return known[1]
    # the file itself does not belong into the ledger
    payload = json.dumps({name: value for name, value in body.items() if name != "Attachment"})
    entry = Entry(entity, key, path, "ID", body, condition, division, payload, payload_hash=key)
    return once.make(entry, look_first=False).exact_id
