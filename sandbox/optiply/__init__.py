"""The Optiply API v1 as a strict local server."""

from sandbox.optiply.control import place_buy_order
from sandbox.optiply.server import OptiplySandbox

__all__ = ["OptiplySandbox", "place_buy_order"]
