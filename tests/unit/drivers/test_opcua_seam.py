"""Where asyncua's transport is used below its services (drivers/DECISIONS.md 7), it must stay as it is."""

import asyncio
import re
from importlib.metadata import version
from inspect import signature

import pytest
from asyncua import Client, ua
from asyncua.client.ua_client import UASocketProtocol
from asyncua.common.connection import SecureConnection, TransportLimits
from asyncua.common.utils import Buffer
from asyncua.crypto.security_policies import SecurityPolicyNone
from asyncua.ua.ua_binary import struct_to_binary
from asyncua.ua.uaerrors import BadNoSubscription

from drivers.opcua.wire import read_publish
from tests.needs import ROOT

KNOWN = "2.1.0"


class Wire(asyncio.Transport):
    """Keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written.append(bytes(data))


def protocol() -> UASocketProtocol:
    """asyncua's client end, connected to nothing."""
    made = UASocketProtocol(1)
    made.connection_made(Wire())
    return made


def chunks(body: bytes) -> bytes:
    """What a server sends for the answer to the first request."""
    server = SecureConnection(SecurityPolicyNone(), TransportLimits(65_535, 65_535, 0, 0))
    return server.message_to_binary(body, request_id=1)


def test_the_version_is_the_one_that_was_read() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert re.search(r"^asyncua==([0-9.]+)", lock, re.MULTILINE).group(1) == KNOWN  # type: ignore[union-attr]
    assert version("asyncua") == KNOWN, "read drivers/DECISIONS.md 7 and run tests/system before another version"


@pytest.mark.parametrize("items", [1, 5_000])
async def test_an_answer_is_handed_out_as_its_bytes_also_from_many_chunks(items: int) -> None:
    response = ua.PublishResponse()
    changes = [ua.MonitoredItemNotification(n, ua.DataValue(ua.Variant(1.5))) for n in range(items)]
    response.Parameters.NotificationMessage.NotificationData = [ua.DataChangeNotification(changes)]
    body = struct_to_binary(response)
    client = protocol()
    waiting = asyncio.ensure_future(client.send_request(ua.PublishRequest(), 0))
    await asyncio.sleep(0)
    assert isinstance(client.transport, Wire)
    assert len(client.transport.written) == 1, "sent without waiting"
    sent = chunks(body)
    client.data_received(sent[:100])
    client.data_received(sent[100:])
    answer = await waiting
    assert isinstance(answer, Buffer)
    assert bytes(answer) == body
    assert len(read_publish(bytes(answer)).message.notes) == 1


async def test_a_service_fault_is_raised() -> None:
    fault = ua.ServiceFault()
    fault.ResponseHeader.ServiceResult = ua.StatusCode(ua.StatusCodes.BadNoSubscription)
    client = protocol()
    waiting = asyncio.ensure_future(client.send_request(ua.PublishRequest(), 0))
    await asyncio.sleep(0)
    client.data_received(chunks(struct_to_binary(fault)))
    with pytest.raises(BadNoSubscription):
        await waiting


async def test_what_the_session_takes_from_the_client_is_there() -> None:
    client = Client("opc.tcp://127.0.0.1:1")
    assert client.uaclient.protocol is None
    assert list(signature(client.uaclient.session.rebind_authentication_token).parameters) == []
    assert isinstance(client.session_timeout, int)
    made = protocol()
    assert made.on_connection_lost is None
    assert made.transport is not None
