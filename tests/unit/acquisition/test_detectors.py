"""Every exception kind that a detector raises: samples that raise it, and samples that don't."""

import math
from collections import Counter

import pytest

from app.domain.finding import Phase
from app.domain.kinds import EXCEPTION_KINDS
from app.domain.packml import MachineState, UnitMode
from app.domain.plant import Signal
from app.domain.reading import Quality
from app.ports import Link
from tests.plants import rule, small_plant
from tests.unit.acquisition.watching import T0, Alarm, Case, Linked, Row, S, Watcher, watched

X = MachineState
STATE, MODE, RATE, NOMINAL = Signal.STATE, Signal.MODE, Signal.RATE, Signal.NOMINAL_RATE
TEXT, REASON, BLOCKED, STARVED = Signal.STOP_TEXT, Signal.STOP_REASON, Signal.BLOCKED, Signal.STARVED
MADE, REJECTED, MATERIAL = Signal.PRODUCED, Signal.REJECTED, Signal.MATERIAL
BAD = Quality.BAD

RUNNING = S(0, STATE, X.EXECUTE)
ABORT = S(10, STATE, X.ABORTED)
HELD = S(10, STATE, X.HELD)
WAITS = S(10, STATE, X.SUSPENDED)

STOPS = [
    Case("aborted", "breakdown", [RUNNING, ABORT], 1, since=10),
    Case("aborting, then aborted", "breakdown",
         [RUNNING, S(10, STATE, X.ABORTING), S(12, STATE, X.ABORTED)], 1, since=10),
    Case("aborted from the first sample", "breakdown", [S(3, STATE, X.ABORTED)], 1, since=3),
    Case("aborted in maintenance mode", "breakdown", [S(0, MODE, UnitMode.MAINTENANCE), ABORT], 1),
    Case("with its reason at once", "breakdown", [RUNNING, S(10, TEXT, "Torque"), ABORT], 1, "Torque"),
    Case("with a reason 0.4 s later", "breakdown", [RUNNING, ABORT, S(10.4, TEXT, "Torque")], 1, "Torque"),
    Case("with a reason that comes too late", "breakdown", [RUNNING, ABORT, S(14, TEXT, "Torque")], 1, ""),
    Case("with the last stop's reason still there", "breakdown",
         [S(0, TEXT, "Old"), RUNNING, ABORT, S(10.3, TEXT, "New")], 1, "New"),
    Case("with the same reason as the last stop", "breakdown", [S(0, TEXT, "Jam"), RUNNING, ABORT], 1, "Jam"),
    Case("with a number that the plant knows", "breakdown", [RUNNING, S(10, REASON, 7), ABORT], 1, "Guard open"),
    Case("with a number that it does not know", "breakdown", [RUNNING, S(10, REASON, 8), ABORT], 1, "stop reason 8"),
    Case("with bad samples in between", "breakdown",
         [RUNNING, ABORT, S(11, STATE, X.EXECUTE, BAD), S(12, STATE, math.nan), S(13, STATE, X.ABORTED)], 1),
    Case("repaired and broken again", "breakdown",
         [RUNNING, ABORT, S(30, STATE, X.EXECUTE), S(60, STATE, X.ABORTED)], 2, clears=1),
    Case("with a delay that it outlasts", "breakdown", [RUNNING, ABORT], 1, parameters={"delay_s": 20}, since=10),
    Case("shorter than its delay", "breakdown",
         [RUNNING, ABORT, S(25, STATE, X.EXECUTE)], 0, parameters={"delay_s": 20}),
    Case("running", "breakdown", [RUNNING], 0),
    Case("only a bad sample says aborted", "breakdown", [RUNNING, S(10, STATE, X.ABORTED, BAD)], 0),
    Case("not a number, infinite", "breakdown", [RUNNING, S(10, STATE, math.nan), S(11, STATE, math.inf)], 0),
    Case("a state that PackML does not know", "breakdown", [RUNNING, S(10, STATE, 4711)], 0),
    Case("held", "breakdown", [RUNNING, HELD], 0),
    Case("clearing", "breakdown", [RUNNING, S(10, STATE, X.CLEARING)], 0),

    Case("held for longer than its delay", "unplanned_stop",
         [RUNNING, HELD, S(16, STATE, X.EXECUTE)], 1, clears=1, since=10),
    Case("stopped", "unplanned_stop", [RUNNING, S(10, STATE, X.STOPPING), S(11, STATE, X.STOPPED)], 1, since=10),
    Case("with a reason that comes within its delay", "unplanned_stop",
         [RUNNING, HELD, S(13, TEXT, "Door")], 1, "Door"),
    Case("mode comes after the state", "unplanned_stop", [HELD, S(10, MODE, UnitMode.PRODUCE)], 1),
    Case("back from maintenance and still held", "unplanned_stop",
         [HELD, S(30, MODE, UnitMode.MAINTENANCE), S(60, MODE, UnitMode.PRODUCE)], 2, clears=1),
    Case("shorter than its delay", "unplanned_stop", [RUNNING, HELD, S(14, STATE, X.EXECUTE)], 0),
    Case("stopped in maintenance mode", "unplanned_stop", [S(0, MODE, UnitMode.MAINTENANCE), RUNNING, HELD], 0),
    Case("stopped in manual mode", "unplanned_stop", [S(0, MODE, UnitMode.MANUAL), RUNNING, HELD], 0),
    Case("aborted", "unplanned_stop", [RUNNING, ABORT], 0),
    Case("idle without an order", "unplanned_stop", [RUNNING, S(10, STATE, X.IDLE)], 0),
    Case("waiting for material", "unplanned_stop", [RUNNING, S(10, STARVED, 1), WAITS], 0),
    Case("completing", "unplanned_stop", [RUNNING, S(10, STATE, X.COMPLETING), S(14, STATE, X.COMPLETE)], 0),

    Case("suspended and starved", "starved", [RUNNING, S(10, STARVED, 1), WAITS], 1, since=10),
    Case("the flag comes after the state", "starved", [RUNNING, WAITS, S(10.5, STARVED, 1)], 1, since=10.5),
    Case("starved twice in one suspension", "starved",
         [RUNNING, WAITS, S(11, STARVED, 1), S(80, STARVED, 0), S(90, STARVED, 1)], 2, clears=1),
    Case("fed before its delay", "starved", [RUNNING, S(10, STARVED, 1), WAITS, S(60, STATE, X.EXECUTE)], 0),
    Case("starved but executing", "starved", [RUNNING, S(10, STARVED, 1)], 0),
    Case("suspended without a flag", "starved", [RUNNING, WAITS], 0),
    Case("starved and blocked: what is behind counts", "starved",
         [RUNNING, S(10, STARVED, 1), S(10, BLOCKED, 1), WAITS], 0),
    Case("its own fault while starved", "starved", [RUNNING, S(10, STARVED, 1), ABORT], 0),
    Case("starved in maintenance mode", "starved", [S(0, MODE, UnitMode.MAINTENANCE), S(5, STARVED, 1), WAITS], 0),

    Case("suspended and blocked", "blocked", [RUNNING, S(10, BLOCKED, 1), WAITS], 1, since=10),
    Case("blocked and starved", "blocked", [RUNNING, S(10, BLOCKED, 1), S(10, STARVED, 1), WAITS], 1),
    Case("room again before its delay", "blocked", [RUNNING, S(10, BLOCKED, 1), WAITS, S(69, BLOCKED, 0)], 0),
    Case("its own stop while blocked", "blocked", [RUNNING, S(10, BLOCKED, 1), HELD], 0),
]  # fmt: skip


def rates(*pairs: tuple[float, float]) -> list[Row]:
    return [RUNNING, *(S(at, RATE, value) for at, value in pairs)]


RATES = [
    Case("slow for longer than its delay", "rate_loss", rates((1, 480), (10, 300)), 1, since=10),
    Case(
        "slow, said every second", "rate_loss", rates((1, 480), *((t, 300 + t % 3) for t in range(10, 90))), 1, since=10
    ),
    Case("slow and noisy about it", "rate_loss", rates(*((t, 390 if t % 2 else 415) for t in range(10, 120))), 1),
    Case("slow, then well again", "rate_loss", rates((10, 300), (90, 470)), 1, clears=1),
    Case("slow, then stopped", "rate_loss", [*rates((10, 300)), S(90, STATE, X.STOPPED)], 1, clears=1),
    Case("against the nominal of its controller", "rate_loss", [S(0, NOMINAL, 600), *rates((5, 480))], 1),
    Case(
        "with drop-outs in between",
        "rate_loss",
        [*rates((10, 300)), S(30, RATE, math.nan), S(40, RATE, 480, BAD), S(50, RATE, 305)],
        1,
        since=10,
    ),
    Case("standing still in Execute", "rate_loss", rates((10, 0)), 1),
    Case("ramping up", "rate_loss", rates(*((t, 20 * t) for t in range(1, 25))), 0),
    Case("slow for a moment", "rate_loss", rates((1, 480), (10, 300), (50, 470)), 0),
    Case("one dip and then a little slow, but not too slow", "rate_loss", rates((1, 480), (10, 300), (12, 425)), 0),
    Case("fast", "rate_loss", rates((1, 700)), 0),
    Case("nominal of its controller is lower", "rate_loss", [S(0, NOMINAL, 300), *rates((5, 300))], 0),
    Case("slow while starting", "rate_loss", [S(0, STATE, X.STARTING), S(1, RATE, 10)], 0),
    Case("slow in maintenance mode", "rate_loss", [S(0, MODE, UnitMode.MAINTENANCE), *rates((5, 100))], 0),
    Case("rate unknown", "rate_loss", [RUNNING], 0),
    Case("a negative rate is no rate", "rate_loss", rates((5, -10)), 0),
]


def lots(*shares: float, step: int = 200, reset_at: int | None = None) -> list[Row]:
    """`step` units every second with these shares of rejects; the counters fall to 0 before row `reset_at`."""
    rows: list[Row] = [RUNNING, S(0, MADE, 50_000), S(0, REJECTED, 700)]
    made, rejected = 50_000.0, 700.0
    for second, share in enumerate(shares, 1):
        if second == reset_at:
            made = rejected = 0.0
            rows += [S(second, MADE, 0), S(second, REJECTED, 0)]
        made, rejected = made + step, rejected + step * share
        rows += [S(second, MADE, made), S(second, REJECTED, rejected)]
    return rows


WELL, ILL = [0.005] * 60, [0.04] * 10
REJECTS = [
    Case("drifts up", "reject_drift", lots(*WELL, *ILL), 1),
    Case("drifts up and back", "reject_drift", lots(*WELL, *ILL, *[0.0] * 20), 1, clears=1),
    Case("drifts up after its counters were reset", "reject_drift", lots(*WELL, *ILL, reset_at=20), 1),
    Case("usual", "reject_drift", lots(*WELL), 0),
    Case("rises below the limit", "reject_drift", lots(*WELL, *[0.015] * 20), 0),
    Case("was always so: many, but no drift", "reject_drift", lots(*[0.03] * 80), 0, parameters={"above_percent": 3.5}),
    Case("counters fall to zero", "reject_drift", lots(*WELL, reset_at=40), 0),
    Case("too few units to judge", "reject_drift", lots(0.0, 0.2, 0.2), 0),
    Case("made is not known", "reject_drift", [RUNNING, *(S(t, REJECTED, 10 * t) for t in range(60))], 0),
    Case(
        "bad samples",
        "reject_drift",
        [RUNNING, *(S(t, s, 1e6 * t, BAD) for t in range(60) for s in (MADE, REJECTED))],
        0,
    ),
]


def level(start: float, per_min: float, seconds: int, *, first: int = 0) -> list[Row]:
    return [S(first + t, MATERIAL, start - per_min * t / 60) for t in range(0, seconds, 2)]


MATERIALS = [
    Case("below its percent", "material_low", [S(0, MATERIAL, 50), S(1, MATERIAL, 9.9)], 1, since=1),
    Case("runs out within minutes", "material_low", level(60, 8, 60), 1),
    Case("refilled", "material_low", [S(0, MATERIAL, 9), S(5, MATERIAL, 95)], 1, clears=1),
    Case("refilled and low again", "material_low",
         [S(0, MATERIAL, 9), S(5, MATERIAL, 95), S(9, MATERIAL, 8)], 2, clears=1),
    Case("minutes hover about the limit", "material_low",
         [*level(60, 6, 40), *(S(40 + t, MATERIAL, 56.0 - 5.6 * t / 60) for t in range(60))], 1),
    Case("enough", "material_low", level(95, 1, 120), 0),
    Case("a little at the limit", "material_low", [S(0, MATERIAL, 10), S(9, MATERIAL, 10)], 0),
    Case("falls fast, but too short to tell", "material_low", level(90, 60, 20), 0),
    Case("low only by a bad sample", "material_low", [S(0, MATERIAL, 60), S(1, MATERIAL, 0, BAD)], 0),
    Case("slow use and a large load", "material_low", level(90, 5, 60), 0),
]  # fmt: skip

LINKS = [
    Case("lost for longer than its delay", "controller_lost",
         [Linked(0, Link.UP, 0), Linked(10, Link.LOST, 9.5)], 1, since=9.5),
    Case("lost and back", "controller_lost", [Linked(10, Link.LOST, 9.5), Linked(60, Link.UP, 60)], 1, clears=1),
    Case("refused", "controller_lost", [Linked(10, Link.REFUSED)], 1, since=10),
    Case("never there", "controller_lost", [Linked(0, Link.CONNECTING)], 1, since=0),
    Case("tries again and again", "controller_lost",
         [Linked(10 + t, link, 9.5) for t in range(0, 60, 2) for link in (Link.LOST, Link.CONNECTING)], 1, since=9.5),
    Case("refused every two seconds", "controller_lost", [Linked(10 + 2 * n, Link.REFUSED) for n in range(20)], 1),
    Case("lost twice", "controller_lost",
         [Linked(10, Link.LOST, 9), Linked(20, Link.UP, 20), Linked(30, Link.LOST, 29)], 2, clears=1),
    Case("back before its delay", "controller_lost",
         [Linked(0, Link.UP, 0), Linked(10, Link.LOST, 9.5), Linked(12, Link.UP, 12)], 0),
    Case("up", "controller_lost", [Linked(0, Link.UP, 0)], 0),
    Case("connects at once", "controller_lost", [Linked(0, Link.CONNECTING), Linked(1, Link.UP, 1)], 0),
]  # fmt: skip


def burst(*ats: float) -> list[Row]:
    return [Alarm(at, f"{number}") for number, at in enumerate(ats)]


FIVE = (0.0, 1.0, 2.0, 3.0, 4.0)
ALARMS = [
    Case("five in a row", "alarm_burst", burst(*FIVE), 1, "Alarm 0", members=4, since=0),
    Case("seven in a row", "alarm_burst", burst(*FIVE, 5, 6), 1, "Alarm 0", members=6),
    Case("two, where two make a burst", "alarm_burst", burst(0, 1), 1, "Alarm 0", members=1, parameters={"members": 2}),
    Case("silence ends it", "alarm_burst", burst(*FIVE), 1, "Alarm 0", clears=1, members=4, parameters={"gap_s": 60}),
    Case("a second burst after the silence", "alarm_burst", burst(*FIVE, *(100 + at for at in FIVE)), 2, "Alarm 0",
         clears=1, members=8, parameters={"gap_s": 60}, until=120),
    Case("told again by a refresh", "alarm_burst", [*burst(*FIVE), *burst(*FIVE)], 1, "Alarm 0", members=4),
    Case("replayed: by the recorded time, however fast", "alarm_burst",
         [Alarm(n / 10, f"{n}", recorded=n * 100) for n in range(6)], 1, "Alarm 0", members=5,
         parameters={"gap_s": 200}),
    Case("replayed: recorded silence ends it", "alarm_burst",
         [Alarm(n / 10, f"{n}", recorded=n * 100 + (n > 4) * 5000) for n in range(6)], 1, "Alarm 0", clears=1,
         members=4),
    Case("replayed: real silence does not", "alarm_burst",
         [Alarm(n, f"{n}", recorded=n) for n in range(5)], 1, "Alarm 0",
         members=4, parameters={"gap_s": 60}),
    Case("four are too few", "alarm_burst", burst(*FIVE[:4]), 0),
    Case("one alarm told five times", "alarm_burst", [Alarm(at, "same") for at in FIVE], 0),
    Case("too far apart", "alarm_burst", burst(0, 40, 80, 120, 160), 0, parameters={"gap_s": 30}),
    Case("alarms that end", "alarm_burst", [Alarm(at, f"{at}", active=False) for at in FIVE], 0),
    Case("replayed: recorded too far apart", "alarm_burst",
         [Alarm(n / 10, f"{n}", recorded=n * 5000) for n in range(9)], 0),
]  # fmt: skip

CASES = [*STOPS, *RATES, *REJECTS, *MATERIALS, *LINKS, *ALARMS]
EACH = pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.kind}: {case.name}")


@EACH
def test_the_samples_raise_it_or_not(case: Case) -> None:
    found = watched(case)
    phases = Counter(finding.phase for finding in found)
    assert (phases[Phase.RAISED], phases[Phase.CLEARED], phases[Phase.MEMBER]) == (
        case.raises, case.clears, case.members,
    )  # fmt: skip
    raised = [finding for finding in found if finding.phase is Phase.RAISED]
    if raised and case.since is not None:
        assert raised[0].source_at.timestamp() - T0 == pytest.approx(case.since, abs=0.002)
    if raised and case.kind != "controller_lost":
        assert raised[0].first_out == case.first_out


@EACH
def test_two_stations_that_see_the_same_find_the_same_occurrences(case: Case) -> None:
    one, other = ([(f.phase, f.occurrence, f.source_at) for f in watched(case)] for _ in range(2))
    assert one == other
    opened = [occurrence for phase, occurrence, _ in one if phase is not Phase.CLEARED]
    assert len(set(opened)) == len(opened)


def test_every_kind_with_a_detector_has_samples_that_raise_it_and_that_do_not() -> None:
    for kind in EXCEPTION_KINDS.values():
        rows = [case.raises for case in CASES if case.kind == kind.id]
        assert bool(rows) is bool(kind.detector), kind.id
        if rows:
            assert 0 in rows, kind.id
            assert any(rows), kind.id


@pytest.mark.parametrize("kind", sorted({case.kind for case in CASES}))
def test_a_kind_without_a_rule_is_not_watched(kind: str) -> None:
    silent = small_plant(rules=(rule(kind, "L2.packer"),))
    for case in CASES:
        if case.kind == kind:
            assert Watcher(silent).run(case.rows, case.until) == []


def test_a_rule_for_the_machine_counts_before_one_for_all() -> None:
    rules = (rule("unplanned_stop", "L1.filler", delay_s=1), rule("unplanned_stop", delay_s=3000))
    found = Watcher(small_plant(rules=rules)).run([RUNNING, HELD], 60)
    assert len(found) == 1


def test_a_key_names_plant_controller_rule_and_version() -> None:
    row = next(case for case in CASES if case.kind == "breakdown" and case.raises)
    base = small_plant(rules=(rule("breakdown"),))
    versioned = small_plant(
        rules=(type(base.rules[0])(id="r-breakdown", version=2, kind="breakdown", machines=frozenset()),)
    )
    elsewhere = small_plant(rules=base.rules, id="another")
    keys = {Watcher(plant).run(row.rows, 60)[0].occurrence for plant in (base, versioned, elsewhere)}
    assert len(keys) == 3


def test_two_materials_of_one_machine_are_two_occurrences() -> None:
    plant = small_plant(rules=(rule("material_low"),))
    second = type(plant.tags[0])(
        index=len(plant.tags), id="L1.filler.caps", name="Caps", machine="L1.filler", controller="C-L1",
        signal=MATERIAL, unit="%",
    )  # fmt: skip
    watcher = Watcher(small_plant(rules=plant.rules, tags=(*plant.tags, second)))
    watcher.feed(S(0, MATERIAL, 3))
    for detector in watcher.detectors:
        watcher.found += detector.sample(second, 3.0, T0, T0)
    assert len({finding.occurrence for finding in watcher.found}) == 2
