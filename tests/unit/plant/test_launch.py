"""What the acquisition process is told: a plant goes over as JSON and arrives as it was."""

import pytest

from app.acquisition.launch import Launch
from app.codec import encode, read
from app.erp.registry import check_settings
from app.plant.check import load
from drivers.registry import ADDRESS_CHECKS
from resources import path


@pytest.mark.parametrize("name", ["demo", "example", "replay"])
def test_a_plant_arrives_in_the_acquisition_process_as_it_was(name: str) -> None:
    launch = Launch(plant=load(path(f"plants/{name}.toml"), ADDRESS_CHECKS, check_settings), board="board.mem")
    assert read(encode(launch), Launch) == launch


def test_a_state_map_keeps_its_numbers() -> None:
    plant = load(path("plants/example.toml"), ADDRESS_CHECKS, check_settings)
    launched = read(encode(Launch(plant=plant, board="")), Launch)
    maps = [tag.state_map for tag in launched.plant.tags if tag.state_map]
    assert len(maps) == 3
    assert all(isinstance(number, int) for found in maps for number in found)
