import json
from pathlib import Path

import pytest

from ui.layout_file import KEPT, Layout, clamp, fingerprint, load, save

ONE = ((0, 0, 1920, 1080),)
TWO = (*ONE, (1920, 0, 2560, 1440))
LAYOUT = Layout(window=(10, 20, 1600, 900), docks=b"\x00\xffdocks", theme="night", maximized=True)


def test_a_layout_comes_back_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "data" / "window.json"
    assert save(file, fingerprint(ONE), LAYOUT)
    assert load(file, fingerprint(ONE)) == LAYOUT


def test_every_set_of_screens_has_its_own_layout(tmp_path: Path) -> None:
    file = tmp_path / "window.json"
    save(file, fingerprint(ONE), LAYOUT)
    assert load(file, fingerprint(TWO)) is None
    assert fingerprint(TWO) == fingerprint(tuple(reversed(TWO)))


def test_only_the_last_sets_of_screens_are_kept(tmp_path: Path) -> None:
    file = tmp_path / "window.json"
    for n in range(KEPT + 3):
        save(file, str(n), LAYOUT)
    assert load(file, "0") is None
    assert load(file, str(KEPT + 2)) == LAYOUT


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"version": 99, "layouts": {"s": {}}}',
        '{"version": 1, "layouts": {"s": {}}}',
        '{"version": 1, "layouts": {"s": {"window": [1], "docks": ""}}}',
        '{"version": 1, "layouts": {"s": {"window": [1, 2, 3, 4], "docks": "no base64!"}}}',
        '{"version": 1, "layouts": {"s": {"window": "wide", "docks": ""}}}',
    ],
)
def test_a_spoilt_file_is_as_good_as_none(tmp_path: Path, text: str) -> None:
    file = tmp_path / "window.json"
    file.write_text(text, encoding="utf-8")
    assert load(file, "s") is None


def test_a_disk_that_refuses_loses_the_layout_and_nothing_else(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("", encoding="utf-8")
    assert not save(in_the_way / "window.json", "s", LAYOUT)


def test_nothing_half_written_is_left_beside_the_file(tmp_path: Path) -> None:
    file = tmp_path / "window.json"
    save(file, "s", LAYOUT)
    assert [p.name for p in tmp_path.iterdir()] == ["window.json"]
    assert json.loads(file.read_text(encoding="utf-8"))["version"] == 1


@pytest.mark.parametrize(
    ("rect", "clamped"),
    [
        ((100, 100, 800, 600), (100, 100, 800, 600)),
        ((-5000, 40, 800, 600), (0, 40, 800, 600)),
        ((3000, 100, 800, 600), (3000, 100, 800, 600)),
        ((1800, 100, 4000, 3000), (1920, 0, 2560, 1440)),
        ((2, 2, 10, 10), (2, 2, 640, 480)),
    ],
)
def test_a_window_is_brought_back_onto_the_screens(
    rect: tuple[int, int, int, int], clamped: tuple[int, int, int, int]
) -> None:
    assert clamp(rect, TWO) == clamped
