"""The URL of the plant's log as somebody wrote it, and what a connection to it always gets. Opens nothing.

A dead link must be noticed within seconds: a driver's own settings wait for minutes, or for ever.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass

import psycopg
from psycopg.conninfo import conninfo_to_dict

from app.domain.errors import KnownError

SECRET = "shared-log"
"""The name of the station's own password among this workstation's secrets (app.secrets)."""

BOUNDS: Mapping[str, int] = {
    "connect_timeout": 3,
    "keepalives_idle": 2,
    "keepalives_interval": 1,
    "keepalives_count": 2,
    "tcp_user_timeout": 3000,
}
"""libpq's settings that may be tighter in the URL, never looser; seconds, and milliseconds for the last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where the log is: libpq's parameters without any password."""

    parameters: Mapping[str, str]

    def __str__(self) -> str:
        """ "plant@db1,db2/lineside", for a person."""
        host = self.parameters.get("host", "this machine")
        return f"{self.parameters.get('user', '')}@{host}/{self.parameters.get('dbname', '')}".lstrip("@")

    @property
    def login(self) -> str:
        """The login in the URL; empty where there is none."""
        return self.parameters.get("user", "")

    def for_login(self, login: str) -> Address:
        """The same log for another login."""
        return Address(parameters={**self.parameters, "user": login})


STORE_IT = f"Leave it out; store it with: lineside secret set {SECRET}"


def read_url(url: str, todo: str = STORE_IT) -> Address:
    """The address in a postgresql:// URL (several hosts allowed). Raises KnownError, also for a password in it.

    `todo` says where the password goes instead.
    """
    if not url.startswith(("postgresql://", "postgres://")):
        raise KnownError(
            "The address of the plant's log is no PostgreSQL URL.", "Write postgresql://LOGIN@HOST/DATABASE."
        )
    try:
        given = {str(key): str(value) for key, value in conninfo_to_dict(url).items() if value is not None}
    except psycopg.ProgrammingError:
        # without its text: it may quote a password
        raise KnownError(
            "The address of the plant's log can't be read.", "Write postgresql://LOGIN@HOST/DATABASE."
        ) from None
    if "password" in given:
        raise KnownError(
            "The address of the plant's log has a password in it, where anybody may read it.",
            todo,
        )
    return Address(parameters=given)


def connection_parameters(address: Address, application: str, password: str | None = None) -> dict[str, str]:
    """What libpq is given: the address, the bounds, only a server that takes writes, TLS to other machines."""
    given = dict(address.parameters)
    made = {
        **given,
        **{name: str(min(most, _number(given.get(name), most))) for name, most in BOUNDS.items()},
        "keepalives": "1",
        "target_session_attrs": given.get("target_session_attrs", "read-write"),
        "application_name": application[:63],
        "client_encoding": "UTF8",
    }
    if password is not None:
        made["password"] = password
    if "sslmode" not in given and not _local(given):
        made["sslmode"] = "verify-full"
        made.setdefault("sslrootcert", "system")
    return made


def _number(text: str | None, default: int) -> int:
    """A bound from the URL; 0 and less mean "for ever" to libpq, and are not taken."""
    try:
        return int(text) if text is not None and int(text) > 0 else default
    except ValueError:
        return default


def _local(given: Mapping[str, str]) -> bool:
    """Whether every host is this machine: by socket, by loopback address or by name."""
    hosts = given.get("hostaddr") or given.get("host", "")
    return all(_is_loopback(host) for host in hosts.split(","))


def _is_loopback(host: str) -> bool:
    if host in {"", "localhost"} or host.startswith(("/", "@")):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
