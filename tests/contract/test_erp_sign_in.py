"""A sign-in that is refused is tried once, however many ask at a time: a guess more may lock the user out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from app.domain.erp_errors import ErpAuthError
from app.erp.b2mml.adapter import by_web
from app.erp.erpnext.adapter import ErpNext
from app.erp.mapped.adapter import Mapped
from app.erp.odoo.adapter import Odoo
from app.erp.registry import ERPS
from app.erp.sap.adapter import SapS4
from app.erp.sign_in import SignInGuard
from app.ports import Erp
from tests.contract.erp_twins import confirm
from tests.contract.rigs.erp_peer import Peer, Reply, Request, reply

MAPPING = {
    "orders.from": "orders", "orders.number": "No", "orders.product": "Item", "orders.line": "Line",
    "orders.quantity": "Qty", "orders.unit": "UoM", "orders.start_at": "Start", "orders.due_at": "Due",
    "confirm_production.to": "c", "confirm_production.key": "Id", "confirm_production.order": "No",
    "confirm_production.good": "Good", "confirm_production.scrap": "Scrap",
}  # fmt: skip

SIGNED: dict[str, Callable[[str, Callable[[], str]], Erp]] = {
    "odoo": lambda url, secret: Odoo(url, "plant", 17, secret, user="robot"),
    "odoo 19": lambda url, secret: Odoo(url, "plant", 19, secret),
    "erpnext": lambda url, secret: ErpNext(url, "Europe/Vienna", secret),
    "sap": lambda url, secret: SapS4(url, "1000", "Europe/Vienna", secret),
    "b2mml_web": by_web,
    "mapped": lambda url, secret: Mapped(secret, **MAPPING, url=url),
}
each_erp = pytest.mark.parametrize("name", SIGNED)


class Guarded(Peer):
    """Takes one word, and has nothing else to say; Odoo's older way says no with 200."""

    takes = "new"

    def answer(self, request: Request) -> Reply:
        if request.path == "/jsonrpc":
            taken = self.takes in request.json["params"]["args"]
            if request.json["params"]["service"] == "object" and not taken:
                return reply({"error": {"data": {"name": "odoo.exceptions.AccessDenied", "message": "Access Denied"}}})
            return reply({"result": 7 if taken else False})
        return Reply(status=404 if self.takes in request.headers.get("authorization", "") else 401)


def test_no_adapter_that_signs_in_is_missing() -> None:
    """Tryton's own test counts its sign-ins at a real server."""
    assert {name for name, row in ERPS.items() if row.secret} - set(SIGNED) == {"tryton"}


@each_erp
async def test_eight_lanes_and_a_reader_try_a_wrong_sign_in_once(name: str) -> None:
    peer = Guarded()
    with peer.up():
        erp = SIGNED[name](peer.url, lambda: "wrong")
        asked = [*(erp.post(confirm(f"k-{n}")) for n in range(8)), erp.orders()]
        said = await asyncio.gather(*asked, return_exceptions=True)
        assert {type(error) for error in said} == {ErpAuthError}
        with pytest.raises(ErpAuthError):
            await erp.find("k-1")
        await erp.aclose()
    assert len(peer.asked) == 1


@each_erp
async def test_a_sign_in_that_was_taken_and_is_no_longer_is_tried_no_further(name: str) -> None:
    peer = Guarded()
    with peer.up():
        erp = SIGNED[name](peer.url, lambda: "new")
        [before] = await asyncio.gather(erp.orders(), return_exceptions=True)
        assert not isinstance(before, ErpAuthError)
        peer.takes, asked = "newer", len(peer.asked)
        for _ in range(3):
            with pytest.raises(ErpAuthError):
                await erp.orders()
        await erp.aclose()
    assert len(peer.asked) == asked + 1


@pytest.mark.parametrize("secret", ["schlüssel", "copied with its end\n"])
async def test_a_secret_that_no_header_can_hold_is_a_refused_sign_in(secret: str) -> None:
    peer = Guarded()
    with peer.up():
        erp = ErpNext(peer.url, "Europe/Vienna", lambda: secret)
        with pytest.raises(ErpAuthError, match="secret set"):
            await erp.orders()
        await erp.aclose()
    assert peer.asked == []


async def test_after_a_while_it_is_tried_again_and_once_taken_nobody_waits() -> None:
    guard = SignInGuard(again_after_s=0.0)
    async with guard.turn():
        guard.refused(ErpAuthError("no"))
    async with guard.turn():
        guard.taken()
    assert guard.good
