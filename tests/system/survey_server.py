"""An OPC UA server to look into: a circle, a very wide folder, values of every kind; run as `python -m`.

Ends with its standard input.
"""

import argparse
import asyncio

from asyncua import Server, ua

from tests.contract.rigs.parent import end_with_parent, say_ready

URI = "urn:survey:rig"
WIDE = 540


async def fill(server: Server) -> None:
    """A machine in a circle with itself, a folder with very many variables, values of every kind."""
    index = await server.register_namespace(URI)
    machine = await server.nodes.objects.add_object(ua.NodeId("M", index), f"{index}:Machine")
    unit = await machine.add_object(ua.NodeId("U", index), f"{index}:Unit")
    await unit.add_reference(machine, ua.ObjectIds.Organizes)
    await unit.add_reference(server.nodes.objects, ua.ObjectIds.Organizes)
    speed = await unit.add_variable(ua.NodeId("Speed", index), f"{index}:CurSpeed", 3.25, ua.VariantType.Float)
    info = ua.EUInformation(DisplayName=ua.LocalizedText("1/min"))
    await speed.add_property(ua.NodeId("Speed.EU", index), "0:EngineeringUnits", info)
    await unit.add_variable(ua.NodeId("Levels", index), f"{index}:Levels", [1.0, 2.0])
    broken = await unit.add_variable(ua.NodeId("Broken", index), f"{index}:Broken", 1.0)
    await broken.write_value(ua.DataValue(StatusCode=ua.StatusCode(ua.UInt32(ua.StatusCodes.BadSensorFailure))))
    wide = await server.nodes.objects.add_folder(ua.NodeId("W", index), f"{index}:Wide")
    for number in range(WIDE):
        await wide.add_variable(ua.NodeId(f"W{number}", index), f"{index}:Part{number}", number)


async def serve(port: int) -> None:
    """Serve until killed."""
    server = Server()
    await server.init()
    server.set_endpoint(f"opc.tcp://127.0.0.1:{port}/rig")
    server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    await server.set_application_uri("urn:small:server")
    await fill(server)
    async with server:
        say_ready()
        await asyncio.Event().wait()


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    arguments = parser.parse_args()
    end_with_parent()
    asyncio.run(serve(arguments.port))


if __name__ == "__main__":
    main()
