"""From rows to a plant: inheritance, placeholders, offsets, defaults, the rule that holds, shifts of the week."""

from datetime import time
from pathlib import Path

import pytest

from app.domain.packml import MachineState
from app.domain.plant import HistoryBounds, Signal
from app.plant.address import fill
from app.plant.check import advice
from app.plant.checks.people import holes, moment
from app.plant.fields import DAYS
from app.plant.schema import ShiftRow
from drivers.registry import ADDRESS_CHECKS
from tests.unit.plant.small import SMALL, edited, plant_of


def test_a_machine_has_the_tags_of_its_type_in_order() -> None:
    plant = plant_of(SMALL)
    assert [(tag.index, tag.id) for tag in plant.tags] == [
        (0, "L1.infeed.state"),
        (1, "L1.infeed.speed"),
        (2, "L1.filler.state"),
        (3, "L1.filler.speed"),
        (4, "L1.filler.torque"),
        (5, "L1.scale.state"),
    ]


def test_a_tag_of_a_machine_refines_only_what_it_gives() -> None:
    torque = plant_of(SMALL).tags[4]
    assert (torque.low, torque.high, torque.scale) == (1, 6, 0.5)
    assert torque.address == {"node": "nsu=urn:small:plc;s=Fill.Torque"}


def test_placeholders_are_filled_in() -> None:
    speed = plant_of(edited("{root}.Speed", "{root}.M{n}.{{Speed}}")).tags[3]
    assert speed.unit == "bottles/min"
    assert speed.address == {"node": "nsu=urn:small:plc;s=Fill.M2.{Speed}"}
    assert fill("a{b}{c}", {"b": "1"}) == ("a1{c}", ["c"])


def test_the_base_of_a_machine_moves_its_registers() -> None:
    assert plant_of(SMALL).tags[5].address == {"table": "holding", "address": 107}


def test_state_maps_belong_to_state_tags() -> None:
    plant = plant_of(SMALL)
    assert plant.tags[0].state_map is None
    assert plant.tags[2].state_map == {1: MachineState.STOPPED, 2: MachineState.EXECUTE}
    assert plant.tags[3].state_map is None


def test_what_a_type_gives_is_inherited_and_what_is_left_out_has_defaults() -> None:
    plant = plant_of(SMALL)
    filler, scale = plant.machines["L1.filler"], plant.machines["L1.scale"]
    assert (filler.unit, filler.skill, filler.kind, filler.position) == ("bottles", "mechanics", "filler", 1)
    assert (scale.name, scale.unit, scale.kind, scale.bundle) == ("L1.scale", "units", "scale", 1)
    assert plant.controllers["C1"].name == "C1"
    assert plant.tags[4].name == "Torque"


def test_lots_begin_at_the_filler_and_output_counts_at_the_end() -> None:
    line = plant_of(SMALL).lines["L1"]
    assert (line.feed, line.output) == ("L1.filler", "L1.scale")
    line = plant_of(edited('area = "a"', 'area = "a"\nfeed = "L1.infeed"\noutput = "L1.filler"')).lines["L1"]
    assert (line.feed, line.output) == ("L1.infeed", "L1.filler")


def test_nested_settings_become_dotted_keys() -> None:
    assert plant_of(SMALL).controllers["C1"].settings["source.Fill"] == "L1.filler"


def test_the_rule_that_names_a_machine_most_closely_holds() -> None:
    rules = '[[rule]]\nid = "{0}"\nkind = "breakdown"\nmachines = ["{1}"]\n'
    text = edited(
        "[[route]]", rules.format("a", "*") + rules.format("b", "L1") + rules.format("c", "L1.scale") + "[[route]]"
    )
    held = {rule.id: rule.machines for rule in plant_of(text).rules if rule.kind == "breakdown"}
    assert held == {"a": frozenset(), "b": {"L1.infeed", "L1.filler"}, "c": {"L1.scale"}}


def test_a_closed_shift_covers_its_time_and_is_no_shift_of_the_plant() -> None:
    text = edited('days = "mon-sun"', 'days = "mon-fri"').replace(
        "[[rule]]",
        '[[shift]]\nid = "c"\nname = "Closed"\nstart = 06:00:00\nend = "18:00"\n'
        'days = "sat,sun"\nclosed = true\n\n[[rule]]',
    )
    assert [shift.id for shift in plant_of(text).shifts] == ["day", "night"]


def test_codes_and_reasons_reach_the_plant() -> None:
    plant = plant_of(SMALL)
    assert plant.reasons == {"1201": "Gripper vacuum lost"}
    assert plant.hold_reasons == {"seal": "Seal"}
    assert plant.tag("L1.filler", Signal.RATE) is plant.tags[3]


def shift(start: str, end: str, days: str) -> ShiftRow:
    """A shift row."""
    return ShiftRow.model_validate({"id": "x", "name": "x", "start": start, "end": end, "days": days})


def test_days_are_written_as_spans_or_lists() -> None:
    assert shift("06:00", "14:00", "fri-mon").days == {4, 5, 6, 0}
    assert shift("06:00", "14:00", "Mon, wed").days == {0, 2}
    assert shift("06:00", "14:00", "sun").start == time(6)


@pytest.mark.parametrize(
    ("shifts", "said"),
    [
        ([], ["mon 00:00–mon 00:00"]),
        ([("00:00", "00:00", "mon-sun")], []),
        ([("06:00", "06:00", "mon-sun")], []),
        ([("22:00", "06:00", "mon-sun"), ("06:00", "22:00", "mon-sat")], ["sun 06:00–22:00"]),
        ([("06:00", "00:00", "mon-fri")], [
            "sat 00:00–mon 06:00", "tue 00:00–06:00", "wed 00:00–06:00", "thu 00:00–06:00", "fri 00:00–06:00",
        ]),
        ([("00:00", "22:00", "sun"), ("00:00", "00:00", "mon-sat")], ["sun 22:00–24:00"]),
    ],
)  # fmt: skip
def test_holes_of_the_week_are_found(shifts: list[tuple[str, str, str]], said: list[str]) -> None:
    found = [f"{moment(start)}–{moment(end, start)}" for start, end in holes([shift(*row) for row in shifts])]
    assert sorted(found) == sorted(said)
    assert len(DAYS) == 7


def test_the_bounds_of_history_are_those_of_the_file_or_the_usual() -> None:
    assert plant_of(SMALL).history == HistoryBounds(most_mb=500.0, most_days=0.0)
    bounded = plant_of(SMALL.replace("[erp]\n", "[history]\nmost_mb = 2_000\nmost_days = 30.0\n\n[erp]\n"))
    assert bounded.history == HistoryBounds(most_mb=2_000.0, most_days=30.0)


def test_a_machine_has_the_interlock_that_the_file_names() -> None:
    named = 'name = "Filler"\nhold_command = "L1.filler.stop"'
    filler = plant_of(SMALL.replace('name = "Filler"', named, 1)).machines["L1.filler"]
    assert (filler.hold_command, filler.release_command) == ("L1.filler.stop", "")


def test_the_name_of_a_stored_password_may_stand_in_the_file() -> None:
    row = 'url = "opc.tcp://127.0.0.1:4840"'
    plant = plant_of(edited(row, f'{row}, user = "line", secret = "line-password"'))
    assert plant.controllers["C1"].settings["secret"] == "line-password"


def test_what_had_better_be_otherwise_is_said_of_a_sound_file(tmp_path: Path) -> None:
    path = tmp_path / "plant.toml"
    path.write_text(edited(", identity.address = 0, identity.length = 4", ""), encoding="utf-8")
    (remark,) = advice(path, ADDRESS_CHECKS)
    assert "right device" in remark.message
    path.write_text(SMALL, encoding="utf-8")
    assert advice(path, ADDRESS_CHECKS) == ()
