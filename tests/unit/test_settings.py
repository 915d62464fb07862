"""What holds of several words for a setting, and how a word at fault is refused."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.config import Config, Machine, Shared, config, demo_config, keep_shared
from app.domain.errors import KnownError
from app.policy import KEY, values
from app.settings import SETTINGS, Kind, Origin, Word, holds
from app.settings_page import page
from resources import path as resource
from ui import layout_file
from ui.layout_file import Layout
from ui.settings import with_theme


def machine(folder: Path, text: str = "", policy: dict[str, object] | None = None, **environ: str) -> Machine:
    """A machine whose site file has a text."""
    site = folder / "lineside.toml"
    site.write_text(text, encoding="utf-8")
    return Machine(environ={"LINESIDE_SITE": str(site), **environ}, windows=False, policy=lambda: policy or {})


def told(tmp_path: Path, text: str) -> str:
    with pytest.raises(KnownError) as refused:
        config(tmp_path, machine=machine(tmp_path, text))
    return str(refused.value)


def test_the_policy_wins_over_the_command_line_over_the_environment_over_the_join_over_the_file(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    text = 'wall = "line/L1"\nstation = "file"\nstore = "postgresql://file/x"\n'
    keep_shared(data, Shared(url="postgresql://joined/x", station="joined"))

    def found(policy: dict[str, object] | None = None, given: dict[str, str] | None = None, **environ: str) -> Config:
        return config(data, given, machine(tmp_path, text, policy, **environ))

    assert (found().station, found().store, found().wall) == ("joined", "postgresql://joined/x", "line/L1")
    assert found(LINESIDE_STATION="env").station == "env"
    assert found(given={"wall": "overview"}, LINESIDE_WALL="line/L2").wall == "overview"
    pinned = found({"wall": "handover:wall"}, {"wall": "overview"}, LINESIDE_WALL="line/L2")
    assert (pinned.wall, pinned.fixed("wall"), pinned.fixed("station")) == ("handover:wall", True, False)
    assert str(pinned.said["store"]) == f"lineside join {data / 'shared.json'}"


@given(st.lists(st.sampled_from(Origin), unique=True, min_size=1))
def test_of_several_words_the_one_of_the_first_origin_holds(origins: list[Origin]) -> None:
    words = [Word(value=origin.value, origin=origin) for origin in origins]
    found = holds(words)
    assert found is not None
    assert found.origin is next(origin for origin in Origin if origin in origins)


def test_where_nobody_says_anything_there_is_nothing_but_the_machines_name(tmp_path: Path) -> None:
    found = config(tmp_path, machine=machine(tmp_path))
    assert (found.store, found.plant, found.theme, found.wall, found.metrics_port, found.said) == (
        "",
        None,
        "",
        "",
        0,
        {},
    )
    assert found.station
    assert found.log == tmp_path / "lineside.log"


def test_a_name_is_made_for_each_machine_and_each_log_is_its_stations(tmp_path: Path) -> None:
    text = f'station = "wall-{{host}}.{{user}}"\nlog_folder = "{tmp_path}/logs"\n'
    found = config(tmp_path, machine=machine(tmp_path, text))
    assert found.station.startswith("wall-")
    assert "{" not in found.station
    assert found.log == tmp_path / "logs" / f"{found.station}.log"
    assert found.log.parent.is_dir()


def test_a_key_that_is_not_there_is_refused_with_its_line_and_the_nearest(tmp_path: Path) -> None:
    said = told(tmp_path, '# ours\n\nthemes = "night"\n')
    assert f"{tmp_path}/lineside.toml:3: there is no setting" in said
    assert 'Did you mean "theme"?' in said


def test_every_fault_is_said_at_once(tmp_path: Path) -> None:
    said = told(tmp_path, 'theme = "dusk"\nmetrics_port = 99999\n[store]\nurl = 1\n')
    assert [line for line in (1, 2, 3) if f".toml:{line}: " in said] == [1, 2, 3]
    assert "one of day, night" in said
    assert "from 0 to 65535" in said


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('store = "postgresql://it:geheim@db/x"', "password"),
        ('store = "postgresql://db/x?password=geheim"', "password"),
        ('store = "db1"', "postgresql://"),
        ('station = "our wall"', "placeholders"),
        ('plant = "plant.toml"', "full path"),
        ('language = "xx"', "one of en"),
        ("metrics_port = true", "whole number"),
        ('metrics_port = "9100"', "whole number"),
        ('wall = ""', "not empty"),
        ('wall = "a\\u0007b"', "not empty"),
        ("wall = = 1", "no TOML"),
    ],
)
def test_a_value_that_can_t_be_is_refused_without_repeating_a_secret(tmp_path: Path, line: str, words: str) -> None:
    said = told(tmp_path, line)
    assert words in said
    assert "geheim" not in said


def test_a_word_of_the_environment_at_fault_names_the_variable(tmp_path: Path) -> None:
    with pytest.raises(KnownError, match="LINESIDE_METRICS_PORT"):
        config(tmp_path, machine=machine(tmp_path, LINESIDE_METRICS_PORT="many"))


def test_a_policy_at_fault_names_the_policy(tmp_path: Path) -> None:
    with pytest.raises(KnownError, match=r"Group policy .*Policies.Lineside: there is no setting"):
        config(tmp_path, machine=machine(tmp_path, policy={"colour": "red"}))


def test_a_demo_has_nothing_of_the_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "site.toml").write_text('store = "postgresql://db/plant"\nstation = "x"\n', encoding="utf-8")
    monkeypatch.setenv("LINESIDE_SITE", str(tmp_path / "site.toml"))
    monkeypatch.setenv("LINESIDE_STORE", "postgresql://db/plant")
    assert config(tmp_path / "d").store == "postgresql://db/plant"
    assert demo_config(tmp_path / "d").store == ""


def test_a_theme_on_the_screen_wins_over_the_file_and_not_over_the_policy(tmp_path: Path) -> None:
    text = 'theme = "day"\n'
    assert with_theme(config(tmp_path, machine=machine(tmp_path, text)))["theme"].origin is Origin.FILE
    layout_file.save(tmp_path / "layout.json", "one", Layout(window=(0, 0, 9, 9), docks=b"", theme="night"))
    found = with_theme(config(tmp_path, machine=machine(tmp_path, text)))["theme"]
    assert (found.value, found.origin) == ("night", Origin.SCREEN)
    pinned = with_theme(config(tmp_path, machine=machine(tmp_path, text, {"theme": "day"})))["theme"]
    assert (pinned.value, pinned.origin) == ("day", Origin.POLICY)


class Registry:
    """The part of the module `winreg` that is used, over a dictionary."""

    HKEY_LOCAL_MACHINE, KEY_READ, KEY_WOW64_64KEY = 1, 2, 4

    def __init__(self, held: dict[str, object] | None) -> None:
        self.held = held

    def OpenKey(self, root: int, key: str, reserved: int, access: int) -> "Registry":
        if self.held is None or (root, key, access) != (1, KEY, 6):
            raise FileNotFoundError
        return self

    def EnumValue(self, key: "Registry", place: int) -> tuple[str, object, int]:
        try:
            name, value = list((self.held or {}).items())[place]
        except IndexError:
            raise OSError from None
        return name, value, 1

    def __enter__(self) -> "Registry":
        return self

    def __exit__(self, *_: object) -> None:
        pass


def test_the_policy_is_read_from_the_registry_whatever_the_case_of_its_names() -> None:
    assert values(Registry({"Theme": "night", "metrics_port": 9100})) == {"theme": "night", "metrics_port": 9100}
    assert values(Registry(None)) == {}


def test_every_row_can_be_said_and_shown() -> None:
    assert len({row.key for row in SETTINGS}) == len(SETTINGS)
    for row in SETTINGS:
        assert row.help
        assert row.default
        assert bool(row.choices) == (row.kind is Kind.CHOICE)
        assert (row.high > row.low) == (row.kind is Kind.NUMBER)


def test_the_manuals_page_is_made_from_the_table() -> None:
    text = resource("manual/settings.md").read_text(encoding="utf-8")
    assert page() == text, "run: python -m app.manual resources/manual"
