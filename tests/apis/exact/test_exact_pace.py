from __future__ import annotations

import itertools
import json
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from apis.exact.pace import Pace
from settings.tenant import PROJECT_ROOT
from tests.apis.scripted_server import FakeClock

SPACING = 1.01


def pace(folder: Path, clock: FakeClock, *, division: int = 1, client_id: str = "app") -> Pace:
    return Pace(
        folder, division=division, client_id=client_id, spacing=SPACING, clock=clock, sleep=clock.sleep
    )


def take(one: Pace) -> None:
    with one.turn():
        pass


def start(one: Pace, clock: FakeClock) -> float:
    take(one)
    return clock.now


def test_the_first_request_starts_at_once_and_the_others_one_spacing_apart(
    tmp_path: Path, clock: FakeClock
) -> None:
    one = pace(tmp_path, clock)
    starts = [start(one, clock) for _ in range(4)]
    assert clock.slept == pytest.approx([SPACING] * 3)
    assert [late - early for early, late in itertools.pairwise(starts)] == pytest.approx([SPACING] * 3)


def test_time_that_passed_meanwhile_counts(tmp_path: Path, clock: FakeClock) -> None:
    one = pace(tmp_path, clock)
    take(one)
    clock.now += 0.4
    take(one)
    assert clock.slept == pytest.approx([SPACING - 0.4])
    clock.now += 5
    take(one)
    assert len(clock.slept) == 1


def test_a_late_wake_up_moves_the_next_start_too(tmp_path: Path, clock: FakeClock) -> None:
    """The start that really happened is stamped, not the one that was planned."""

    def oversleep(seconds: float) -> None:
        clock.sleep(seconds + 0.5)

    one = Pace(tmp_path, division=1, client_id="app", spacing=SPACING, clock=clock, sleep=oversleep)
    starts = [start(one, clock) for _ in range(3)]
    assert [late - early for early, late in itertools.pairwise(starts)] == pytest.approx([1.51] * 2)


def test_a_sleep_that_ends_early_is_continued(tmp_path: Path, clock: FakeClock) -> None:
    def doze(seconds: float) -> None:
        clock.sleep(min(seconds, 0.3))

    one = Pace(tmp_path, division=1, client_id="app", spacing=SPACING, clock=clock, sleep=doze)
    starts = [start(one, clock) for _ in range(3)]
    assert all(late - early >= SPACING - 1e-6 for early, late in itertools.pairwise(starts))


def test_two_owners_of_one_division_and_app_share_the_pace_and_others_do_not(
    tmp_path: Path, clock: FakeClock
) -> None:
    take(pace(tmp_path, clock))
    take(pace(tmp_path, clock, division=2))
    take(pace(tmp_path, clock, client_id="other"))
    assert clock.slept == []
    take(pace(tmp_path, clock))
    assert clock.slept == pytest.approx([SPACING])


def test_the_file_does_not_name_the_app(tmp_path: Path, clock: FakeClock) -> None:
    take(pace(tmp_path, clock, client_id="{secret-client}"))
    assert not any("secret-client" in file.name + file.read_text() for file in tmp_path.iterdir())


def test_a_clock_that_was_set_back_costs_one_spacing_and_no_more(tmp_path: Path, clock: FakeClock) -> None:
    one = pace(tmp_path, clock)
    take(one)
    clock.now -= 7200
    take(one)
    assert clock.slept == pytest.approx([SPACING])
    take(one)
    assert clock.slept == pytest.approx([SPACING] * 2)


def test_a_stamp_that_a_killed_process_left_half_written_costs_one_spacing(
    tmp_path: Path, clock: FakeClock
) -> None:
    one = pace(tmp_path, clock)
    take(one)
    (file,) = tmp_path.glob("exact_pace_*.json")
    for content in ("", '{"last_st', "[]", '{"last_start": null, "held_until": 0}'):
        clock.slept.clear()
        file.write_text(content)
        take(one)
        assert clock.slept == pytest.approx([SPACING])
        assert json.loads(file.read_text())["last_start"] == clock.now


def test_a_hold_keeps_everyone_waiting_until_it_is_over(tmp_path: Path, clock: FakeClock) -> None:
    pace(tmp_path, clock).hold(42)
    take(pace(tmp_path, clock))
    assert sum(clock.slept) == pytest.approx(42)
    take(pace(tmp_path, clock))
    assert sum(clock.slept) == pytest.approx(42 + SPACING)


def test_a_hold_is_never_shortened_and_never_longer_than_a_minute(tmp_path: Path, clock: FakeClock) -> None:
    one = pace(tmp_path, clock)
    one.hold(600)
    one.hold(3)
    take(one)
    assert sum(clock.slept) == pytest.approx(60)


def test_a_hold_from_before_the_clock_was_set_back_is_forgotten(tmp_path: Path, clock: FakeClock) -> None:
    one = pace(tmp_path, clock)
    one.hold(30)
    clock.now -= 3600
    take(one)
    assert sum(clock.slept) <= SPACING + 1e-6


def test_without_a_spacing_nobody_waits(tmp_path: Path, clock: FakeClock) -> None:
    one = Pace(tmp_path, division=1, client_id="app", spacing=0, clock=clock, sleep=clock.sleep)
    take(one)
    take(one)
    assert clock.slept == []


class WitnessClock:
    """The real clock; keeps what each thread was told last, which is the stamp when `wait` returns."""

    def __init__(self) -> None:
        self.told: dict[int, float] = {}

    def __call__(self) -> float:
        now = self.told[threading.get_ident()] = time.time()
        return now


def test_threads_that_start_together_are_spaced(tmp_path: Path) -> None:
    """With the real clock: no gap is below the spacing, however the threads are scheduled."""
    witness = WitnessClock()
    one = Pace(tmp_path, division=1, client_id="app", spacing=0.02, clock=witness)
    starts: list[float] = []

    def work() -> None:
        for _ in range(5):
            take(one)
            starts.append(witness.told[threading.get_ident()])

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    starts.sort()
    assert len(starts) == 20
    assert min(late - early for early, late in itertools.pairwise(starts)) >= 0.02 - 1e-6


WORK_IN_A_PROCESS = """
import sys
from pathlib import Path
from apis.exact.pace import Pace
pace = Pace(Path(sys.argv[1]), division=1, client_id="app", spacing=0.02)
for _ in range(10):
    with pace.turn():
        pass
"""


def test_processes_that_run_together_do_not_add_up(tmp_path: Path) -> None:
    take(Pace(tmp_path, division=1, client_id="app", spacing=0.02))
    first = stamp(tmp_path)
    command = [sys.executable, "-c", WORK_IN_A_PROCESS, str(tmp_path)]
    processes = [subprocess.Popen(command, cwd=PROJECT_ROOT) for _ in range(2)]
    assert [process.wait() for process in processes] == [0, 0]
    assert stamp(tmp_path) - first >= 20 * 0.02 - 1e-6


def stamp(folder: Path) -> float:
    (file,) = folder.glob("exact_pace_*.json")
    return float(json.loads(file.read_text())["last_start"])


def test_a_clock_that_is_set_back_during_the_sleep_does_not_prolong_it(
    tmp_path: Path, clock: FakeClock
) -> None:
    def sleep_while_the_clock_is_set_back(seconds: float) -> None:
        clock.sleep(seconds)
        clock.now -= 7200

    one = Pace(
        tmp_path,
        division=1,
        client_id="app",
        spacing=SPACING,
        clock=clock,
        sleep=sleep_while_the_clock_is_set_back,
    )
    take(one)
    take(one)
    assert clock.slept == pytest.approx([SPACING])
