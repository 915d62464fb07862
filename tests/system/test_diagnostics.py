"""Diagnostics leave the station without a secret: one is planted in every place where one could be."""

import json
import tomllib
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What was written: all texts of the archive by name."""

    ended: Ended
    texts: dict[str, str]


@pytest.fixture(scope="module", params=["--with-names", "--without-names"])
def saved(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Saved:
    folder = tmp_path_factory.mktemp("station")
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
    url = "https://x:Zq7-in-a-url@erp.example"
    process = start(
        "diagnostics", file, "--data", data, "--plant", plant, request.param,
        LINESIDE_NOTE=url, MY_TOKEN="Zq7-in-the-environment", LINESIDE_X="Zq7-in-the-environment",
    )  # fmt: skip
    ended = Ended(process, 60)
    assert ended.rc == 0, ended.err
    with zipfile.ZipFile(file) as archive:
        texts = {name: archive.read(name).decode() for name in archive.namelist()}
    texts["--"] = request.param
    return Saved(ended=ended, texts=texts)


def test_no_secret_is_in_the_file(saved: Saved) -> None:
    everything = "\n".join(saved.texts.values())
    for secret in SECRETS:
        for form in (secret, json.dumps(secret)[1:-1], repr(secret)[1:-1]):
            assert form not in everything, secret


def test_what_helps_is_in_the_file(saved: Saved) -> None:
    assert {
        "doctor.json", "versions.json", "settings.json", "journal.json", "plant.toml", "layout.json",
        "logs/lineside.log", "logs/lineside.log.1", "logs/acquisition.log", "logs/lineside.last.txt",
    } <= saved.texts.keys()  # fmt: skip
    assert {"secrets.json", "front.json"}.isdisjoint(saved.texts)
    assert json.loads(saved.texts["doctor.json"])["checks"]
    assert "PySide6" in str(json.loads(saved.texts["versions.json"])["libraries"])
    assert "connecting with password=" in saved.texts["logs/lineside.log"]


def test_people_s_names_stay_only_where_they_are_wanted(saved: Saved) -> None:
    kept = saved.texts["--"] == "--with-names"
    assert all((name in saved.texts["plant.toml"]) is kept for name in _names())


def _names() -> list[str]:
    with resource("plants/example.toml").open("rb") as file:
        return [person["name"] for person in tomllib.load(file)["person"]]


def test_the_archive_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way", encoding="utf-8")
    ended = Ended(start("diagnostics", blocked / "d.zip", "--data", tmp_path / "data"), 60)
    assert ended.rc == 2
    assert "can't be written" in ended.err
