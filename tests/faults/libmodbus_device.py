"""A counting Modbus TCP device on libmodbus (Debian: libmodbus5), which no one here wrote; a thread a connection.

Run as `python -m tests.faults.libmodbus_device HOST PORT NUMBER RUN`; ends with its standard input.
"""

import ctypes
import ctypes.util
import socket
import sys
import threading
import time

from tests.contract.rigs.libmodbus_server import LIBRARY, LONGEST, library
from tests.contract.rigs.parent import end_with_parent, say_ready
from tests.faults.counting import SIZE, TICK_S, registers


def available() -> bool:
    """Whether this machine has libmodbus."""
    return ctypes.util.find_library(LIBRARY) is not None


class Device:
    """The registers and who reads them; a value is never half written when it is read."""

    def __init__(self, number: int, run: int) -> None:
        self._lib = library()
        self._map = self._lib.modbus_mapping_new(0, 0, SIZE, 0)
        self._lock = threading.Lock()
        self._number, self._run = number, run
        self.set(0)

    def set(self, turn: int) -> None:
        """Set every register."""
        words = (ctypes.c_uint16 * SIZE)(*registers(self._number, self._run, turn))
        with self._lock:
            ctypes.memmove(self._map.contents.tab_registers, words, ctypes.sizeof(words))

    def serve(self, connection: socket.socket) -> None:
        """Answer one connection until it closes."""
        context = self._lib.modbus_new_tcp(b"0.0.0.0", 0)
        self._lib.modbus_set_socket(context, connection.fileno())
        request = ctypes.create_string_buffer(LONGEST)
        while (length := self._lib.modbus_receive(context, request)) > 0:
            with self._lock:
                self._lib.modbus_reply(context, request, length, self._map)
        connection.close()


def main() -> None:
    """Count and serve until the end."""
    host, port, number, run = sys.argv[1], *(int(text) for text in sys.argv[2:5])
    end_with_parent()
    device = Device(number, run)
    listening = socket.create_server((host, port), backlog=20)
    threading.Thread(target=accept_for_ever, args=(listening, device), daemon=True).start()
    say_ready()
    turn = 0
    while True:
        turn += 1
        device.set(turn)
        time.sleep(TICK_S)


def accept_for_ever(listening: socket.socket, device: Device) -> None:
    """A thread for each connection."""
    while True:
        connection, _ = listening.accept()
        threading.Thread(target=device.serve, args=(connection,), daemon=True).start()


if __name__ == "__main__":
    main()
