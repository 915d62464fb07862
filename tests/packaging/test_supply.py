"""Licences and known faults: what is shipped has a licence and a text, and not knowing is no clean bill."""

import json
import tomllib
from importlib.metadata import distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.needs import ROOT
from tests.packaging.scripts import load

notices = load("supply/notices.py")
audit = load("supply/audit.py")
INSTALLED = {notices.normal(each.name): each for each in distributions()}
with (ROOT / "pyproject.toml").open("rb") as file:
    WANTED = [Requirement(text) for text in tomllib.load(file)["project"]["dependencies"]]
SHIPPED = notices.closure(INSTALLED, WANTED)


def test_everything_that_lineside_needs_is_shipped_and_no_tool() -> None:
    assert {"pyside6-essentials", "psycopg-binary", "asyncua", "cryptography", "sqlalchemy", "six"} <= set(SHIPPED)
    assert not {"pytest", "mypy", "ruff", "hypothesis", "hatchling", "lineside"} & set(SHIPPED)


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_everything_shipped_has_a_licence_and_its_text(name: str) -> None:
    assert notices.licence_of(INSTALLED[name]) != "unknown"
    assert [text for text in notices.texts_of(INSTALLED[name]) if text.is_file()]


@pytest.mark.parametrize("name", ["pyside6-essentials", "shiboken6", "psycopg", "psycopg-binary", "asyncua"])
def test_the_lgpl_comes_with_the_gpl_that_it_refers_to(name: str) -> None:
    assert notices.licence_of(INSTALLED[name]).startswith("LGPL-3.0")
    texts = " ".join(text.read_text(encoding="utf-8") for text in notices.texts_of(INSTALLED[name]))
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in texts
    assert "GNU GENERAL PUBLIC LICENSE\n" in texts


def test_a_component_keeps_its_texts_in_their_order(tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_text("first", encoding="utf-8")
    (tmp_path / "a.txt").write_text("second", encoding="utf-8")
    texts = notices.Texts(tmp_path / "kept")
    kept = texts.keep("qt", [tmp_path / "b.txt", tmp_path / "a.txt", tmp_path / "b.txt"])
    assert [(tmp_path / "kept" / name).read_text(encoding="utf-8") for name in kept] == ["first", "second"]


def told(*rows: dict[str, object]) -> str:
    return json.dumps({"dependencies": rows, "fixes": []})


CLEAN = {"name": "idna", "version": "3.20", "vulns": []}
FAULTY = {"name": "idna", "version": "3.6", "vulns": [{"id": "PYSEC-2024-60", "fix_versions": ["3.7"]}]}
SKIPPED = {"name": "six", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (told(CLEAN), 0),
        (told(CLEAN, FAULTY), 1),
        (told(FAULTY, SKIPPED), 1),
        (told(CLEAN, SKIPPED), 2),
        (told(), 2),
        ("", 2),
    ],
)
def test_only_what_was_looked_up_is_a_verdict(said: str, code: int) -> None:
    assert audit.verdict(said, "ConnectionError: no route").code == code


def test_a_known_fault_is_named_with_what_mends_it() -> None:
    assert audit.verdict(told(FAULTY), "").faults == ("idna 3.6: PYSEC-2024-60; mended in 3.7",)


def test_out_of_reach_says_why() -> None:
    assert audit.verdict("", "first line\nConnectionError: no route").trouble == "ConnectionError: no route"
