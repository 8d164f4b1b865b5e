"""One extraction of one tenant: Exact, Optiply and warehouse systems into `raw_exact`, `raw_optiply`, `raw_wms`.

Endpoints are read side by side in threads; the main thread stores what they bring, about 50 full pages of all
streams at a time, each batch together with its bookmarks. Nothing here knows what a stream means.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import cast
from zoneinfo import ZoneInfo

import apis.exact
import apis.optiply
import apis.wms
from apis.exact.client import ExactClient
from apis.optiply.client import OptiplyClient
from apis.wms import ProductSource
from extract.batch import BatchSize
from extract.exact.catalogue import catalogue as exact_catalogue
from extract.exact.selection import scheduled_streams
from extract.extraction import Extraction
from extract.optiply.catalogue import catalogue as optiply_catalogue
from extract.optiply.selection import scheduled_resources
from extract.progress_log import ProgressLog
from extract.rereads import Today
from extract.result import ExtractResult, Progress, Source, silent
from extract.scope import Scope
from extract.stream_reads import write_stream_reads
from extract.wms import catalogue as wms
from settings.tenant import SettingsError, Tenant
from warehouse.connection import connect
from warehouse.runs import naive
from warehouse.tables import ensure_tables

START_DATE_MONTHS = 24


def _utc_now() -> datetime:
    return datetime.now(UTC)


def run(
    tenant: Tenant,
    *,
    run_id: str,
    as_of: date,
    streams: Sequence[str] | None = None,
    all_streams: bool = False,
    exact: ExactClient | None = None,
    optiply: OptiplyClient | None = None,
    product_sources: Mapping[str, ProductSource] | None = None,
    report: Progress = silent,
    now: Callable[[], datetime] = _utc_now,
    batch_size: BatchSize | None = None,
    read_whole: bool = False,
) -> ExtractResult:
    """Read the streams that the flags need (or those named, or all) and store what has changed.

    `streams`: catalogue names; one of Optiply is written `optiply.buy_orders`, one of a warehouse system
    `wms.qls_products`. All streams are those of Exact and Optiply; a warehouse system is asked only where a flag or
    its name says so. `product_sources`: by system, in place of those that the settings name. `as_of`: the
    tenant's today, from which the default `start_date` counts. `read_whole`: read them from the beginning, to
    find what is gone; without it that is done once a day for the streams that have no log of deletions. A failed
    stream
    stops no other and is told in the result, and nothing that was read is lost. Raises SettingsError for an
    unknown stream, CredentialsRefused after storing what had come, and WarehouseBusy.
    """
    wanted = selection(tenant, streams, all_streams)
    with connect(tenant.warehouse_path) as connection:
        ensure_tables(connection)
    exact = exact or apis.exact.connect(tenant)
    optiply = optiply or apis.optiply.connect(tenant)
    systems = {wms.catalogue()[stream].system for stream in wanted["wms"]}
    if product_sources is None:
        product_sources = {system: apis.wms.connect(tenant, system) for system in sorted(systems)}
    wms_clients = [product_sources[system].client for system in systems]
    requests_before = exact.request_count, optiply.request_count
    wms_requests_before = sum(client.request_count for client in wms_clients)
    progress = ProgressLog(report, now)
    scope = Scope(
        tenant,
        exact,
        optiply,
        run_id=run_id,
        start_date=tenant.flags.start_date or first_of_month_before(as_of, START_DATE_MONTHS),
        today=Today(as_of, naive(now()), ZoneInfo(tenant.flags.exact_timezone), read_whole),
        now=now,
        ask_all=streams is not None,
        product_sources=product_sources,
    )
    try:
        with Extraction(scope, progress, batch_size or BatchSize()) as extraction:
            extraction.read(wanted)
    finally:
        write_stream_reads(tenant.warehouse_path, run_id, progress.reads())
    if extraction.credentials_refused is not None:
        raise extraction.credentials_refused
    return ExtractResult(
        reads=progress.reads(),
        exact_requests=exact.request_count - requests_before[0],
        optiply_requests=optiply.request_count - requests_before[1],
        wms_requests=sum(client.request_count for client in wms_clients) - wms_requests_before,
        outlook=extraction.outlook,
    )


def first_of_month_before(day: date, months: int) -> date:
    """The first of the month that many months ago: the default of `start_date`."""
    index = day.year * 12 + day.month - 1 - months
    return date(index // 12, index % 12 + 1, 1)


def selection(
    tenant: Tenant, streams: Sequence[str] | None, all_streams: bool
) -> dict[Source, tuple[str, ...]]:
    """The streams to read by source: all, those that the flags need, or those named. SettingsError: unknown."""
    warehouses = wms.scheduled_streams(tenant.flags)
    if all_streams:
        return {"exact": tuple(exact_catalogue()), "optiply": tuple(optiply_catalogue()), "wms": warehouses}
    if streams is None:
        return {
            "exact": scheduled_streams(tenant.flags),
            "optiply": scheduled_resources(tenant.flags),
            "wms": warehouses,
        }
    catalogues: Mapping[Source, Collection[str]] = {
        "exact": exact_catalogue(),
        "optiply": optiply_catalogue(),
        "wms": wms.catalogue(),
    }
    found: dict[Source, list[str]] = {source: [] for source in catalogues}
    for name in dict.fromkeys(streams):
        source, stream = _source_and_stream(name)
        if stream not in catalogues[source]:
            raise SettingsError(
                f"there is no stream {name}; there are {', '.join(catalogues[source])} in {source}"
            )
        found[source].append(stream)
    return {source: tuple(names) for source, names in found.items()}


def _source_and_stream(name: str) -> tuple[Source, str]:
    """`items` is one of Exact's; the others name their source first."""
    prefix, dot, stream = name.partition(".")
    if prefix in ("optiply", "wms"):
        return cast(Source, prefix), stream
    return "exact", stream if dot else name
