"""What Prefect keeps of a run: its lines in the log, its summary as an artifact, its end as a state."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from prefect import Flow, get_run_logger
from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import State
from prefect.states import Completed

from pipeline.exit_codes import exit_code_of
from pipeline.run import FAILED, NEEDS_A_LOOK, Run, begin
from pipeline.summary import VERDICTS, markdown_summary
from settings.tenant import load_tenant


class RunFailed(Exception):
    """A step or stream failed; the message is the run's own."""


@contextmanager
def recorded_run(tenant: str, command: str) -> Iterator[Run]:
    """A run within a flow. Its summary becomes an artifact, also where a step raises."""
    run: Run | None = None
    try:
        with begin(load_tenant(tenant), command, say=get_run_logger().info) as run:
            yield run
    finally:
        if run is not None:
            # Prefect takes letters, digits and dashes in a key
            key = f"{command.removeprefix('flow ')}-{run.tenant.name}".replace("_", "-")
            create_markdown_artifact(markdown_summary(run), key=key, description="What the run did")


def run_once(flow: Flow[..., Any], **parameters: Any) -> NoReturn:
    """Run a flow that returns an exit code in this process and end the process with that code."""
    try:
        code = int(flow(**parameters))  # calling a flow gives its last state's data
    except Exception as error:
        known = FAILED if isinstance(error, RunFailed) else exit_code_of(error)
        if known is None:
            raise
        code = known  # the flow's log has the words
    sys.exit(code)


def end_state(run: Run) -> State[int]:
    """The flow's last state, its data the exit code. RunFailed where something failed in part."""
    if run.exit_code == FAILED:
        raise RunFailed("; ".join(run.problems))
    if run.exit_code == NEEDS_A_LOOK:
        return needs_a_look("; ".join(run.notices))
    return Completed(message=VERDICTS[run.exit_code], data=run.exit_code)


def needs_a_look(why: str) -> State[int]:
    """Completed, since nothing failed, under a name that can be seen and filtered on."""
    return Completed(name="NeedsALook", message=why, data=NEEDS_A_LOOK)
