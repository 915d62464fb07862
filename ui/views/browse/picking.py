"""What was picked for which machine, and the lines that come of it; the newest proposal counts. No Qt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from app.domain.plant import Machine, Plant
from app.domain.survey import Pick, Proposal, SeenNode
from app.domain.text import safe
from app.plant.picks import fresh_name
from ui.forms import Choice, Field, FieldKind, Form
from ui.shell import Answers, Shell
from ui.survey import Refusal, Survey
from ui.text import t
from ui.views.browse.rows import PickPanel, PickRow

MOST_PICKS = 200
KEEP, LEAVE = "keep", "leave"


class Picking:
    """`changed` is called after every change, also when a proposal has come."""

    def __init__(self, plant: Plant, survey: Survey, shell: Shell, changed: Callable[[], None]) -> None:
        self._plant, self._survey, self._shell, self._changed = plant, survey, shell, changed
        self._picks: dict[str, Pick] = {}
        self._values: dict[str, str] = {}
        self._machines: tuple[Machine, ...] = ()
        self._machine = ""
        self._proposal: Proposal | None = None
        self._trouble = ""
        self._asking = self._stale = False
        self._writing = False

    @property
    def nodes(self) -> frozenset[str]:
        """The nodes that are picked."""
        return frozenset(self._picks)

    def begin(self, machines: tuple[Machine, ...]) -> None:
        """Another server: nothing is picked; its tags may go to these machines."""
        self._picks, self._values = {}, {}
        self._machines = machines
        self._machine = machines[0].id if machines else ""
        self._anew()

    def toggle(self, node: SeenNode) -> None:
        """Pick a variable, or put it back."""
        if node.node in self._picks:
            del self._picks[node.node]
        elif len(self._picks) >= MOST_PICKS:
            self._shell.say(t("{n} tags are the most at once: write these first.", n=MOST_PICKS), bad=True)
            return
        else:
            name = fresh_name(node.name, self._taken())
            self._picks[node.node] = Pick(node=node.node, name=name, label=node.name, unit=node.unit)
            self._values[node.node] = f"{node.value} {node.unit}".strip()
        self._anew()

    def remove(self, node: str) -> None:
        """Put one back."""
        if self._picks.pop(node, None) is not None:
            self._anew()

    def choose_machine(self, machine: str) -> None:
        """To which machine they go; names that it has already become others."""
        if machine == self._machine or machine not in {row.id for row in self._machines}:
            return
        self._machine = machine
        picks, self._picks = self._picks, {}
        for node, pick in picks.items():
            self._picks[node] = replace(pick, name=fresh_name(pick.name, self._taken()))
        self._anew()

    def edit(self, node: str) -> None:
        """Ask for the tag's name, label, unit, and whether its history is kept."""
        pick = self._picks.get(node)
        if pick is None:
            return
        history = (Choice(value=LEAVE, label=t("No")), Choice(value=KEEP, label=t("Yes")))
        form = Form(
            title=t("Tag of {node}", node=safe(pick.label, 60)),
            fields=(
                Field(id="name", label=t("Name within the machine"), value=pick.name),
                Field(id="label", label=t("Name on screens"), value=pick.label),
                Field(id="unit", label=t("Unit"), value=pick.unit, required=False),
                Field(id="history", label=t("Keep its history"), kind=FieldKind.CHOICE, choices=history,
                      value=KEEP if pick.history else LEAVE),
            ),
            confirm=t("Take over"),
        )  # fmt: skip

        def done(answers: Answers | None) -> None:
            if answers is not None and node in self._picks:
                self._picks[node] = replace(
                    pick,
                    name=answers["name"].strip(),
                    label=answers["label"].strip(),
                    unit=answers["unit"].strip(),
                    history=answers["history"] == KEEP,
                )
                self._anew()

        self._shell.ask(form, done)

    def write(self) -> None:
        """Write the lines that are shown, once."""
        proposal = self._proposal
        if proposal is None or self._missing() or self._writing:
            self._shell.say(self._missing() or t("Wait until the lines are there."), bad=True)
            return
        self._writing = True

        def told(answer: Refusal | None) -> None:
            self._writing = False
            if isinstance(answer, Refusal):
                self._shell.say(f"{answer.message} {answer.todo}".strip(), bad=True)
            else:
                tags = t("1 tag") if proposal.tags == 1 else t("{n} tags", n=proposal.tags)
                self._shell.say(t("Added to {machine}: {tags}. Shown once Lineside is started again.",
                                  tags=tags, machine=proposal.machine))  # fmt: skip
                self._picks, self._values = {}, {}
            self._anew()

        self._survey.write(proposal, told)

    def panel(self) -> PickPanel:
        """Everything that is shown of it."""
        missing = self._missing()
        lines = self._proposal.lines if self._proposal is not None and self._picks else ()
        count = len(self._picks)
        what = t("1 tag") if count == 1 else t("{n} tags", n=count)
        file = self._survey.file or t("the plant file")
        return PickPanel(
            rows=tuple(self._row(pick) for pick in self._picks.values()),
            machines=tuple((row.id, self._plant.label(row.id)) for row in self._machines),
            machine=self._machine,
            lines=lines,
            missing=missing,
            button=t("Write {what} into {file}", what=what, file=safe(file, 40)) if count else t("Write"),
            ready=not missing and not self._writing,
        )

    def _row(self, pick: Pick) -> PickRow:
        tag = f"{self._machine}.{pick.name}" if self._machine else pick.name
        return PickRow(key=pick.node, tag=tag, name=pick.label, value=self._values.get(pick.node, ""))

    def _missing(self) -> str:
        if not self._picks:
            return t("Pick variables with Space.")
        if not self._machine:
            return t("No machine of the plant file is served by this controller: add it there first.")
        if self._trouble:
            return self._trouble
        if self._proposal is None or self._asking:
            return t("The lines are being made…")
        return safe(self._proposal.faults[0], 300) if self._proposal.faults else ""

    def _taken(self) -> set[str]:
        there = {tag.id.removeprefix(f"{self._machine}.") for tag in self._plant.tags_of(self._machine)}
        return there | {pick.name for pick in self._picks.values()}

    # --- the lines --------------------------------------------------------------------------------------------------

    def _anew(self) -> None:
        """Ask what would be written now; while an answer is on its way, once more after it."""
        self._stale = True
        if not self._asking:
            self._ask()
        self._changed()

    def _ask(self) -> None:
        self._stale = False
        if not self._picks or not self._machine:
            self._proposal = None
            return
        self._asking = True
        self._survey.propose(self._machine, tuple(self._picks.values()), self._proposed)

    def _proposed(self, answer: Proposal | Refusal) -> None:
        self._asking = False
        refused = isinstance(answer, Refusal)
        self._proposal = None if isinstance(answer, Refusal) else answer
        self._trouble = f"{answer.message} {answer.todo}".strip() if isinstance(answer, Refusal) else ""
        if self._stale or (refused and isinstance(answer, Refusal) and answer.cancelled):
            self._ask()
        self._changed()
