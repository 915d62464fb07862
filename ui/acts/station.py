"""What concerns the shift and the station: handover, postings, reports, moving about, signing in. No Qt."""

from __future__ import annotations

from app.domain import commands as c
from app.domain.handover import Handover
from app.domain.kinds import REPORTS
from app.domain.lifecycles import HANDOVER, POSTING, HandoverState, HandoverTrigger, PostingTrigger
from app.domain.posting import DIFFERS, Posting
from app.domain.text import safe
from app.readmodel import model
from ui.acts.cases import case_of
from ui.acts.row import Row
from ui.acts.told import send
from ui.desk import Desk
from ui.forms import Choice, Field, FieldKind, Form
from ui.shell import Answers, Shell, id_of, kind_of
from ui.text import t

NOTHING: frozenset[str] = frozenset()
TREND = frozenset({"case", "task", "machine", "line"})
EVERYTHING = frozenset(
    {
        "case",
        "task",
        "hold",
        "order",
        "assignment",
        "handover",
        "item",
        "posting",
        "machine",
        "line",
        "lot",
        "controller",
    }
)


def always(desk: Desk, ref: str) -> bool:
    """No lifecycle bounds it."""
    return True


# --- handover -------------------------------------------------------------------------------------------------------


def handover_of(desk: Desk, ref: str) -> Handover | None:
    """The handover of a ref, or the one that an item belongs to."""
    if kind_of(ref) not in ("handover", "item"):
        return None
    return model.handover(desk.view, id_of(ref).partition("/")[0])


def draft(desk: Desk, ref: str, shell: Shell) -> None:
    """Draft the running shift's handover, or bring its draft up to date, and show it."""
    shell.go("handover")
    send(desk, shell, c.DraftHandover(), t("The handover is drafted."))


def may_sign(desk: Desk, ref: str) -> bool:
    """Whether the handover's lifecycle has the signature now."""
    row = handover_of(desk, ref)
    return row is not None and HANDOVER.may(row.state, HandoverTrigger.SIGN)


def sign(desk: Desk, ref: str, shell: Shell) -> None:
    """Ask for the outgoing shift's signature."""
    row = handover_of(desk, ref)
    if row is None:
        return
    form = Form(
        title=t("Sign the handover {shift} → {next}", shift=row.shift, next=row.next_shift),
        text=t("{items}. After this the list is fixed and the next shift accepts it one by one.",
               items=t("1 item") if len(row.items) == 1 else t("{n} items", n=len(row.items))),
        fields=(Field(id="note", label=t("Note to the next shift"), required=False),),
        confirm=t("Sign"),
    )  # fmt: skip

    def done(answers: Answers | None) -> None:
        if answers is not None:
            send(desk, shell, c.SignHandover(handover_id=row.id, note=answers["note"]), t("Signed."))

    shell.ask(form, done)


def may_accept(desk: Desk, ref: str) -> bool:
    """Whether the item's handover is signed, by somebody else, and nobody has accepted the item yet."""
    row, item, person = handover_of(desk, ref), id_of(ref).partition("/")[2], desk.person
    if row is None or person is None or row.signed_by == person.id:
        return False
    return row.state is HandoverState.SIGNED and item in {i.item_id for i in row.open_items}


def accept(desk: Desk, ref: str, shell: Shell) -> None:
    """Take one item over."""
    handover_id, _, item = id_of(ref).partition("/")
    send(desk, shell, c.AcceptHandoverItem(handover_id=handover_id, item_id=item), t("Accepted."))


# --- postings -------------------------------------------------------------------------------------------------------


def posting_of(desk: Desk, ref: str) -> Posting | None:
    """The posting that a ref names."""
    return model.posting(desk.view, id_of(ref)) if kind_of(ref) == "posting" else None


def may_retry(desk: Desk, ref: str) -> bool:
    """Whether the posting's lifecycle lets a person send it again."""
    row = posting_of(desk, ref)
    return row is not None and POSTING.may(row.state, PostingTrigger.RETRY)


def retry(desk: Desk, ref: str, shell: Shell) -> None:
    """Show the ERP's own words, take the answer where it asked something, and send it again."""
    row = posting_of(desk, ref)
    if row is None:
        return

    def done(answers: Answers | None) -> None:
        if answers is not None:
            answer = "taken as it stands" if row.token == DIFFERS else answers.get("answer", "")
            send(desk, shell, c.RetryPosting(key=row.id, answer=answer), t("On its way again."))

    shell.ask(retry_form(row), done)


def retry_form(row: Posting) -> Form:
    """What a person is asked before a posting goes out again: the ERP's question, a document that differs, or a no."""
    facts = (safe(row.words) or t("nothing"),)
    if row.token == DIFFERS:
        return Form(
            title=t("{subject} stands otherwise in the ERP", subject=row.subject),
            text=t("Correct the document in the ERP, or take it as it stands there. Nothing is posted a second time."),
            facts=facts,
            fields=(),
            confirm=t("Take it as it stands"),
        )
    if row.token:
        return Form(
            title=t("The ERP asks about {subject}", subject=row.subject),
            text=t("The ERP's question; your answer goes back with the posting:"),
            facts=facts,
            fields=(Field(id="answer", label=t("Your answer")),),
            confirm=t("Send the answer"),
        )
    return Form(
        title=t("Send {subject} to the ERP again", subject=row.subject),
        text=t("The ERP said:"),
        facts=facts,
        fields=(),
        confirm=t("Send again"),
    )


# --- the station ----------------------------------------------------------------------------------------------------


def report(desk: Desk, ref: str, shell: Shell) -> None:
    """Two keystrokes and a sentence: F2, what it is, what happened. What is selected says where."""
    machine, line = place_of(desk, ref)
    what = tuple(Choice(value=key, label=text) for key, (text, _function, _priority) in REPORTS.items())
    where = desk.plant.label(machine) or (desk.plant.lines[line].name if line else "")
    form = Form(
        title=t("Report at {where}", where=where) if where else t("Report"),
        fields=(
            Field(id="what", label=t("What is it"), kind=FieldKind.CHOICE, choices=what),
            Field(id="text", label=t("What happened"), hint=t("one sentence")),
        ),
        confirm=t("Report"),
    )

    def done(answers: Answers | None) -> None:
        if answers is not None:
            command = c.ReportException(what=answers["what"], text=answers["text"], machine=machine, line=line)
            send(desk, shell, command, t("Reported."))

    shell.ask(form, done)


def place_of(desk: Desk, ref: str) -> tuple[str | None, str | None]:
    """(machine, line) that a ref leads to; None where there is none."""
    if kind_of(ref) == "line" and id_of(ref) in desk.plant.lines:
        return None, id_of(ref)
    case = case_of(desk, ref)
    machine = id_of(ref) if kind_of(ref) == "machine" else (case.machine if case else None)
    found = desk.plant.machines.get(machine or "")
    return (found.id, found.line) if found else (None, case.line if case else None)


def trend(desk: Desk, ref: str, shell: Shell) -> None:
    """Show the values of what is selected over time."""
    case = case_of(desk, ref) if kind_of(ref) == "task" else None
    shell.go(f"trends:case/{case.id}" if case else f"trends:{ref}")


def open_it(desk: Desk, ref: str, shell: Shell) -> None:
    """Show what is selected in its own view."""
    shell.go(ref)


def sign_in(desk: Desk, ref: str, shell: Shell) -> None:
    """Lock the station and show who can sit down."""
    shell.sign_in()


def sign_out(desk: Desk, ref: str, shell: Shell) -> None:
    """Leave the station."""
    shell.sign_out()


def somebody(desk: Desk, ref: str) -> bool:
    """Whether somebody sits here."""
    return desk.person is not None


ROWS = (
    Row(id="open", text="open", key="Return", kinds=EVERYTHING, commands=(), may=always, run=open_it),
    Row(id="case.trend", text="trend", key="T", kinds=TREND, commands=(), may=always, run=trend),
    Row(id="handover.draft", text="draft the handover", key="G", kinds=NOTHING, commands=(c.DraftHandover,),
        may=always, run=draft),
    Row(id="handover.sign", text="sign the handover", key="I", kinds=frozenset({"handover", "item"}),
        commands=(c.SignHandover,), may=may_sign, run=sign),
    Row(id="item.accept", text="accept the item", key="A", kinds=frozenset({"item"}),
        commands=(c.AcceptHandoverItem,), may=may_accept, run=accept),
    Row(id="posting.retry", text="send again", key="Y", kinds=frozenset({"posting"}),
        commands=(c.RetryPosting,), may=may_retry, run=retry),
    Row(id="report", text="report", key="F2", kinds=NOTHING, commands=(c.ReportException,), may=always, run=report),
    Row(id="sign_in", text="lock, sign in", key="Ctrl+L", kinds=NOTHING, commands=(), may=always, run=sign_in),
    Row(id="sign_out", text="sign out", key="Ctrl+Shift+L", kinds=NOTHING, commands=(), may=somebody, run=sign_out),
)  # fmt: skip
