"""Exact Online as a strict local server over a company's rows: see `sandbox.exact.server.ExactSandbox`."""

from sandbox.exact.server import ExactSandbox

__all__ = ["ExactSandbox"]
