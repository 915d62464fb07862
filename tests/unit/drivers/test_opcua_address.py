"""What a plant file may say about OPC UA, and the sentence for each thing that it may not."""

import uuid

import pytest

from app.domain.plant import Address
from drivers.opcua.address import (
    UA_URI,
    NodeRef,
    Step,
    check_address,
    check_settings,
    parse_address,
    parse_node,
    parse_path,
)

SETTINGS: Address = {"url": "opc.tcp://h:4840", "ns.pml": "http://opcfoundation.org/UA/PackML/"}

GOOD_NODES = {
    "nsu=urn:lineside:demo:l1;s=Filler.Status.CurMachSpeed": (
        "urn:lineside:demo:l1",
        "s",
        "Filler.Status.CurMachSpeed",
    ),
    "nsu=urn:a;s=b;c=d": ("urn:a", "s", "b;c=d"),
    "nsu=urn:a%3Bb%25;i=4294967295": ("urn:a;b%", "i", 4294967295),
    "nsu=u;g=72962b91-fa75-4ae6-8d28-b404dc7daf63": (
        "u",
        "g",
        uuid.UUID("72962b91-fa75-4ae6-8d28-b404dc7daf63"),
    ),
    "nsu=u;b=YWI=": ("u", "b", b"ab"),
    "i=85": (UA_URI, "i", 85),
    "ns=0;i=85": (UA_URI, "i", 85),
}

BAD_NODES = {
    "ns=2;s=Speed": "by index",
    "ns=2;s=": "by index",
    "i=99999999999": "between 0 and 4294967295",
    "nsu=u;i=-1": "between 0 and",
    "nsu=u;i=1e3": "between 0 and",
    "nsu=u;s=": "empty identifier",
    "nsu=;s=a": "empty namespace",
    "nsu=u;g=1": "GUID",
    "nsu=u;b=!!": "base64",
    "nsu=u;b=": "base64",
    "nsu=u;x=1": "no NodeId",
    "Speed": "no NodeId",
    "nsu=u;s=" + "x" * 5_000: "longer than",
}


@pytest.mark.parametrize("text", GOOD_NODES)
def test_a_node_is_read(text: str) -> None:
    uri, kind, identifier = GOOD_NODES[text]
    assert parse_node(text) == NodeRef(uri=uri, kind=kind, identifier=identifier)
    assert check_address({"node": text}, SETTINGS) == []


@pytest.mark.parametrize("text", BAD_NODES)
def test_a_wrong_node_is_refused_with_a_sentence(text: str) -> None:
    (fault,) = check_address({"node": text}, SETTINGS)
    assert BAD_NODES[text] in fault
    assert len(fault) < 400


def test_a_path_names_its_namespaces_by_prefix() -> None:
    pml = str(SETTINGS["ns.pml"])
    spot = parse_address({"node": "nsu=u;s=F", "path": "pml:Status/pml:A&/B/Id&:x", "index": 2}, SETTINGS)
    assert spot.path == (Step(uri=pml, name="Status"), Step(uri=pml, name="A/B"), Step(uri=UA_URI, name="Id:x"))
    assert spot.index == 2
    assert parse_path("0:Server", {}) == (Step(uri=UA_URI, name="Server"),)


@pytest.mark.parametrize("path", ["x:A", "2:A", "A/", "/A", "A//B", "a:b:c", "A&", "pml:"])
def test_a_wrong_path_is_refused(path: str) -> None:
    assert len(check_address({"node": "i=85", "path": path}, SETTINGS)) == 1


@pytest.mark.parametrize(
    "address",
    [
        {},
        {"node": ""},
        {"node": 5},
        {"node": "i=85", "index": -1},
        {"node": "i=85", "index": True},
        {"node": "i=85", "index": 1.5},
        {"node": "i=85", "colour": "red"},
        {"node": "i=85", "path": ""},
    ],
)
def test_a_wrong_address_has_one_fault(address: Address) -> None:
    assert len(check_address(address, SETTINGS)) == 1


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ({"url": "http://h"}, "opc.tcp"),
        ({"url": "opc.tcp://h:99999"}, "port"),
        ({"url": "opc.tcp://me:secret@h:4840"}, "password"),
        ({"security": "basic128rsa15"}, "one of basic256sha256, "),
        ({"mode": "none"}, "one of sign_and_encrypt, sign"),
        ({"security": "none", "user": "lineside"}, "secured"),
        ({"security": "none", "mode": "sign"}, "no meaning"),
        ({"secret": "plc"}, 'add "user"'),
        ({"user": ""}, "empty"),
        ({"publishing_ms": 5}, "between 20"),
        ({"publishing_ms": float("nan")}, "between 20"),
        ({"queue": 1}, "between 2"),
        ({"alarms": "yes"}, "true or false"),
        ({"ns.2": "urn:a"}, "name"),
        ({"ns.": "urn:a"}, "name"),
        ({"source.Filler": 3}, "text"),
        ({"sampling": 100}, "unknown"),
    ],
)
def test_a_wrong_setting_is_refused_with_a_sentence(more: Address, word: str) -> None:
    (fault,) = check_settings({**SETTINGS, **more})
    assert word in fault


def test_every_fault_is_told_at_once() -> None:
    assert len(check_settings({"queue": 0, "alarms": 3, "x": 1})) == 4


def test_good_settings_pass() -> None:
    assert check_settings({**SETTINGS, "alarms": True, "source.Filler": "L1.filler", "security": "none"}) == []
    secured: Address = {"security": "aes256_sha256_rsapss", "mode": "sign", "user": "lineside", "secret": "plc-1"}
    assert check_settings({**SETTINGS, **secured}) == []
