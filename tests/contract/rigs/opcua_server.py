"""An OPC UA server with two machines in namespaces of their own; run as `python -m`, ends with its standard input.

Machine `one` counts from 1,000, machine `two` from 2,000: a value of the other machine is seen at once.
"""

import argparse
import asyncio
from datetime import UTC, datetime

from asyncua import Server, ua
from asyncua.common.node import Node

from tests.contract.rigs.parent import end_with_parent, say_ready

MACHINES = {"urn:rig:one": 1_000, "urn:rig:two": 2_000}
TICK_S = 0.1


async def serve(port: int, identity: str, swapped: bool) -> None:
    """Serve until killed."""
    server = Server()
    await server.init()
    server.set_endpoint(f"opc.tcp://127.0.0.1:{port}/rig")
    server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    await server.set_application_uri(identity)
    uris = sorted(MACHINES, reverse=swapped)
    counters = [(MACHINES[uri], await add_machine(server, uri)) for uri in uris]
    events = await server.get_event_generator(ua.ObjectIds.SystemEventType)
    async with server:
        say_ready()
        tick = 0
        while True:
            tick += 1
            for base, counter in counters:
                value = ua.Variant(float(base + tick % 900), ua.VariantType.Double)
                await counter.write_value(ua.DataValue(value, SourceTimestamp=datetime.now(UTC)))
            if tick % 10 == 0:
                events.event.SourceName = "one"
                await events.trigger(message=f"tick {tick}")
            await asyncio.sleep(TICK_S)


async def add_machine(server: Server, uri: str) -> Node:
    """Add one machine's folder and variables; returns its counter."""
    index = await server.register_namespace(uri)
    folder = await server.nodes.objects.add_folder(ua.NodeId("Machine", index), ua.QualifiedName("Machine", index))

    async def variable(name: str, value: ua.Variant) -> Node:
        return await folder.add_variable(ua.NodeId(name, index), ua.QualifiedName(name, index), value)

    counter = await variable("Counter", ua.Variant(0.0, ua.VariantType.Double))
    await variable("Lot", ua.Variant("4480-A", ua.VariantType.String))
    await variable("State", ua.Variant(7, ua.VariantType.Int32))
    await variable("Running", ua.Variant(True, ua.VariantType.Boolean))
    await variable("Levels", ua.Variant([1.5, 2.5, 3.5], ua.VariantType.Double))
    await variable("Broken", ua.Variant(float("nan"), ua.VariantType.Double))
    return counter


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--identity", default="urn:rig:server")
    parser.add_argument("--swapped", action="store_true")
    arguments = parser.parse_args()
    end_with_parent()
    asyncio.run(serve(arguments.port, arguments.identity, arguments.swapped))


if __name__ == "__main__":
    main()
