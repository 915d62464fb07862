"""Which ERP the demo has, and what its plant then says of it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from app.domain.errors import KnownError
from app.erp.registry import check_settings
from app.plant.check import load
from app.secrets import stored_secret
from drivers.demo import Demo, DemoOptions
from drivers.demo_tryton.install import DATES, Installed, copied
from drivers.demo_tryton.sign_in import PASSWORD, SECRET, keep
from drivers.registry import ADDRESS_CHECKS


@pytest.mark.parametrize("erp", ["demo", "tryton"])
def test_the_demos_plant_names_its_erp_with_sound_settings(tmp_path: Path, erp: str) -> None:
    demo = Demo(tmp_path, DemoOptions(erp=erp))
    plant = demo.placed(load(demo.file, ADDRESS_CHECKS, check_settings))
    assert plant.erp.adapter == erp
    assert check_settings(plant.erp) == []


@pytest.mark.parametrize("options", [DemoOptions(erp="sap"), DemoOptions(erp="tryton", replay=Path("bursts.csv"))])
def test_an_erp_that_the_demo_has_not_is_refused_in_words(tmp_path: Path, options: DemoOptions) -> None:
    with pytest.raises(KnownError, match="The demo has no ERP"):
        Demo(tmp_path, options)


def test_the_demos_password_is_among_the_stations_secrets(tmp_path: Path) -> None:
    keep(tmp_path)
    assert stored_secret(tmp_path, SECRET) == PASSWORD


def test_a_copy_of_the_filled_database_is_planned_for_today_and_has_no_old_rows(tmp_path: Path) -> None:
    golden = tmp_path / "golden.sqlite"
    with closing(sqlite3.connect(golden)) as db:
        for table in {table for table, _ in DATES}:
            columns = ", ".join(f"{column} DATE" for name, column in DATES if name == table)
            db.execute(f"CREATE TABLE {table} ({columns})")
        db.execute("INSERT INTO production VALUES ('2026-03-28', NULL)")
        db.commit()
    place = tmp_path / "server"
    place.mkdir()
    (place / "lineside.sqlite-wal").write_bytes(b"old rows")
    copied(Installed(python=Path("python"), golden=golden, day=date(2026, 3, 27)), place)
    assert not (place / "lineside.sqlite-wal").exists()
    with closing(sqlite3.connect(place / "lineside.sqlite")) as db:
        ((planned, started),) = db.execute("SELECT planned_date, planned_start_date FROM production").fetchall()
    assert (date.fromisoformat(planned) - datetime.now(UTC).date()).days == 1
    assert started is None
