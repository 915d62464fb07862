"""Tags are added in the form that a machine has them, and nothing else of the file changes."""

import tomllib

import pytest

from app.domain.errors import KnownError
from app.plant.additions import TagRow, with_tags

ROW: TagRow = {"name": "speed", "address": {"node": "nsu=u;s=Speed", "index": 1}}
HEAD = """# first
[[machine]]
id = "a"
type = "t"  # kept
"""
FORMS = {
    "none": "",
    "tables": '[[machine.tag]]\nname = "old" # kept too\n',
    "inline": 'tag = [\n  { name = "old" }, # kept too\n]\n',
}
TAIL = '\n[[machine]]\nid = "b"\n'


@pytest.mark.parametrize("form", FORMS)
def test_tags_are_added_after_those_that_are_there(form: str) -> None:
    text = with_tags(HEAD + FORMS[form] + TAIL, "a", [ROW, {"name": "other"}])
    first, second = tomllib.loads(text)["machine"]
    names = [tag["name"] for tag in first["tag"]]
    assert names == ([] if form == "none" else ["old"]) + ["speed", "other"]
    assert first["tag"][-2] == ROW
    assert second == {"id": "b"}
    assert text.startswith(HEAD)
    assert ("kept too" in text) == (form != "none")


def test_a_machine_that_is_not_there_is_refused() -> None:
    with pytest.raises(KnownError, match='no machine "c"'):
        with_tags(HEAD, "c", [ROW])
