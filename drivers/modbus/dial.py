"""How a device is reached: connected to, secured if the plant file says so, and asked what it is.

Owns that nobody else's value is ever read or written: every connection begins here. Must not know tags.
"""

from __future__ import annotations

import asyncio
import ssl

from app.domain.errors import KnownError
from app.domain.plant import Controller
from drivers.fields import int_of, text_of
from drivers.modbus import tls
from drivers.modbus.address import (
    DEFAULT_PORT,
    SECURE_PORT,
    Framing,
    ModbusAddress,
    Security,
    WireType,
    as_given,
    identity_address,
)
from drivers.modbus.decode import NotAValueError, decode
from drivers.modbus.wire import GATEWAY, DeviceError, Place, Wire
from drivers.session import IdentityError, LostError
from drivers.workstation import Workstation

QUIET_S = 0.05
"""On a serial line a frame is over after 3.5 characters, 4 ms at 9600 baud; gateways take longer."""


class Dialer:
    """Opens connections to one controller. `secured`: they are encrypted, to a device whose certificate is trusted."""

    def __init__(self, controller: Controller, workstation: Workstation | None) -> None:
        self._controller = controller
        self._workstation = workstation
        settings = controller.settings
        self.secured = text_of(settings, "security", Security.NONE) == Security.TLS
        self._host = text_of(settings, "host")
        self._port = int_of(settings, "port", SECURE_PORT if self.secured else DEFAULT_PORT)
        self._framing = Framing(text_of(settings, "framing", Framing.TCP))
        self._spot = identity_address(settings)
        self.checks = bool(controller.identity) and self._spot is not None

    async def dial(self, timeout_s: float, *, after_silence: bool = False) -> Wire:
        """A connection to the very device. `after_silence`: an answer may still be under way on its serial line.

        Raises OSError, TimeoutError, WrongAnswerError, LostError, or IdentityError when it is another or not trusted.
        """
        wire = await (self._open_secured(timeout_s) if self.secured else Wire.open(self._place(), timeout_s))
        try:
            if self._framing is Framing.RTU:
                await wire.quiet(timeout_s if after_silence else QUIET_S, 2 * timeout_s)
            if self._spot is not None:
                await self._ask_who(wire, self._spot, timeout_s)
        except (ssl.SSLError, ConnectionError) as error:
            await wire.close()
            if isinstance(error, ssl.SSLError):
                raise await self.refusal(error, timeout_s) from error
            if self.secured and not wire.heard:
                raise tls.hung_up() from error
            raise
        except BaseException:
            await wire.close()
            raise
        return wire

    async def refusal(self, error: ssl.SSLError, timeout_s: float) -> IdentityError:
        """What TLS says, which may come with the first answer: only then a device says that it wants a certificate."""
        assert self._workstation is not None
        return await tls.refusal(error, self._workstation.pki, self._host, self._port, timeout_s)

    def _place(self, demanded: ssl.SSLContext | None = None) -> Place:
        name = text_of(self._controller.settings, "server_name", self._host)
        return Place(host=self._host, port=self._port, framing=self._framing, tls=demanded, server_name=name)

    async def _open_secured(self, timeout_s: float) -> Wire:
        if self._workstation is None:
            raise IdentityError("This workstation has no folder of certificates.", "Start it with --data.")
        pki = self._workstation.pki
        client = text_of(self._controller.settings, "client_certificate")
        try:
            demanded = await asyncio.to_thread(tls.context, pki, client)
        except KnownError as error:
            raise IdentityError(error.message, error.todo, retry_s=tls.WAIT_S) from error
        try:
            wire = await Wire.open(self._place(demanded), timeout_s)
        except ssl.SSLError as error:
            raise await self.refusal(error, timeout_s) from error
        try:
            await asyncio.to_thread(tls.check_revoked, pki, wire.certificate)
        except BaseException:
            await wire.close()
            raise
        return wire

    async def _ask_who(self, wire: Wire, spot: ModbusAddress, timeout_s: float) -> None:
        """Compare what the device says it is. A gateway that can't reach the unit to ask is lost, not another one."""
        try:
            words = await wire.read(spot.table, spot.unit, spot.address, spot.words, timeout_s)
            found = decode(words, spot)
        except DeviceError as error:
            if error.code in GATEWAY:
                raise LostError(error.message) from error
            raise IdentityError(f"The device does not say what it is: {error.message}") from error
        except NotAValueError as error:
            raise IdentityError(f"The device does not say what it is: {error}.", "Check its address.") from error
        wanted = self._controller.identity
        if wanted and found != _as_asked(wanted, spot):
            raise IdentityError(f'The device says it is "{found}", not "{wanted}".', "Check its address.")


def _as_asked(wanted: str, spot: ModbusAddress) -> str | int | float:
    """The identity of the plant file as the device would give it; a text stays one where a number is read."""
    if spot.type is WireType.STRING:
        return wanted
    try:
        number = float(wanted)
        return as_given(int(wanted) if number == int(number) and "." not in wanted else number, spot.type)
    except (ValueError, OverflowError):
        return wanted
