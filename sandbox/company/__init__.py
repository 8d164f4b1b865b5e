"""The companies that the sandbox Exact server can hold."""

from sandbox.company.company import Company, Row, Value

__all__ = ["Company", "Row", "Value"]
