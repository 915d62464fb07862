"""A counting Modbus TCP device on libmodbus (Debian: libmodbus5), which no one here wrote; a thread a connection.

Run as `python -m tests.faults.libmodbus_device HOST PORT NUMBER RUN`; ends with its standard input.
"""

import ctypes
import ctypes.util
import socket
import sys
import threading
import time
from typing import Any

from tests.contract.rigs.parent import end_with_parent, say_ready
from tests.faults.counting import SIZE, TICK_S, registers

LONGEST = 260


class Mapping(ctypes.Structure):
    """modbus_mapping_t."""

    _fields_ = (
        *((name, ctypes.c_int) for name in ("nb_bits", "start_bits", "nb_input_bits", "start_input_bits")),
        *((name, ctypes.c_int) for name in ("nb_input_registers", "start_input_registers")),
        *((name, ctypes.c_int) for name in ("nb_registers", "start_registers")),
        ("tab_bits", ctypes.POINTER(ctypes.c_uint8)),
        ("tab_input_bits", ctypes.POINTER(ctypes.c_uint8)),
        ("tab_input_registers", ctypes.POINTER(ctypes.c_uint16)),
        ("tab_registers", ctypes.POINTER(ctypes.c_uint16)),
    )


def library() -> str | None:
    """The name of libmodbus on this machine."""
    return ctypes.util.find_library("modbus")


def loaded() -> Any:
    """libmodbus with the types of what is used of it."""
    lib = ctypes.CDLL(library())
    lib.modbus_new_tcp.restype = ctypes.c_void_p
    lib.modbus_new_tcp.argtypes = [ctypes.c_char_p, ctypes.c_int]
    lib.modbus_mapping_new.restype = ctypes.POINTER(Mapping)
    lib.modbus_set_socket.argtypes = [ctypes.c_void_p, ctypes.c_int]
    lib.modbus_receive.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
    lib.modbus_reply.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int, ctypes.POINTER(Mapping)]
    lib.modbus_free.argtypes = [ctypes.c_void_p]
    return lib


class Device:
    """The registers and who reads them; a value is never half written when it is read."""

    def __init__(self, number: int, run: int) -> None:
        self._lib = loaded()
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
        self._lib.modbus_free(context)
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
