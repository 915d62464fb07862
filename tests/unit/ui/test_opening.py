"""What a desktop hands over means a plant file, the station's own, the demo, or is refused in a sentence."""

from pathlib import Path

import pytest

from app.domain.errors import KnownError
from ui.opening import Wanted, site_plant, wanted


@pytest.fixture
def site(tmp_path: Path) -> Path:
    file = tmp_path / "plant.toml"
    file.touch()
    return file


@pytest.mark.parametrize("what", ["", "lineside:", "lineside:open"])
def test_nothing_in_particular_is_the_stations_own_plant(what: str, site: Path) -> None:
    assert wanted(what, site) == Wanted(plant=site)


def test_a_machine_without_a_plant_file_opens_the_demo(tmp_path: Path) -> None:
    assert wanted("", tmp_path / "none.toml") == Wanted(plant=None)


def test_the_demos_address_is_the_demo_wherever_it_is(site: Path) -> None:
    assert wanted("lineside:demo", site) == Wanted(plant=None)


def test_a_file_is_opened_as_it_is_named(site: Path) -> None:
    assert wanted("other.lineside", site) == Wanted(plant=Path("other.lineside"))


def test_an_unknown_address_is_refused_and_says_what_there_is(site: Path) -> None:
    with pytest.raises(KnownError, match="lineside:order/7") as refused:
        wanted("lineside:order/7", site)
    assert "lineside:demo" in refused.value.todo


def test_plant_it_can_name_the_file(tmp_path: Path) -> None:
    assert site_plant({"LINESIDE_PLANT": str(tmp_path)}, windows=False) == tmp_path
    assert site_plant({}, windows=False) == Path("/etc/lineside/plant.toml")
    assert site_plant({"PROGRAMDATA": "D:/Data"}, windows=True) == Path("D:/Data/Lineside/plant.toml")
