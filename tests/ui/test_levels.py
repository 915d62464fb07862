import pytest

from tests.ui.plant import make_plant
from ui.levels import path, up

PLANT = make_plant()


@pytest.mark.parametrize(
    ("view", "title", "ref", "texts", "above"),
    [
        ("overview", "Overview", "machine/L2.filler", ["Plant Nord"], "overview"),
        ("line", "Line", "line/L2", ["Plant Nord", "Line 2"], "overview"),
        ("line", "Line", "machine/L2.filler", ["Plant Nord", "Line 2"], "overview"),
        ("machine", "Machine", "machine/L2.filler", ["Plant Nord", "Line 2", "Filler"], "line/L2"),
        ("trends", "Trends", "machine/L2.filler", ["Plant Nord", "Line 2", "Filler", "Trends"], "machine/L2.filler"),
        ("trends", "Trends", "", ["Plant Nord", "Trends"], "overview"),
        ("cases", "Cases", "case/c1", ["Plant Nord", "Cases"], "overview"),
        ("machine", "Machine", "", ["Plant Nord", "Machine"], "overview"),
    ],
)
def test_the_way_down_and_one_level_up(view: str, title: str, ref: str, texts: list[str], above: str) -> None:
    crumbs = path(PLANT, view, title, ref)
    assert [crumb.text for crumb in crumbs] == texts
    assert up(crumbs) == above
