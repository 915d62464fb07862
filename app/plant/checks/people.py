"""Checks of the site's time, people and shifts: somebody who may decide is there at every hour of the week."""

from __future__ import annotations

import re
from collections.abc import Iterator
from zoneinfo import ZoneInfo, available_timezones

from app.domain.people import Role
from app.plant.checks.facts import Facts
from app.plant.faults import Misfit, did_you_mean
from app.plant.fields import DAYS
from app.plant.schema import ShiftRow

ARGON2ID = re.compile(r"\$argon2id\$v=\d+\$m=\d+,t=\d+,p=\d+\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]+")
DAY_MIN = 24 * 60
WEEK_MIN = 7 * DAY_MIN


def the_time_zone_is_known(facts: Facts) -> Iterator[Misfit]:
    """Shifts are in the site's time, with its summer time."""
    name = facts.draft.file.site.timezone
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # ZoneInfoNotFoundError is a KeyError; a folder's name an OSError
        todo = did_you_mean(name, sorted(available_timezones()), 'Use an IANA name such as "Europe/Berlin".')
        yield Misfit(at=("site", "timezone"), message=f'there is no time zone "{name}".', todo=todo)


def password_hashes_are_argon2id(facts: Facts) -> Iterator[Misfit]:
    """Never a password, never a weaker hash."""
    for at, row in facts.draft.each("person", facts.draft.file.person):
        if row.password_hash and not ARGON2ID.fullmatch(row.password_hash):
            yield Misfit(
                at=(*at, "password_hash"),
                message="this is no argon2id hash.",
                todo='Hash the password with argon2id ("$argon2id$v=19$m=…"); never write the password itself.',
            )


def every_shift_has_a_lead(facts: Facts) -> Iterator[Misfit]:
    """The ladder of an exception ends at the shift lead."""
    leads = {row.id for row in facts.draft.file.person if Role.SHIFT_LEAD in row.roles}
    for at, row in facts.draft.each("shift", facts.draft.file.shift):
        if not row.closed and not leads & set(row.people):
            todo = 'Add a person with the role "shift_lead", or closed = true where the plant stands.'
            yield Misfit(at=at, message="the shift has no shift lead.", todo=todo)


def shifts_cover_the_week(facts: Facts) -> Iterator[Misfit]:
    """There is no hour for which nobody was thought of."""
    for start_min, end_min in holes(facts.draft.file.shift):
        todo = "Add a shift, or one with closed = true where the plant stands."
        message = f"nobody is on shift {moment(start_min)}–{moment(end_min, start_min)}."
        yield Misfit(at=("shift",), message=message, todo=todo)


def holes(shifts: list[ShiftRow]) -> list[tuple[int, int]]:
    """The spans of the week that no shift covers, in minutes since Monday 00:00; the last may end after the week."""
    spans = sorted(span for shift in shifts for span in _spans(shift))
    found: list[tuple[int, int]] = []
    reached = 0
    for start_min, end_min in spans:
        if start_min > reached:
            found.append((reached, start_min))
        reached = max(reached, end_min)
    if reached < WEEK_MIN:
        found.append((reached, WEEK_MIN))
    if len(found) > 1 and found[0][0] == 0 and found[-1][1] == WEEK_MIN:
        found = [*found[1:-1], (found[-1][0], WEEK_MIN + found[0][1])]
    return found


def _spans(shift: ShiftRow) -> Iterator[tuple[int, int]]:
    start_min, end_min = (moment.hour * 60 + moment.minute for moment in (shift.start, shift.end))
    length_min = (end_min - start_min) % DAY_MIN or DAY_MIN
    for day in shift.days:
        begin = day * DAY_MIN + start_min
        yield begin, min(begin + length_min, WEEK_MIN)
        if begin + length_min > WEEK_MIN:
            yield 0, begin + length_min - WEEK_MIN


def moment(minute: int, since: int | None = None) -> str:
    """ "mon 06:00"; only "06:00" on the day of `since`, and "24:00" for its end."""
    if since is not None and 0 < minute - since // DAY_MIN * DAY_MIN <= DAY_MIN:
        within = minute - since // DAY_MIN * DAY_MIN
        return f"{within // 60:02}:{within % 60:02}"
    within = minute % DAY_MIN
    return f"{DAYS[minute % WEEK_MIN // DAY_MIN]} {within // 60:02}:{within % 60:02}"


def needed_skills_exist(facts: Facts) -> Iterator[Misfit]:
    """A skill that nobody has can never be found when it is needed."""
    held = {skill for row in facts.draft.file.person for skill in row.skills}
    needed = [
        ((*at, "skills", index), skill)
        for at, line in facts.draft.each("line", facts.draft.file.line)
        for index, skill in enumerate(line.skills)
    ]
    types = facts.draft.each("machine_type", facts.draft.file.machine_type)
    needed += [((*at, "skill"), row.skill) for at, row in types if row.skill is not None]
    for at, skill in needed:
        if skill not in held:
            todo = did_you_mean(skill, sorted(held), "Give it to a [[person]], or leave it out.")
            yield Misfit(at=at, message=f'nobody has the skill "{skill}".', todo=todo)
