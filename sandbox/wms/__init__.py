"""The two warehouse systems as strict local servers."""

from sandbox.wms.montapacking import MontapackingSandbox
from sandbox.wms.qls import QlsSandbox

__all__ = ["MontapackingSandbox", "QlsSandbox"]
