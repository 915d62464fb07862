from __future__ import annotations

import subprocess
import sys

import pytest

import resources
from app.domain.erp_errors import ErpAuthError, ErpUnsupportedError
from app.domain.errors import KnownError
from app.domain.plant import ErpLink
from app.erp.demo_adapter import DemoErp
from app.erp.none import NoErp
from app.erp.registry import ERPS, Value, check_settings, needed, no_secret, open_erp, secure_address
from app.erp.tryton.adapter import TrytonErp
from tests.needs import ROOT

URL: dict[str, Value] = {"url": "http://127.0.0.1:8069"}
TRYTON: dict[str, Value] = {**URL, "database": "plant", "user": "lineside"}


async def test_every_row_opens_its_adapter() -> None:
    links = (ErpLink(), ErpLink(adapter="demo", settings=URL), ErpLink(adapter="tryton", settings=TRYTON))
    opened = [open_erp(link) for link in links]
    assert [type(erp) for erp in opened] == [NoErp, DemoErp, TrytonErp]
    assert {link.adapter for link in links} <= set(ERPS)
    for erp in opened:
        await erp.aclose()


def test_the_tests_own_twin_is_no_erp_of_a_plant() -> None:
    assert "memory" not in ERPS


FAULTS: dict[str, tuple[ErpLink, list[str]]] = {
    "unknown adapter": (ErpLink(adapter="dmeo"), ["ERP adapter 'dmeo' is unknown (did you mean 'demo'?)."]),
    "far-off adapter": (ErpLink(adapter="x"), [f"ERP adapter 'x' is unknown (there are: {', '.join(ERPS)})."]),
    "missing": (ErpLink(adapter="demo"), ["ERP setting 'url' is missing: demo needs it."]),
    "unknown setting": (
        ErpLink(adapter="demo", settings={**URL, "tokn": "x"}),
        ["ERP setting 'tokn' is unknown for demo (did you mean 'token'?)."],
    ),
    "setting of none": (
        ErpLink(settings={"url": "x"}),
        ["ERP setting 'url' is unknown for none (it takes none)."],
    ),
    "several at once": (
        ErpLink(adapter="demo", settings={"url": "ftp://erp.example", "timeout_s": 0, "token": " "}),
        [
            "ERP setting 'url' must be an address such as \"https://erp.example:8443\".",
            "ERP setting 'token' must be a text.",
            "ERP setting 'timeout_s' must be a number of seconds from 0.1 to 300.",
        ],
    ),
    "truth for seconds": (
        ErpLink(adapter="demo", settings={**URL, "timeout_s": True}),
        ["ERP setting 'timeout_s' must be a number of seconds from 0.1 to 300."],
    ),
    "no address at all": (
        ErpLink(adapter="demo", settings={"url": "http://[::1"}),
        ["ERP setting 'url' must be an address such as \"https://erp.example:8443\"."],
    ),
}


async def test_without_an_erp_everything_is_refused_with_one_sentence() -> None:
    erp = open_erp(ErpLink())
    for ask in (erp.probe, erp.products, erp.orders, erp.lots, erp.stock, erp.demand):
        with pytest.raises(ErpUnsupportedError, match="No ERP is connected"):
            await ask()
    assert await erp.find("any") is None


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_of_the_settings_is_said_at_once(name: str) -> None:
    link, said = FAULTS[name]
    assert check_settings(link) == said
    with pytest.raises(KnownError, match=r"\[erp\] section"):
        open_erp(link)


def test_sound_settings_have_no_fault() -> None:
    assert check_settings(ErpLink()) == []
    assert check_settings(ErpLink(adapter="demo", settings={**URL, "token": "t", "timeout_s": 2.5})) == []


def test_the_adapter_imports_nothing_of_the_server() -> None:
    code = "import sys, app.erp.demo_adapter; sys.exit(any(n.startswith('app.erp.demo.') for n in sys.modules))"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=60)


OPENED: dict[str, dict[str, Value]] = {
    "b2mml_files": {"outbox": "/srv/out", "inbox": "/srv/in", "sender": "Plant 1", "timeout_s": 5},
    "b2mml_web": {"url": "https://erp.example/b2mml", "user": "robot", "timeout_s": 5},
    "odoo": {"url": "https://erp.example", "database": "plant", "version": 18, "user": "robot", "stock": "WH/Stock"},
    "sap": {"url": "https://erp.example", "plant": "1000", "time_zone": "Europe/Vienna", "operation": "0010"},
    "erpnext": {"url": "https://erp.example", "time_zone": "Asia/Kolkata", "stop_reason": "Other"},
    "mapped": {"url": "https://erp.example", "time_zone": "UTC", "lots.from": "lots", "lots.number": "No",
               "lots.product": "Item", "lots.quantity": "Qty", "lots.unit": "U", "lots.status": "S",
               "set_lot_status.to": "status", "set_lot_status.key": "Id", "set_lot_status.lot": "No",
               "set_lot_status.status": "S"},
}  # fmt: skip


@pytest.mark.parametrize("name", OPENED)
async def test_every_adapter_takes_the_settings_of_its_row(name: str) -> None:
    link = ErpLink(adapter=name, settings=OPENED[name])
    assert check_settings(link) == []
    erp = open_erp(link, {"erp": "word"}.get)
    assert erp.capabilities
    await erp.aclose()


@pytest.mark.parametrize("name", OPENED)
def test_every_setting_is_explained_in_the_manual(name: str) -> None:
    page = resources.path("manual/erp.md").read_text(encoding="utf-8")
    assert f"## {name}" in page
    section = page.partition(f"## {name}\n")[2].partition("\n## ")[0]
    assert [key for key in ERPS[name].settings if f"`{key}`" not in section] == []


async def test_an_adapter_with_a_sign_in_is_told_when_no_secret_is_stored() -> None:
    with pytest.raises(ErpAuthError, match="no secret called 'erp'"):
        needed(no_secret, "erp")
    assert needed({"erp": "word"}.get, "erp") == "word"


def test_a_sign_in_is_not_sent_in_the_clear_to_another_machine() -> None:
    assert [secure_address(url) for url in ("https://erp.example", "http://127.0.0.1:1", "http://[::1]:1")] == [""] * 3
    assert "https" in secure_address("http://erp.example")
    assert "https" in secure_address("http://127.0.0.1.example")
