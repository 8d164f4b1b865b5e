"""Faults that a sandbox server shows on demand, by method and path, at a request, every so many or by chance.

    {"kind": "reset_after_work", "method": "POST", "path": "*/products", "at": 3}
    {"kind": "latency", "path": "*", "probability": 0.1, "seed": 7, "seconds": 0.2}

Which kinds there are is the server's business: `Faults(kinds)` refuses others.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator


class FaultRule(BaseModel):
    """One rule. `path` and `method` are globs; `*` crosses slashes.

    Of `at` (the nth request that the rule matches, from 1), `every` (each nth) and `probability` at most one;
    without any the rule fires always. `times` ends it after so many firings. `seconds` is the length of a
    latency, `retry_after` the seconds of that header where the kind sends it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str
    path: str = "*"
    method: str = "*"
    at: Annotated[int, Field(ge=1)] | None = None
    every: Annotated[int, Field(ge=1)] | None = None
    probability: Annotated[float, Field(ge=0, le=1)] | None = None
    seed: int = 0
    times: Annotated[int, Field(ge=1)] | None = None
    seconds: Annotated[float, Field(ge=0)] = 0.0
    retry_after: Annotated[int, Field(ge=0)] | None = None

    @model_validator(mode="after")
    def _one_schedule(self) -> FaultRule:
        if sum(value is not None for value in (self.at, self.every, self.probability)) > 1:
            raise ValueError("at, every and probability exclude each other")
        return self


RULES = TypeAdapter(list[FaultRule])


class _Armed:
    def __init__(self, rule: FaultRule) -> None:
        self.rule = rule
        self.seen = 0
        self.fired = 0
        self._chance = random.Random(rule.seed)

    def fires(self, method: str, path: str) -> bool:
        rule = self.rule
        if not (fnmatchcase(method, rule.method) and fnmatchcase(path, rule.path)):
            return False
        self.seen += 1
        if rule.at is not None:
            due = self.seen == rule.at
        elif rule.every is not None:
            due = self.seen % rule.every == 0
        elif rule.probability is not None:
            due = self._chance.random() < rule.probability
        else:
            due = True
        if not due or (rule.times is not None and self.fired >= rule.times):
            return False
        self.fired += 1
        return True


class Faults:
    """The rules in force, thread-safe. `kinds`: those the server knows how to show."""

    def __init__(self, kinds: Iterable[str]) -> None:
        self.kinds = frozenset(kinds)
        self._armed: list[_Armed] = []
        self._lock = threading.Lock()

    def set(self, rules: Sequence[FaultRule | Mapping[str, Any]]) -> None:
        """Replace all rules; counting starts again. ValueError names a kind that is unknown or a bad key."""
        checked = RULES.validate_python(rules)
        for rule in checked:
            if rule.kind not in self.kinds:
                raise ValueError(f"unknown fault kind {rule.kind!r}; known: {', '.join(sorted(self.kinds))}")
        with self._lock:
            self._armed = [_Armed(rule) for rule in checked]

    def due(self, method: str, path: str) -> list[FaultRule]:
        """The rules that fire for this request, in their order. Counts the request."""
        with self._lock:
            return [armed.rule for armed in self._armed if armed.fires(method, path)]

    def status(self) -> list[dict[str, Any]]:
        """Each rule with how many requests it matched (`seen`) and how often it fired."""
        with self._lock:
            return [
                armed.rule.model_dump(exclude_none=True) | {"seen": armed.seen, "fired": armed.fired}
                for armed in self._armed
            ]
