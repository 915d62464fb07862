"""`lineside trust`, `secret` and `browse` as commands, against a secured server."""

import asyncio
import os
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from asyncua import ua

from app.plant.check import check_text
from app.plant.rewrite import with_settings
from drivers.opcua.browse import Found, Tree
from drivers.registry import ADDRESS_CHECKS
from tests.contract.rigs.certificates import SERVER_URI, make
from tests.contract.rigs.secured import PASSWORD, USER, Host, Secured, trust, workstation
from tests.needs import ROOT
from tests.unit.plant.small import SMALL
from ui.browse import tag_rows
from ui.exits import Exit


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    """The server, in its own thread."""
    made = Host()
    yield made
    made.stop()


async def lineside(folder: Path, *words: str, say: str = "") -> tuple[int, str]:
    """Run the command; its exit code and all it says."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "ui.entry",
        *words,
        "--data",
        str(folder),
        cwd=ROOT,
        env=os.environ | {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate(say.encode())
    return process.returncode or 0, said.decode()


async def test_a_server_is_fetched_trusted_browsed_and_trusted_no_longer(host: Host, tmp_path: Path) -> None:
    place, made = Secured(), make()
    url = f"opc.tcp://127.0.0.1:{place.port}/rig"
    browse = ("browse", url, "--user", USER, "--secret", "plc", "--tags")
    async with host.serving(made, place):
        code, said = await lineside(tmp_path, "trust", "fetch", url)
        assert code == Exit.OK
        assert "aes256_sha256_rsapss with sign_and_encrypt" in said
        fingerprint = re.findall(r"[0-9a-f]{64}", said)[0]
        assert await lineside(tmp_path, "secret", "set", "plc", say=f"{PASSWORD}\n") == (
            Exit.OK,
            f"Stored in {tmp_path / 'secrets.json'}.\n",
        )
        code, said = await lineside(tmp_path, *browse)
        assert code == Exit.REFUSED
        assert f"lineside trust add {fingerprint}" in said
        assert "Traceback" not in said
        assert place.doorman.told == []
        assert (await lineside(tmp_path, "trust", "add", fingerprint))[0] == Exit.OK
        code, said = await lineside(tmp_path, *browse)
        assert code == Exit.OK, said
        assert 'node = "nsu=urn:rig:one;s=Counter"' in said
        assert PASSWORD not in said
        assert place.doorman.told == [PASSWORD]
        code, said = await lineside(tmp_path, "browse", url, "--user", USER, "--secret", "plc", "--depth", "1")
        assert "Counter  nsu=urn:rig:one;s=Counter  Double = 5.0" in said
        assert (await lineside(tmp_path, "trust", "remove", fingerprint[:16]))[0] == Exit.OK
        code, said = await lineside(tmp_path, "trust", "list")
        assert code == Exit.OK
        assert said.index("Trusted: none") < said.index("Refused: 1") < said.index(fingerprint)
        assert "urn:lineside:" in said


async def test_what_a_server_has_is_written_into_a_plant_file_once(host: Host, tmp_path: Path) -> None:
    place, made, file = Secured(), make(), tmp_path / "plant.toml"
    url = f"opc.tcp://127.0.0.1:{place.port}/rig"
    text = with_settings(SMALL, {"C1": {"url": url, "user": USER}})
    file.write_text(text.replace("urn:small:server", SERVER_URI), encoding="utf-8")
    trust(workstation(tmp_path), made)
    await lineside(tmp_path, "secret", "set", "C1", say=PASSWORD)
    writing = ("browse", url, "--plant", str(file), "--machine", "L1.filler", "--write")
    async with host.serving(made, place):
        code, said = await lineside(tmp_path, *writing, "--only", "No*")
        assert (code, said) == (Exit.OK, f"0 tags added to L1.filler in {file}.\n")
        code, said = await lineside(tmp_path, *writing)
        assert (code, said) == (Exit.OK, f"1 tags added to L1.filler in {file}.\n")
        code, said = await lineside(tmp_path, *writing)
        assert (code, said) == (Exit.OK, f"0 tags added to L1.filler in {file}.\n")
        code, said = await lineside(tmp_path, *writing[:3], "--machine", "L1.nothing", "--write")
        assert code == Exit.REFUSED
    plant, faults = check_text(file.read_text(encoding="utf-8"), file, ADDRESS_CHECKS)
    assert faults == ()
    assert plant is not None
    (tag,) = [tag for tag in plant.tags if tag.id == "L1.filler.counter"]
    assert tag.address == {"node": "nsu=urn:rig:one;s=Counter"}


async def test_what_cannot_be_done_is_one_sentence(tmp_path: Path) -> None:
    gone = f"opc.tcp://127.0.0.1:{Secured().port}"
    for words in (
        ("trust", "fetch", gone),
        ("trust", "fetch", "http://x"),
        ("trust", "add", "0" * 64),
        ("trust", "remove", "abc"),
        ("secret", "delete", "nobody"),
        ("browse", gone, "--security", "none"),
        ("browse", gone, "--node", "ns=2;s=a"),
    ):
        code, said = await lineside(tmp_path, *words)
        assert code == Exit.REFUSED, words
        assert len(said.splitlines()) == 1, said


def test_the_printed_rows_are_rows_of_a_plant_file() -> None:
    tree = Tree()
    for place, name in enumerate(("Press{1}", "Speed {x}")):
        kind = "variable" if place else "object"
        found = Found(id=ua.NodeId(), node=f"nsu=urn:p;s={name}", name=name, kind=kind, parent=place - 1, depth=place)
        found.scalar = True
        tree.found.append(found)
    (row,) = tag_rows(tree)
    text = f'{SMALL}\n[[machine_type]]\nid = "press"\n\n{row}'
    plant, faults = check_text(text, Path("plant.toml"), ADDRESS_CHECKS)
    assert faults == ()
    assert plant is not None
    (tag,) = tomllib.loads(text)["machine_type"][-1]["tag"]
    assert tag["address"]["node"] == "nsu=urn:p;s=Speed {{x}}"
