"""What can be done to a proposal: accept or decline it; what accepting does is said before. No Qt."""

from __future__ import annotations

from collections.abc import Callable

from app.domain import commands as c
from app.domain.lifecycles import PROPOSAL, ProposalTrigger
from app.domain.proposal import Proposal, may_decide
from app.readmodel import model
from ui.acts import pick
from ui.acts.row import Row
from ui.acts.told import send
from ui.desk import Desk
from ui.forms import Form
from ui.proposals import facts, sureness, title, will
from ui.shell import Answers, Shell, id_of, kind_of
from ui.text import Formats, t

PROPOSALS = frozenset({"proposal"})


def proposal_of(desk: Desk, ref: str) -> Proposal | None:
    """The proposal that a ref names."""
    return model.proposal(desk.view, id_of(ref)) if kind_of(ref) == "proposal" else None


def may(trigger: ProposalTrigger) -> Callable[[Desk, str], bool]:
    """Whether its lifecycle has this step now, and it is this person's to decide."""

    def asked(desk: Desk, ref: str) -> bool:
        row, person = proposal_of(desk, ref), desk.person
        return row is not None and person is not None and PROPOSAL.may(row.state, trigger) and may_decide(row, person)

    return asked


def names_of(desk: Desk) -> dict[str, str]:
    """Product code → name, as the ERP has them."""
    return {code: product.name for code, product in desk.reference.products.items()}


def accept(desk: Desk, ref: str, shell: Shell) -> None:
    """Say what was found and what accepting it does, then ask."""
    row = proposal_of(desk, ref)
    if row is None:
        return
    change, evidence = row.change, row.evidence
    form = Form(
        title=title(change, evidence, desk.plant, names_of(desk)),
        text=will(change) + ".",
        facts=(sureness(change, evidence, Formats(desk.plant.zone)), *facts(change, evidence)),
        confirm=t("Accept"),
        careful=True,
    )

    def done(answers: Answers | None) -> None:
        if answers is not None:
            send(desk, shell, c.AcceptProposal(proposal_id=row.id), t("Accepted."))

    shell.ask(form, done)


def decline(desk: Desk, ref: str, shell: Shell) -> None:
    """Ask why it shall stay as it is."""
    row = proposal_of(desk, ref)
    if row is None:
        return
    form = Form(title=t("Leave it as it is"), fields=(pick.reason(),), confirm=t("Decline"))

    def done(answers: Answers | None) -> None:
        if answers is not None:
            command = c.DeclineProposal(proposal_id=row.id, reason=answers["reason"])
            send(desk, shell, command, t("Declined; it comes back only if the gap grows."))

    shell.ask(form, done)


ROWS = (
    Row(
        id="proposal.accept",
        text="accept",
        key="O",
        kinds=PROPOSALS,
        commands=(c.AcceptProposal,),
        may=may(ProposalTrigger.ACCEPT),
        run=accept,
    ),
    Row(
        id="proposal.decline",
        text="decline",
        key="D",
        kinds=PROPOSALS,
        commands=(c.DeclineProposal,),
        may=may(ProposalTrigger.DECLINE),
        run=decline,
    ),
)
