"""The companies that the sandbox Exact server can hold."""

from sandbox.company.company import Company, Row, Value
from sandbox.company.csv_shop import from_csv
from sandbox.company.generate import generate
from sandbox.company.shop_files import ShopFileError

__all__ = ["Company", "Row", "ShopFileError", "Value", "from_csv", "generate"]
