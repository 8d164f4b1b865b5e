"""What the sandbox says no to: a status and the error entries of the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Problem:
    """One error entry. `attribute` becomes the source pointer. `as_meta`: the text stands in `meta.message`,
    where the API puts what its own parts complain about, not in `detail`."""

    text: str
    attribute: str | None = None
    as_meta: bool = False

    def entry(self, status: int) -> dict[str, Any]:
        said: dict[str, Any] = {"meta": {"message": self.text}} if self.as_meta else {"detail": self.text}
        entry = {"status": str(status)} | said
        if self.attribute is not None:
            entry["source"] = {"pointer": f"/data/attributes/{self.attribute}"}
        return entry


class RefusedError(Exception):
    """`problems` are empty where the answer is a plain `{"message": …}`, as for 401, 404 and 405."""

    def __init__(self, status: int, message: str, problems: list[Problem] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.problems = problems or []

    def body(self) -> dict[str, Any]:
        if self.problems:
            return {"errors": [problem.entry(self.status) for problem in self.problems]}
        return {"message": self.message}
