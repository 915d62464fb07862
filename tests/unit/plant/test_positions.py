"""Every key and list item of a TOML text is found at its line and column."""

import tomllib

import pytest

from app.plant.faults import At
from app.plant.positions import Positions

TEXT = """\
a.b = 1
"q x".'y' = {c = 1, d.e = [1, {z = 1}]}
[t."u\\u00e4 v"]
k = "ä" # c
"ä" = 2
[[m]]
i = 1
[[m.tag]]
n = "x"
  [[m.tag]]
  n = "y"
[m.sub]
deep = 1
[[m]]
arr = [
  { a = 1, b = { c = 2 } }, # comment
  [1, 2],
]
[[m.tag]]
n = "z"
long = \"\"\"
two lines
\"\"\"
after = 1
"""

PLACES: tuple[tuple[At, tuple[int, int]], ...] = (
    (("a", "b"), (1, 1)),
    (("q x", "y", "c"), (2, 14)),
    (("q x", "y", "d", "e", 1, "z"), (2, 32)),
    (("t", "uä v", "k"), (4, 1)),
    (("t", "uä v", "ä"), (5, 1)),
    (("m", 0), (6, 3)),
    (("m", 0, "tag", 0, "n"), (9, 1)),
    (("m", 0, "tag", 1), (10, 5)),
    (("m", 0, "sub", "deep"), (13, 1)),
    (("m", 1), (14, 3)),
    (("m", 1, "arr", 0, "b", "c"), (16, 18)),
    (("m", 1, "arr", 1, 1), (17, 7)),
    (("m", 1, "tag", 0, "after"), (24, 1)),
)


@pytest.mark.parametrize(("at", "place"), PLACES)
def test_a_key_is_found(at: At, place: tuple[int, int]) -> None:
    assert Positions(TEXT).of(at) == place


def test_every_place_of_the_data_has_a_line() -> None:
    positions = Positions(TEXT)
    for at in walk((), tomllib.loads(TEXT)):
        line = positions.of(at)[0]
        assert isinstance(at[-1], int) or at[-1].strip("ä") in TEXT.splitlines()[line - 1].replace("\\u00e4", "ä")


def walk(at: At, value: object) -> list[At]:
    """Every place in the data."""
    inner: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    return [place for step, part in inner for place in [(*at, step), *walk((*at, step), part)]]


def test_a_missing_key_is_shown_at_its_table() -> None:
    assert Positions(TEXT).of(("m", 1, "arr", 0, "missing")) == (16, 3)


def test_a_dotted_key_of_a_flat_table_is_found() -> None:
    assert Positions("[s]\nns.x = 1\n").of(("s", "ns.x")) == (2, 1)


def test_the_file_itself_is_line_one() -> None:
    assert Positions("").of(()) == (1, 1)
