"""What the server holds: the streams that the pipeline can read, and those that it only writes (`streams/`)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from extract.exact import catalogue as pipeline
from extract.exact.catalogue import Stream, read_stream

WRITTEN_ONLY = Path(__file__).with_name("streams")


@cache
def catalogue() -> Mapping[str, Stream]:
    """All streams by name."""
    further = {path.stem: read_stream(path) for path in sorted(WRITTEN_ONLY.glob("*.toml"))}
    return {**pipeline.catalogue(), **further}
