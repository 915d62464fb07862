"""Diagnostics leave the station without a secret: one is planted in every place where one could be."""

import json
import tomllib
import zipfile
from pathlib import Path

import pytest

from app.bootstrap.diagnostics import Known, save
from app.config import Config
from app.domain.errors import KnownError
from app.erp.registry import check_settings
from app.plant.check import load
from drivers.registry import ADDRESS_CHECKS
from resources import path as resource
from tests.system.command_line import Ended, start

STORED = 'Zq7 "stored" ü&%/1'
SECRETS = (
    STORED,
    "Zq7-in-the-log",
    "Zq7-in-a-url",
    "Zq7-in-the-environment",
    "Zq7-in-the-layout",
    "Zq7-in-last-words",
    "Zq7-of-a-person",
    "Zq7-older-log",
    "MHcCAQEEIZq7",
    "Zq7-front-key",
)


@pytest.fixture(params=[True, False], ids=["with names", "without names"])
def names(request: pytest.FixtureRequest) -> bool:
    """Whether people's names stay in."""
    return bool(request.param)


@pytest.fixture
def saved(names: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """All texts of the archive by name."""
    folder = tmp_path
    data, file, plant = folder / "data", folder / "out" / "d.zip", folder / "plant.toml"
    data.mkdir()
    example = resource("plants/example.toml").read_text(encoding="utf-8")
    plant.write_text(example + '\n# password = "Zq7-of-a-person"\n', encoding="utf-8")
    (data / "secrets.json").write_text(json.dumps({"erp": STORED}), encoding="utf-8")
    (data / "secrets.json").chmod(0o600)
    (data / "lineside.log").write_text(
        f"connecting with password=Zq7-in-the-log\nsaid {STORED!r}\n{json.dumps({'x': STORED})}\n"
        "-----BEGIN PRIVATE KEY-----\nMHcCAQEEIZq7\n-----END PRIVATE KEY-----\nJan Weiss was here\n",
        encoding="utf-8",
    )
    (data / "lineside.log.1").write_text("Authorization: Bearer Zq7-older-log\n", encoding="utf-8")
    (data / "acquisition.log").write_text(f"user a password {STORED}\n", encoding="utf-8")
    (data / "lineside.last.txt").write_text("Fatal Python error: x\ntoken=Zq7-in-last-words\n", encoding="utf-8")
    (data / "layout.json").write_text('{"api_key": "Zq7-in-the-layout"}', encoding="utf-8")
    (data / "front.json").write_text('{"key": "Zq7-front-key"}', encoding="utf-8")
    (data / "pki").mkdir()
    (data / "pki" / "own.pem").write_text("MHcCAQEEIZq7", encoding="utf-8")
    for name, value in (
        ("LINESIDE_NOTE", "https://x:Zq7-in-a-url@erp.example"),
        ("MY_TOKEN", "Zq7-in-the-environment"),
        ("LINESIDE_X", "Zq7-in-the-environment"),
    ):
        monkeypatch.setenv(name, value)
    loaded = load(plant, ADDRESS_CHECKS, check_settings)
    known = Known(checks={"checks": [f"it said {STORED}"]}, plant=loaded, plant_file=plant)
    said = save(file, Config(folder=data, station="desk-1"), known, names=names)
    assert str(file) in said
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_no_secret_is_in_the_file(saved: dict[str, str]) -> None:
    everything = "\n".join(saved.values())
    for secret in SECRETS:
        for form in (secret, json.dumps(secret)[1:-1], repr(secret)[1:-1]):
            assert form not in everything, secret


def test_what_helps_is_in_the_file(saved: dict[str, str]) -> None:
    assert {
        "doctor.json", "versions.json", "settings.json", "journal.json", "plant.toml", "layout.json",
        "logs/lineside.log", "logs/lineside.log.1", "logs/acquisition.log", "logs/lineside.last.txt",
    } <= saved.keys()  # fmt: skip
    assert {"secrets.json", "front.json"}.isdisjoint(saved)
    assert "PySide6" in str(json.loads(saved["versions.json"])["libraries"])
    assert "connecting with password=" in saved["logs/lineside.log"]


def test_people_s_names_stay_only_where_they_are_wanted(saved: dict[str, str], names: bool) -> None:
    assert all((name in saved["plant.toml"]) is names for name in _names())


def _names() -> list[str]:
    with resource("plants/example.toml").open("rb") as file:
        return [person["name"] for person in tomllib.load(file)["person"]]


def test_the_command_writes_the_doctors_answer_too(tmp_path: Path) -> None:
    ended = Ended(start("diagnostics", tmp_path / "d.zip", "--data", tmp_path / "data"), 60)
    assert (ended.rc, ended.err) == (0, "")
    with zipfile.ZipFile(tmp_path / "d.zip") as archive:
        assert json.loads(archive.read("doctor.json"))["checks"]


def test_the_archive_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way", encoding="utf-8")
    with pytest.raises(KnownError, match="can't be written"):
        save(blocked / "d.zip", Config(folder=tmp_path, station="desk-1"), Known(checks={}), names=True)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["file"]
