"""How a case's history reads: one row per event, in the words of a shift lead. Pure; no Qt."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.case import Entry
from app.domain.plant import Plant
from app.domain.text import safe
from ui.text import Formats, t
from ui.views.cases.queue import name
from ui.views.cases.rows import Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An entry cut into what its sentence needs: who did it, for which function, and the rest of its text."""

    who: str
    function: str
    rest: str
    people: str
    at: str


Sentence = Callable[[Said], str]

SENTENCES: Mapping[str, Sentence] = {
    "CaseOpened": lambda s: t("Opened. First-out: {what}", what=s.rest),
    "ConditionCleared": lambda s: t("The machine is well again"),
    "ConditionReturned": lambda s: t("It came back"),
    "CaseAcknowledged": lambda s: t("{who} acknowledged", who=s.who),
    "CaseShelved": lambda s: t("{who} shelved it: {why}", who=s.who, why=s.rest),
    "CaseUnshelved": lambda s: t("Back from the shelf, time ran out") if s.rest else t("{who} unshelved it", who=s.who),
    "NoteAdded": lambda s: t("{who}: “{text}”", who=s.who, text=s.rest),
    "CaseResolved": lambda s: t("{who} resolved it. {text}", who=s.who, text=s.rest),
    "CaseClosed": lambda s: t("{who} closed it", who=s.who),
    "CaseReopened": lambda s: t("{who} reopened it: {why}", who=s.who, why=s.rest),
    "TaskOffered": lambda s: t("Offered to {function}: {people}", function=s.function, people=s.people),
    "TaskOfferedAgain": lambda s: t("Offered again to {function}: {people}", function=s.function, people=s.people),
    "TaskAccepted": lambda s: t("{people} accepted, {function}", people=s.people, function=s.function),
    "TaskDeclined": lambda s: t("{function} declined by {people}", function=s.function, people=s.people),
    "TaskTimedOut": lambda s: t("Nobody accepted in time, {function}", function=s.function),
    "PromiseMade": lambda s: t("{who} promised {at}, {function}", who=s.who, at=s.at, function=s.function),
    "PromiseBroken": lambda s: t("Promise {at} broken, {function}", at=s.at, function=s.function),
    "TaskFinished": lambda s: t("{who} finished for {function} {note}", who=s.who, function=s.function, note=s.rest),
    "TaskWithdrawn": lambda s: t("{function} no longer needed {why}", function=s.function, why=s.rest),
}
"""One sentence per event that a case's timeline keeps; a test walks the fold's table against it."""

BAD = frozenset({"PromiseBroken", "TaskTimedOut", "TaskDeclined", "ConditionReturned"})
"""Entries that stand out: something did not go as said."""

TASKS = frozenset(what for what in SENTENCES if what.startswith(("Task", "Promise")))


TOGETHER = timedelta(seconds=2)
"""Offers made within this are one line: to whom it went."""


def runs(entries: Iterable[Entry]) -> list[list[Entry]]:
    """The entries, offers that were made together in one run."""
    found: list[list[Entry]] = []
    for entry in entries:
        first = found[-1][0] if found else None
        if first and entry.what == first.what == "TaskOffered" and entry.at - first.at <= TOGETHER:
            found[-1].append(entry)
        else:
            found.append([entry])
    return found


def line_of(run: Sequence[Entry], plant: Plant, formats: Formats) -> Line:
    """An entry as a line of the timeline; a run of offers as one."""
    entry = run[0]
    if len(run) > 1:
        offers = (cut(one, plant, formats) for one in run)
        to = ", ".join(f"{said.function} ({said.people})" for said in offers)
        return Line(when=formats.clock(entry.at), text=t("Offered: {to}", to=to))
    sentence = SENTENCES.get(entry.what)
    said = cut(entry, plant, formats)
    text = sentence(said) if sentence else f"{said.who}: {said.rest}"
    return Line(when=formats.clock(entry.at), text=text.strip(), bad=entry.what in BAD)


def cut(entry: Entry, plant: Plant, formats: Formats) -> Said:
    """The parts of an entry. A task's text is "Function: words", its words ids of people, a time or a note."""
    text = safe(entry.text)
    function, _, rest = text.partition(": ") if entry.what in TASKS else ("", "", text)
    return Said(
        who=who(entry.person, plant),
        function=function,
        rest=rest,
        people=named(rest, plant),
        at=moment(rest, formats),
    )


def who(person: str, plant: Plant) -> str:
    """ "J. Weiss"; Lineside itself for what the program did."""
    return t("Lineside") if person in ("", "lineside") else name(plant, person)


def named(text: str, plant: Plant) -> str:
    """The text with every person's id as the person's name."""
    return " ".join(_named(word, plant) for word in text.split(" "))


def _named(word: str, plant: Plant) -> str:
    bare = word.rstrip(",:")
    found = plant.people.get(bare)
    return found.short + word[len(bare) :] if found else word


def moment(text: str, formats: Formats) -> str:
    """The wall clock of an ISO instant; the text itself if it is none."""
    try:
        return formats.minute(datetime.fromisoformat(text))
    except ValueError:
        return text
