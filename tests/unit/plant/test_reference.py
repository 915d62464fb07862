"""The manual's page of the plant file is the one that the schema gives, and its examples are right."""

import re
import tomllib

import resources
from app.domain.kinds import EXCEPTION_KINDS
from app.plant.reference import reference
from app.plant.schema import PlantFile
from drivers.registry import ADDRESS_CHECKS
from tests.unit.plant.small import SMALL, plant_of

PAGE = resources.path("manual/plant-file.md").read_text(encoding="utf-8")


def test_the_manual_is_up_to_date() -> None:
    assert reference() == PAGE, "run: make manual"


def test_every_table_and_kind_is_explained() -> None:
    for name in (*PlantFile.model_fields, "machine_type.tag"):
        assert f"[{name}]" in PAGE
    for kind in EXCEPTION_KINDS:
        assert f"| `{kind}` |" in PAGE


def test_every_key_has_a_meaning() -> None:
    rows = [line.split(" | ") for line in PAGE.splitlines() if re.match(r"\| `\w+` \|", line)]
    assert all(row[-1].strip(" |") for row in rows if len(row) == 4)


def test_the_examples_of_addresses_and_settings_are_accepted() -> None:
    block, _ = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    addresses = [tomllib.loads(line)["address"] for line in block.splitlines() if line.startswith("address")]
    settings = {"ns.pml": "http://opcfoundation.org/UA/PackML/"}
    for address in addresses:
        if "node" in address:
            address["node"] = address["node"].replace("{root}", "nsu=urn:x;s=A")
        checks = ADDRESS_CHECKS["modbus" if "table" in address else "opcua"]
        assert checks.check_address(address, settings) == []
    assert len(addresses) == 5


def test_the_example_of_a_command_is_accepted() -> None:
    _, block = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    other = next(line.removeprefix("# ") for line in block.splitlines() if line.startswith("# address"))
    address, settings = tomllib.loads(other)["address"], {"identity.address": 4}
    assert ADDRESS_CHECKS["modbus"].check_command(address, settings, valued=True) == []
    plant = plant_of(SMALL + block.replace("labeller", "filler").replace("L1.filler.stop", "L1.filler.halt"))
    assert plant.commands["L1.filler.halt"].address["method"] == "nsu=urn:small:plc;s=Fill.Stop"
