"""The words of what opens a window reach the function that does it, each within its bounds."""

import importlib
import inspect

import pytest

from ui.cli import app
from ui.desktop import COMMANDS, asked, read


@pytest.mark.parametrize("name", COMMANDS)
def test_a_commands_words_are_what_its_function_takes(name: str) -> None:
    function = getattr(importlib.import_module(COMMANDS[name].module), COMMANDS[name].function)
    taken = inspect.signature(function).parameters
    given = read(name, [])
    assert given.keys() <= taken.keys()
    assert {word for word, row in taken.items() if row.default is row.empty} <= given.keys()


@pytest.mark.parametrize("name", COMMANDS)
def test_the_command_line_lists_it(name: str) -> None:
    assert name in {row.name for row in app.registered_commands}


def test_every_word_arrives() -> None:
    words = ["--from", "2019-06-03", "--speed", "2.5", "--stations=3", "--data", "here", "--smoke", "20"]
    said = read("demo", words)
    assert (said["replay_from"], said["speed"], said["stations"], said["smoke"]) == ("2019-06-03", 2.5, 3, 20.0)
    assert said["data"].name == "here"
    assert read("open", ["lineside:demo"])["what"] == "lineside:demo"


@pytest.mark.parametrize(
    "words",
    [["--stations", "10"], ["--stations", "0"], ["--speed", "0"], ["--speed", "x"], ["--smoke", "4"], ["--smok", "9"],
     ["--metrics", "70000"], ["--seed", "1.5"], ["more"]],
)  # fmt: skip
def test_words_that_make_no_sense_are_refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        read("demo", words)
    assert ended.value.code == 2
    assert "lineside demo: error:" in capsys.readouterr().err


def test_nothing_at_all_opens_this_machines_plant_and_other_commands_are_not_ours() -> None:
    assert asked([])
    assert asked(["demo", "--smoke", "9"])
    assert not asked(["--help"])
    assert not asked(["agent"])
