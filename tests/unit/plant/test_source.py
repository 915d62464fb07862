"""Whatever lies under the path of a plant file, it gives data or one fault with a line; never a traceback."""

import os
from pathlib import Path

import pytest

from app.domain.errors import KnownError
from app.plant.check import check, load
from app.plant.faults import PlantFileError
from app.plant.source import LARGEST
from drivers.registry import ADDRESS_CHECKS
from tests.unit.plant.small import SMALL, checked, edited

BAD_BYTES = (
    (b"\xff\xfe[\0s\0", 1, "UTF-16", "Save it as UTF-8"),
    (b"a = 1\n\x7fELF\0\0", 2, "NUL byte", "plant file"),
    (b'a = 1\nb = "\xe4"\n', 2, "0xE4", "Save it as UTF-8"),
    (b"a = 1\na = 2\n", 2, "Cannot overwrite", "there twice"),
    (b"[site]\n[area]\n[site]\n", 3, "Cannot declare", "there twice"),
    (b"a = 1\nb = yes\n", 2, "Invalid value", "true/false"),
    (b"a = 1\nb = [1, 2\n", 3, "Unclosed", "Close"),
    (b'a = 1\nb = "x\n', 2, "Illegal character", "one line"),
    (b'a = 1\nb = "\\\\srv\\x"\n', 2, "Unescaped", "single quotes"),
    (b"a = 1\nb\n", 2, "Expected '='", "key = value"),
    (b"a = 1\n\xc3\xa4 = 2\n", 2, "Invalid", "quotes"),
    (b"a = 1\nb = 2026-02-30\n", 2, "date", "manual"),
    (b"a = " + b"9" * 5000, 1, "Exceeds the limit", "digits"),
    (b"a = " + b"[" * 5_000, 1, "nests", "nesting"),
    (b"\xef\xbb\xbfa = \x01", 1, "not TOML", ""),
    (b"!!python/object/apply:os.system ['true']", 1, "not TOML", "quotes"),
)


@pytest.mark.parametrize(("raw", "line", "says", "todo"), BAD_BYTES, ids=[row[2] for row in BAD_BYTES])
def test_bytes_that_are_no_toml_are_one_fault_with_its_line(
    tmp_path: Path, raw: bytes, line: int, says: str, todo: str
) -> None:
    path = tmp_path / "plant.toml"
    path.write_bytes(raw)
    plant, faults = check(path, ADDRESS_CHECKS)
    assert plant is None
    [fault] = faults
    assert (fault.path, fault.line) == (path, line)
    assert says in fault.message
    assert todo in fault.todo


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("base = 100", f"base = 0x{'F' * 5000}", "more than 64 bits"),
        ("address = 7", f"address = 0x{'F' * 5000}", "more than 64 bits"),
        ("below_percent = 80", f"below_percent = 0x{'F' * 5000}", "more than 64 bits"),
        ("base = 100", f"base = {'a.' * 2000}a", "not TOML"),
        ("base = 100", f"{'a.' * 3000}a = 1", "nested too deeply"),
        ("base = 100", f"base = {'[' * 100}{']' * 100}", "nested too deeply"),
        ("base = 100", f"{'a.' * 30_000}a = 1", "a line of 60005 characters"),
    ],
)
def test_endless_numbers_keys_and_lists_are_one_fault_with_its_line(old: str, new: str, says: str) -> None:
    text = edited(old, new)
    [fault] = checked(text)[1]
    assert says in fault.message
    assert fault.line == text.count("\n", 0, text.index(new)) + 1


def test_an_empty_file_lacks_everything(tmp_path: Path) -> None:
    path = tmp_path / "plant.toml"
    path.touch()
    messages = [fault.message for fault in check(path, ADDRESS_CHECKS)[1]]
    assert '"site" is missing.' in messages
    assert "the file has no [[machine]]." in messages


def test_a_missing_file_a_folder_and_a_pipe_are_faults(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    said = [check(path, ADDRESS_CHECKS)[1][0].message for path in (tmp_path / "no", tmp_path, pipe, Path("a\0b"))]
    assert said == [
        "the file does not exist.",
        "the file is not a file.",
        "the file is not a file.",
        "the file can't be read: embedded null byte.",
    ]


def test_a_file_of_100_mb_is_refused_without_reading_it(tmp_path: Path) -> None:
    path = tmp_path / "plant.toml"
    with path.open("wb") as file:
        file.truncate(100_000_000)
    [fault] = check(path, ADDRESS_CHECKS)[1]
    assert fault.message == f"the file is larger than {LARGEST // 1_000_000} MB."


@pytest.mark.parametrize("text", [SMALL.replace("\n", "\r\n"), "\ufeff" + SMALL, SMALL.replace(" = ", "\t=\t")])
def test_carriage_returns_tabs_and_a_byte_order_mark_are_harmless(tmp_path: Path, text: str) -> None:
    path = tmp_path / "plant.toml"
    path.write_bytes(text.encode())
    assert load(path, ADDRESS_CHECKS).id == "s"


def test_lines_are_right_with_carriage_returns_and_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "plant.toml"
    text = SMALL.replace("Europe/Berlin", "Mars")
    path.write_bytes(("\ufeff" + text.replace("\n", "\r\n")).encode())
    [fault] = check(path, ADDRESS_CHECKS)[1]
    assert (fault.line, fault.column) == (4, 1)


def test_load_raises_one_error_that_lists_the_faults(tmp_path: Path) -> None:
    path = tmp_path / "plant.toml"
    path.write_text(SMALL.replace("Europe/Berlin", "Mars").replace('"opcua"', '"opcu"'), encoding="utf-8")
    with pytest.raises(PlantFileError) as raised:
        load(path, ADDRESS_CHECKS)
    assert isinstance(raised.value, KnownError)
    assert len(raised.value.faults) == 2
    assert "has 2 faults:" in str(raised.value)
    assert f"{path}:4:1: site, timezone" in str(raised.value)
    assert f"lineside check {path}" in raised.value.todo
