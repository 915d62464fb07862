"""Steps that the plant's log did not take: a person says what became of them."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain import commands as c
from app.domain import events as e
from app.domain.errors import NotFoundError, RefusedError
from app.readmodel import model as m
from app.services.context import Context
from app.services.queries import AGAIN, name, remark


def settle_refusal(command: c.SettleRefusal, ctx: Context) -> Iterator[e.Event]:
    """It was done anew, or is let be. Settled once; whoever comes second is told who was first."""
    row = m.refusal(ctx.view, command.opid)
    if row is None:
        raise NotFoundError("There is no such refused step.", AGAIN)
    if row.closed:
        raise RefusedError(f"{name(ctx, row.settled_by)} settled it already.", AGAIN)
    yield e.RefusalSettled(opid=row.id, note=remark(command.note))
