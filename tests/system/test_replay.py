"""A real week of recorded alarms through the whole station, fast, and what came out against the file."""

import json
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest

from app.domain.case import ExceptionCase
from app.domain.operation import Operation
from app.readmodel.model import Model, all_cases, all_postings
from app.store.rebuild import rebuild
from app.store.sqlite import FILE
from app.store.verify import read_journal, verify_folder
from drivers.demo import Demo, DemoOptions
from drivers.demo_file import write_plant
from drivers.simulated.replay import WEEK, Burst, between, machine_name, read_bursts
from tests.needs import need_shared
from tests.system.command_line import Ended, start

WEEK_AT = datetime(2019, 12, 23, tzinfo=UTC)
WEEK_IN_S = 30.0
PATIENCE_S = 70.0
GAP = timedelta(seconds=1800)
MEMBERS = 5
"""The two are those of the rule in resources/plants/replay.toml."""


@dataclass(frozen=True, slots=True)
class Chain:
    """Bursts of one machine with less than GAP between them: by the file's own rule one burst."""

    bursts: tuple[Burst, ...]

    @property
    def key(self) -> tuple[str, datetime]:
        """What tells it apart: its machine and its first alarm's moment."""
        return machine_name(self.bursts[0].machine), self.bursts[0].start_at

    @property
    def alarms(self) -> int:
        """Alarms in all."""
        return sum(burst.alarms for burst in self.bursts)


def chains(bursts: Sequence[Burst]) -> list[Chain]:
    """The bursts, joined where they follow one another closely."""
    found: list[Chain] = []
    last: dict[int, int] = {}
    for burst in bursts:
        place = last.get(burst.machine)
        if place is not None and burst.start_at - found[place].bursts[-1].end_at <= GAP:
            found[place] = Chain((*found[place].bursts, burst))
        else:
            last[burst.machine] = len(found)
            found.append(Chain((burst,)))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """A week that was replayed: what the file says and what the station made of it."""

    file: tuple[Burst, ...]
    week: tuple[Burst, ...]
    operations: Sequence[Operation]
    model: Model
    folder: Path
    ended: Ended
    cpu_s: float

    @property
    def worth_a_case(self) -> dict[tuple[str, datetime], Chain]:
        """The chains that are long enough, by key."""
        return {chain.key: chain for chain in chains(self.week) if chain.alarms >= MEMBERS}

    @property
    def cases(self) -> dict[tuple[str, datetime], ExceptionCase]:
        """The cases by machine and recorded moment of their first alarm."""
        return {case_key(case): case for case in all_cases(self.model)}


def case_key(case: ExceptionCase) -> tuple[str, datetime]:
    """A case's machine and the recorded moment of its first alarm."""
    return case.machine or "", datetime.fromisoformat(str(case.values["recorded_at"]))


def findings_stored(folder: Path) -> int:
    """How many alarms are in the journal, as the first of a case or as a member."""
    if not (folder / FILE).exists():
        return 0
    with closing(sqlite3.connect(f"file:{folder / FILE}?mode=ro", uri=True)) as connection:
        query = "SELECT count(*) FROM operation WHERE kind IN ('CaseOpened', 'MemberAdded')"
        try:
            return int(connection.execute(query).fetchone()[0])
        except sqlite3.OperationalError:
            return 0


@pytest.fixture(scope="module")
def replayed(tmp_path_factory: pytest.TempPathFactory) -> Replayed:
    """The week, through simulator, driver, acquisition process, detectors, core and journal of `lineside agent`."""
    path = need_shared() / "data" / "alpi" / "bursts_2019-02_2020-01.csv.gz"
    folder = tmp_path_factory.mktemp("replay")
    bursts = read_bursts(path)
    week = between(bursts, WEEK_AT, WEEK_AT + WEEK)
    wanted = sum(chain.alarms for chain in chains(week) if chain.alarms >= MEMBERS)
    options = DemoOptions(
        replay=path, replay_from=WEEK_AT.date().isoformat(), speed=WEEK.total_seconds() / WEEK_IN_S, mood=0.0
    )
    with Demo(folder, options) as plant:
        agent = start("agent", "--plant", write_plant(plant, folder, path), "--data", folder)
        process = psutil.Process(agent.pid)
        plant.start()
        started_s, deadline_s = 0.0, time.monotonic() + WEEK_IN_S + PATIENCE_S
        while (stored := findings_stored(folder)) < wanted and time.monotonic() < deadline_s:
            started_s = started_s or (sum(process.cpu_times()[:2]) if stored else 0.0)
            time.sleep(0.25)
        time.sleep(1.0)  # what should not come would come now
        cpu_s = sum(process.cpu_times()[:2]) - started_s
        agent.send_signal(signal.SIGTERM)
        ended = Ended(agent, PATIENCE_S)
    operations = read_journal(folder)
    model, bad = rebuild(operations)
    assert not bad
    return Replayed(
        file=tuple(bursts),
        week=tuple(week),
        operations=operations,
        model=model,
        folder=folder,
        ended=ended,
        cpu_s=cpu_s,
    )


def test_every_burst_worth_a_case_has_exactly_one(replayed: Replayed) -> None:
    assert len(all_cases(replayed.model)) == len(replayed.cases)
    assert replayed.cases.keys() == replayed.worth_a_case.keys()


def test_a_case_names_the_first_alarm_and_counts_them_all(replayed: Replayed) -> None:
    wrong = {
        key: (case.first_out, case.first_occurrences, chain.bursts[0].first, chain.alarms)
        for key, chain in replayed.worth_a_case.items()
        if (case := replayed.cases[key]).values["code"] != f"A{chain.bursts[0].first}"
        or not case.first_out.startswith(f"A{chain.bursts[0].first} ")
        or case.first_occurrences != chain.alarms
    }
    assert wrong == {}


def test_no_alarm_is_lost_or_journaled_twice(replayed: Replayed) -> None:
    kinds = Counter(op.kind for op in replayed.operations)
    short = sum(chain.alarms for chain in chains(replayed.week) if chain.alarms < MEMBERS)
    assert kinds["CaseOpened"] + kinds["MemberAdded"] + short == sum(burst.alarms for burst in replayed.week)
    occurrences = [
        found for op in replayed.operations if (found := replayed_occurrence(op, replayed.model)) is not None
    ]
    assert len(set(occurrences)) == len(occurrences)


def replayed_occurrence(op: Operation, model: Model) -> str | None:
    """The occurrence key of an alarm's operation; it must lead to the case of its stream."""
    if op.kind not in ("CaseOpened", "MemberAdded"):
        return None
    occurrence = str(json.loads(op.payload)["occurrence"])
    assert model.occurrence(occurrence) == op.stream.partition("/")[2]
    return occurrence


def test_a_case_takes_few_operations_beside_one_for_each_alarm(replayed: Replayed) -> None:
    kinds = Counter(op.kind for op in replayed.operations)
    cases = kinds["CaseOpened"]
    assert kinds["TaskOffered"] == cases
    assert kinds["ConditionCleared"] <= cases
    beside = len(replayed.operations) - kinds["CaseOpened"] - kinds["MemberAdded"]
    assert beside <= 3 * cases + 10


def test_a_burst_is_over_once_its_machine_was_silent_for_the_gap(replayed: Replayed) -> None:
    last_at = max(burst.end_at for burst in replayed.week)
    over = {key for key, chain in replayed.worth_a_case.items() if chain.bursts[-1].end_at + GAP < last_at}
    assert {key for key, case in replayed.cases.items() if case.cleared_at is not None} == over


def test_the_week_s_borders_leave_no_burst_in_pieces(replayed: Replayed) -> None:
    until_at = WEEK_AT + WEEK
    before = [burst for burst in replayed.file if burst.start_at < WEEK_AT <= burst.end_at]
    across = [burst for burst in replayed.week if burst.end_at >= until_at]
    assert before
    assert across
    assert not {(machine_name(b.machine), b.start_at) for b in before} & replayed.cases.keys()
    whole = [replayed.cases[machine_name(b.machine), b.start_at] for b in across if b.alarms >= MEMBERS]
    assert [case.first_occurrences for case in whole] == [b.alarms for b in across if b.alarms >= MEMBERS]


def test_the_week_has_bursts_that_the_file_s_own_rule_joins(replayed: Replayed) -> None:
    joined = [chain for chain in replayed.worth_a_case.values() if len(chain.bursts) > 1]
    assert joined
    assert all(replayed.cases[chain.key].first_occurrences == chain.alarms for chain in joined)


def test_everything_is_marked_replayed_and_nothing_is_posted(replayed: Replayed) -> None:
    assert all(case.replayed for case in all_cases(replayed.model))
    assert all_postings(replayed.model) == []


def test_the_agent_ends_cleanly_and_its_journal_is_whole(
    replayed: Replayed, record_property: Callable[[str, object], None]
) -> None:
    record_property("core_cpu_s", round(replayed.cpu_s, 1))
    record_property("operations_a_cpu_s", round(len(replayed.operations) / replayed.cpu_s))
    assert replayed.ended.rc == 0, replayed.ended.err
    assert verify_folder(replayed.folder).ok
