"""A Modbus TCP device by libmodbus, which no one here wrote; run as `python -m`, ends with its standard input.

Its C library (Debian: libmodbus5) parses every request and makes every answer; here are only its sockets and registers.
The registers are those of modbus_server; a second bank from 1000 on counts its own addresses. It answers for any unit,
as libmodbus does on TCP.
"""

from __future__ import annotations

import argparse
import ctypes
import ctypes.util
import selectors
import struct
import time

from tests.contract.rigs.parent import end_with_parent, say_ready

LIBRARY = "modbus"
SIZE = 10_000
BANK = 1_000
"""From here on every register holds its own address."""
LONGEST = 260
TICK_S = 0.1
BASE = 1_000
INT, WORDS = ctypes.c_int, ctypes.POINTER(ctypes.c_uint16)


class Mapping(ctypes.Structure):
    """`modbus_mapping_t` of libmodbus 3.1: the four tables."""

    _fields_ = (
        *((name, INT) for name in (
            "nb_bits", "start_bits", "nb_input_bits", "start_input_bits", "nb_input_registers",
            "start_input_registers", "nb_registers", "start_registers",
        )),
        ("tab_bits", ctypes.POINTER(ctypes.c_uint8)),
        ("tab_input_bits", ctypes.POINTER(ctypes.c_uint8)),
        ("tab_input_registers", WORDS),
        ("tab_registers", WORDS),
    )  # fmt: skip


def library() -> ctypes.CDLL:
    """libmodbus with the signatures used here. Raises OSError where it is not installed."""
    lib = ctypes.CDLL(ctypes.util.find_library(LIBRARY) or "libmodbus.so.5")
    pointer = ctypes.c_void_p
    for name, result, arguments in (
        ("modbus_new_tcp", pointer, (ctypes.c_char_p, INT)),
        ("modbus_mapping_new", ctypes.POINTER(Mapping), (INT, INT, INT, INT)),
        ("modbus_tcp_listen", INT, (pointer, INT)),
        ("modbus_set_socket", INT, (pointer, INT)),
        ("modbus_receive", INT, (pointer, ctypes.c_char_p)),
        ("modbus_reply", INT, (pointer, ctypes.c_char_p, INT, ctypes.POINTER(Mapping))),
    ):
        function = getattr(lib, name)
        function.restype, function.argtypes = result, arguments
    return lib


class Device:
    """One libmodbus context, whoever is connected, and the registers."""

    def __init__(self, port: int, identity: str) -> None:
        self._lib = library()
        self._context = self._lib.modbus_new_tcp(b"127.0.0.1", port)
        self._mapping = self._lib.modbus_mapping_new(16, 16, SIZE, SIZE)
        self._query = ctypes.create_string_buffer(LONGEST)
        self._listener = self._lib.modbus_tcp_listen(self._context, 128)
        assert self._listener >= 0, "libmodbus can't listen"
        self._set(0, *struct.unpack(">8H", identity.encode().ljust(16, b"\0")))
        self._set(11, 7, 0b0101, *struct.unpack(">4H", b"4480-A\0\0"), 0x1A00)
        self._set(20, *struct.unpack(">2H", struct.pack(">f", float("nan"))))
        self._set(BANK, *range(BANK, SIZE))

    def _set(self, first: int, *words: int) -> None:
        for place, word in enumerate(words, first):
            self._mapping.contents.tab_registers[place] = word

    def serve(self) -> None:
        """Answer until killed."""
        chosen = selectors.DefaultSelector()
        chosen.register(self._listener, selectors.EVENT_READ)
        say_ready()
        began_s = time.monotonic()
        while True:
            for key, _ in chosen.select(TICK_S):
                if key.fd == self._listener:
                    chosen.register(self._accepted(), selectors.EVENT_READ)
                elif not self._answered(key.fd):
                    chosen.unregister(key.fd)
                    self._lib.close(key.fd)
            self._set(10, BASE + int((time.monotonic() - began_s) / TICK_S) % 900)

    def _accepted(self) -> int:
        """A new connection; libmodbus's own accept is only that."""
        return int(self._lib.accept(self._listener, None, None))

    def _answered(self, connection: int) -> bool:
        """Whether the connection still stands after its request."""
        self._lib.modbus_set_socket(self._context, connection)
        size = int(self._lib.modbus_receive(self._context, self._query))
        return size >= 0 and int(self._lib.modbus_reply(self._context, self._query, size, self._mapping)) >= 0


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--identity", default="RIG-1")
    arguments = parser.parse_args()
    end_with_parent()
    Device(arguments.port, arguments.identity).serve()


if __name__ == "__main__":
    main()
