"""`$filter`: a text becomes a typed expression that tells whether a row matches.

    parse_filter("Modified ge datetime'2024-01-01T00:00:00' and not (Stock gt 0)", fields).matches(row)

Operators eq ne gt ge lt le and or not; functions startswith endswith substringof trim tolower toupper.
A comparison of two types that do not go together is refused, as the real server refuses it.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox.company.company import Row, Value
from sandbox.exact.edm import NUMBERS, parse_datetime, parse_guid
from sandbox.exact.refusals import Refused

MOST_LEVELS = 50
TOKEN = re.compile(
    r"""\s*(?:
      (?P<guid>guid'(?P<guid_text>[^']*)')
    | (?P<datetime>datetime'(?P<datetime_text>[^']*)')
    | (?P<string>'(?P<string_text>(?:[^']|'')*)')
    | (?P<number>-?(?:\d+\.\d*|\.\d+|\d+)(?:[eE][-+]?\d+)?(?P<suffix>[LlDdFfMm]?)(?![\w.]))
    | (?P<word>[A-Za-z_]\w*(?:/[A-Za-z_]\w*)*)
    | (?P<mark>[(),])
    )""",
    re.VERBOSE,
)
# field type -> the kinds of literal and field that it can be compared to
KINDS: Mapping[str, str] = {
    **dict.fromkeys(NUMBERS, "number"),
    **{name: name for name in ("String", "Guid", "DateTime", "Boolean", "Binary", "Complex")},
}
COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}
ORDERED_KINDS = frozenset({"number", "String", "DateTime"})
FUNCTIONS: Mapping[str, tuple[int, str, Callable[..., Any]]] = {
    "startswith": (2, "Boolean", lambda text, start: text.startswith(start)),
    "endswith": (2, "Boolean", lambda text, end: text.endswith(end)),
    "substringof": (2, "Boolean", lambda part, text: part in text),
    "trim": (1, "String", str.strip),
    "tolower": (1, "String", str.lower),
    "toupper": (1, "String", str.upper),
}


@dataclass(frozen=True)
class Comparison:
    """`field operator literal`, where the whole filter is just that."""

    field: str
    operator: str
    value: Value


@dataclass(frozen=True)
class Expression:
    """`kind`: number, String, Guid, DateTime, Boolean or null; `fields`: every field it reads."""

    kind: str
    value: Callable[[Row], Value]
    fields: frozenset[str] = field(default_factory=frozenset)
    comparison: Comparison | None = None

    def matches(self, row: Row) -> bool:
        return self.value(row) is True


@dataclass(frozen=True)
class Token:
    kind: str
    value: Value
    position: int


def tokens(text: str) -> list[Token]:
    """The words, marks and literals of an expression. Refused (400) where it cannot be read."""
    found = []
    position = 0
    end = len(text.rstrip())
    while position < end:
        match = TOKEN.match(text, position)
        if match is None:
            raise Refused(400, f"Syntax error at position {position}.")
        found.append(_token(match, position))
        position = match.end()
    return found


def _token(match: re.Match[str], position: int) -> Token:
    try:
        if match["guid"]:
            return Token("Guid", parse_guid(match["guid_text"]), position)
        if match["datetime"]:
            return Token("DateTime", parse_datetime(match["datetime_text"]), position)
        if match["string"]:
            return Token("String", match["string_text"].replace("''", "'"), position)
        if match["number"]:
            suffix = match["suffix"].lower()
            digits = match["number"].rstrip("LlDdFfMm")
            whole = suffix == "l" or (digits.lstrip("-").isdigit() and not suffix)
            return Token("number", int(digits) if whole else float(digits), position)
    except ValueError as error:
        raise Refused(400, f"Unrecognized literal at position {position}: {error}.") from error
    if match["word"] in ("true", "false"):
        return Token("Boolean", match["word"] == "true", position)
    if match["word"] == "null":
        return Token("null", None, position)
    return Token("word" if match["word"] else "mark", match["word"] or match["mark"], position)


def literals(text: str) -> tuple[Value, ...]:
    """The values of `$skiptoken` or of a key: literals with commas between them."""
    found = tokens(text)
    values, marks = found[0::2], found[1::2]
    if not values or len(values) != len(marks) + 1 or any(mark.value != "," for mark in marks):
        raise Refused(400, f"Syntax error in {text!r}.")
    if wrong := next((token for token in values if token.kind in ("word", "mark")), None):
        raise Refused(400, f"Syntax error at position {wrong.position} in {text!r}.")
    return tuple(token.value for token in values)


def parse_filter(text: str, fields: Mapping[str, str]) -> Expression:
    """`fields`: Edm type by name. Refused (400) says what does not fit and where."""
    parser = _Parser(tokens(text), fields)
    expression = parser.disjunction(0)
    parser.expect_end()
    if expression.kind != "Boolean":
        raise Refused(400, f"Expression of type '{expression.kind}' is not a condition.")
    return expression


class _Parser:
    def __init__(self, found: Sequence[Token], fields: Mapping[str, str]) -> None:
        self._tokens = [*found, Token("end", None, found[-1].position + 1 if found else 0)]
        self._next = 0
        self._fields = fields

    def disjunction(self, level: int) -> Expression:
        left = self.conjunction(level)
        while self._take_word("or"):
            left = _either(left, self.conjunction(level))
        return left

    def conjunction(self, level: int) -> Expression:
        left = self.negation(level)
        while self._take_word("and"):
            left = _both(left, self.negation(level))
        return left

    def negation(self, level: int) -> Expression:
        if level > MOST_LEVELS:
            raise Refused(400, "The filter is nested too deeply.")
        if self._take_word("not"):
            return _not(self.negation(level + 1))
        return self.comparison(level)

    def comparison(self, level: int) -> Expression:
        left_token = self._peek
        left = self.operand(level)
        if self._peek.kind == "word" and self._peek.value in COMPARE:
            sign = self._take()
            right_token = self._peek
            right = self.operand(level)
            compared = _compare(str(sign.value), left, right, sign.position)
            if left_token.kind == "word" and left_token.value in self._fields and _is_literal(right_token):
                comparison = Comparison(str(left_token.value), str(sign.value), right_token.value)
                return Expression("Boolean", compared.value, compared.fields, comparison)
            return compared
        return left

    def operand(self, level: int) -> Expression:
        token = self._take()
        if token.kind == "mark" and token.value == "(":
            inside = self.disjunction(level + 1)
            self._expect(")")
            return Expression(inside.kind, inside.value, inside.fields)
        if _is_literal(token):
            constant = token.value
            return Expression(token.kind, lambda _: constant)
        if token.kind == "word":
            name = str(token.value)
            if self._peek.value == "(" and self._peek.kind == "mark":
                return self._function(name, token.position, level)
            if name in self._fields:
                return Expression(KINDS[self._fields[name]], lambda row: row.get(name), frozenset({name}))
            raise Refused(400, f"No property '{name}' exists at position {token.position}.")
        raise Refused(400, f"Syntax error at position {token.position}.")

    def expect_end(self) -> None:
        if self._peek.kind != "end":
            raise Refused(400, f"Syntax error at position {self._peek.position}.")

    def _function(self, name: str, position: int, level: int) -> Expression:
        if name not in FUNCTIONS:
            raise Refused(400, f"Unknown function '{name}' at position {position}.")
        count, kind, work = FUNCTIONS[name]
        self._expect("(")
        arguments = [self.disjunction(level + 1)]
        while self._peek.value == "," and self._peek.kind == "mark":
            self._take()
            arguments.append(self.disjunction(level + 1))
        self._expect(")")
        if len(arguments) != count or any(one.kind not in ("String", "null") for one in arguments):
            raise Refused(400, f"No applicable function found for '{name}' at position {position}.")

        def value(row: Row) -> Value:
            values = [one.value(row) for one in arguments]
            result: Value = None if any(one is None for one in values) else work(*values)
            return result

        return Expression(kind, value, frozenset().union(*(one.fields for one in arguments)))

    @property
    def _peek(self) -> Token:
        return self._tokens[self._next]

    def _take(self) -> Token:
        token = self._tokens[self._next]
        self._next = min(self._next + 1, len(self._tokens) - 1)
        return token

    def _take_word(self, word: str) -> bool:
        if self._peek.kind == "word" and self._peek.value == word:
            self._take()
            return True
        return False

    def _expect(self, mark: str) -> None:
        token = self._take()
        if token.kind != "mark" or token.value != mark:
            raise Refused(400, f"'{mark}' expected at position {token.position}.")


def _is_literal(token: Token) -> bool:
    return token.kind not in ("word", "mark", "end")


def _condition(expression: Expression) -> Expression:
    if expression.kind != "Boolean":
        raise Refused(400, f"Expression of type '{expression.kind}' is not a condition.")
    return expression


def _either(left: Expression, right: Expression) -> Expression:
    one, other = _condition(left).value, _condition(right).value
    return Expression(
        "Boolean", lambda row: one(row) is True or other(row) is True, left.fields | right.fields
    )


def _both(left: Expression, right: Expression) -> Expression:
    one, other = _condition(left).value, _condition(right).value
    return Expression(
        "Boolean", lambda row: one(row) is True and other(row) is True, left.fields | right.fields
    )


def _not(inner: Expression) -> Expression:
    value = _condition(inner).value
    return Expression("Boolean", lambda row: value(row) is not True, inner.fields)


def _compare(sign: str, left: Expression, right: Expression, position: int) -> Expression:
    kinds = {left.kind, right.kind} - {"null"}
    ordered_only = sign not in ("eq", "ne")
    if len(kinds) > 1 or (ordered_only and not kinds <= ORDERED_KINDS):
        raise Refused(
            400,
            f"Operator '{sign}' incompatible with operand types '{left.kind}' and '{right.kind}' "
            f"at position {position}.",
        )
    work, one, other = COMPARE[sign], left.value, right.value

    def value(row: Row) -> Value:
        first, second = one(row), other(row)
        if first is None or second is None:
            # null equals null only; nothing is greater or smaller than null
            return {"eq": first is second, "ne": first is not second}.get(sign, False)
        return work(first, second)

    return Expression("Boolean", value, left.fields | right.fields)
