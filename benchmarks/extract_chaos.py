"""Attack a first load: kills at random instants, faults by chance, two extractions at once.

    python -m benchmarks.extract_chaos kills --kills 20
    python -m benchmarks.extract_chaos faults --seeds 5
    python -m benchmarks.extract_chaos together

Each compares the raw tables with those of an undisturbed load, row by row, and ends with 1 at a difference.
"""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks.sandbox_process import Served, serving_company
from extract.batch import BatchSize
from extract.extraction import WORKERS
from extract.run import run
from sandbox.company import generate
from sandbox.exact.server import ExactSandbox
from sandbox.optiply.server import OptiplySandbox
from settings.tenant import load_tenant
from tests.extract.extract_shop import Shop, raw_tables, tenant_of

app = typer.Typer(help=__doc__)
ROWS_A_PAGE = 60
# Their probabilities add up to one request in 20.
KINDS = (
    "minute_429", "408", "500", "503", "599", "reset_before_work", "reset_within_body", "reset_after_work",
    "maintenance_html", "empty_body", "cut_body", "forbidden_characters",
)  # fmt: skip
RUNS_TO_THE_END = 3
# A load of seconds has to be stored in parts, as one of minutes is.
BATCH_PAGES = 10
MOST_LOADS = 200

SizeOption = Annotated[int, typer.Option(help="Items of the company.")]
SeedOption = Annotated[int, typer.Option(help="Of all that is left to chance here.")]


@app.command()
def kills(
    number: Annotated[int, typer.Option("--kills", help="How many processes to kill.")] = 20,
    size: SizeOption = 400,
    seed: SeedOption = 0,
) -> None:
    """Kill an extraction with SIGKILL at random instants of a first load, each time start it again."""
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        with _served(size, Path(folder) / "calm") as calm:
            begun = time.monotonic()
            _load(calm).wait()
            seconds = time.monotonic() - begun
            pages, expected = calm.statistics()["requests"], _tables(calm)
        with _served(size, Path(folder) / "killed") as served:
            killed = loads = 0
            while killed < number and loads < MOST_LOADS:
                loads += 1
                killed += _killed(served, chance.uniform(0, seconds))
            code = _load(served).wait()
            requests, found = served.statistics()["requests"], _tables(served)
    # also what each of the loads asks for once more when nothing is left to read
    most = pages + killed * (WORKERS * BATCH_PAGES + len(expected))
    typer.echo(
        f"{killed} kills in {loads + 1} loads of {seconds:.0f} s: exit {code}, {requests} requests "
        f"(undisturbed {pages}), tables equal: {found == expected}"
    )
    if code or found != expected or requests > most:
        raise typer.Exit(1)


@app.command(hidden=True)
def load(tenant: Path) -> None:
    """What `kills` starts and kills."""
    size = BatchSize(rows=BATCH_PAGES * ROWS_A_PAGE)
    result = run(load_tenant(str(tenant)), run_id=str(time.time_ns()), as_of=date.today(), batch_size=size)
    if result.status != "complete":
        raise typer.Exit(1)


@app.command()
def faults(
    seeds: Annotated[int, typer.Option(help="How many loads, each with other chances.")] = 5,
    size: SizeOption = 400,
) -> None:
    """One request in 20 meets a fault of any kind: complete after three runs at the most."""
    company = generate(size, date(2026, 3, 18))
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        calm = _shop(stack, company, Path(folder) / "calm")
        calm.with_settings(variant="standard")
        calm.run()
        expected = calm.tables()
        for seed in range(seeds):
            shop = _shop(stack, company, Path(folder) / str(seed))
            shop.exact.faults.set(
                [
                    {
                        "kind": kind,
                        "path": "*",
                        "probability": 1 / 20 / len(KINDS),
                        "seed": 100 * seed + index,
                    }
                    for index, kind in enumerate(KINDS)
                ]
            )
            shop.with_settings(variant="standard")  # small pages: many requests
            states = [shop.result().status]
            while states[-1] != "complete" and len(states) < RUNS_TO_THE_END:
                states.append(shop.result().status)
            fired = sum(rule["fired"] for rule in shop.exact.faults.status())
            equal = shop.tables() == expected
            typer.echo(f"seed {seed}: {fired} faults, runs {', '.join(states)}, tables equal: {equal}")
            if states[-1] != "complete" or not equal:
                raise typer.Exit(1)


@app.command()
def together(size: SizeOption = 400, spacing: Annotated[float, typer.Option()] = 0.1) -> None:
    """Two `exact-optiply extract` of one tenant at once: the spacing holds, one token, and both are told apart."""
    with tempfile.TemporaryDirectory() as folder, _served(size, Path(folder), spacing=spacing) as served:
        pair = [_extract(served) for _ in range(2)]
        codes = [process.wait() for process in pair]
        counted = served.statistics()
        code = _extract(served).wait()
        told = [_last_words(process) for process in pair]
    # What the server sees of a busy machine jitters; that starts do not drift together shows in their mean.
    least, mean = min(counted["gaps"]), sum(counted["gaps"]) / len(counted["gaps"])
    typer.echo(
        f"exit {codes} ({'; '.join(told)}), gaps of {spacing} s: mean {mean:.3f}, least {least:.3f}; token requests "
        f"{counted['token_requests']}, exit {code} of the next"
    )
    if mean < spacing or sum(counted["token_requests"].values()) != 1 or code:
        raise typer.Exit(1)


@contextmanager
def _served(size: int, home: Path, *, spacing: float = 0.02) -> Iterator[Served]:
    home.mkdir(parents=True, exist_ok=True)
    with serving_company(size, home, spacing=spacing) as served:
        file = home / "tenants" / "sandbox.toml"
        text = file.read_text(encoding="utf-8")
        # small pages: a load has many requests to be killed between
        file.write_text(text.replace("[exact]", '[exact]\nvariant = "standard"'), encoding="utf-8")
        served.statistics()
        yield served


def _extract(served: Served) -> subprocess.Popen[str]:
    return _start("cli.main", "extract", "--tenant", str(_file(served)))


def _load(served: Served) -> subprocess.Popen[str]:
    return _start("benchmarks.extract_chaos", "load", str(_file(served)))


def _file(served: Served) -> Path:
    return served.tenant.data_folder / "tenants" / "sandbox.toml"


def _start(module: str, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def _killed(served: Served, after: float) -> bool:
    """Whether an extraction that was given so many seconds was killed."""
    process = _load(served)
    try:
        process.wait(timeout=after)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return True
    return False


def _last_words(process: subprocess.Popen[str]) -> str:
    lines = process.stderr.read().strip().splitlines() if process.stderr else []
    return lines[-1] if lines else "nothing said"


def _tables(served: Served) -> dict[str, list[tuple[Any, ...]]]:
    """The raw rows without what tells the time of a server's start."""
    tables = raw_tables(served.tenant.warehouse_path)
    tables.pop("raw_exact.divisions", None)
    return tables


def _shop(stack: ExitStack, company: Any, folder: Path) -> Shop:
    folder.mkdir()
    exact = stack.enter_context(
        ExactSandbox(
            company, minute_limit=None, day_limit=None, sleep=lambda _: None, clock=lambda: 1_773_835_200.0
        )
    )
    optiply = stack.enter_context(OptiplySandbox())
    return Shop(exact, optiply, tenant_of(exact, optiply, folder))


if __name__ == "__main__":
    app()
