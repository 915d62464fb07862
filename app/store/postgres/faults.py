"""What PostgreSQL's errors mean to the person at the desk. Never passes a password or a URL on."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator

import psycopg

from app.domain.errors import KnownError, SharedDownError, SharedRefusedError

INIT = "Ask IT to run: lineside db init URL"
RESEND = "Lineside keeps what you do here and tries again by itself."

PASSWORD_WANTED = "the server wants a password"

REFUSALS: tuple[tuple[str, str, str], ...] = (
    (r"no password supplied", PASSWORD_WANTED, "Put it into PGPASSWORD or ~/.pgpass, or run this on a terminal."),
    (
        r"authentication method requirement",
        "it lets this login in without its password, and what is signed needs one",
        "Sign with a login that has a password, at an address where the server asks for it.",
    ),
    (r"password authentication failed", "the password is wrong", "Type it again."),
    (r'role "[^"]*" does not exist', "the plant's log knows no such login", "Ask IT to add it: lineside db person add"),
    (r'database "[^"]*" does not exist', "there is no such database", "Correct the address of the plant's log."),
    (r"no pg_hba\.conf entry", "the server does not let this machine in", "Ask IT for a row in its pg_hba.conf."),
    (r"is not permitted to log in", "this login is closed", "Ask IT."),
    (
        r"certificate verify failed|server certificate for|root certificate file|does not support SSL",
        "the server can't be trusted",
        "Put its authority's certificate into the address (sslrootcert=FILE), or say sslmode=… there.",
    ),
)
"""What a server says before it lets one in: pattern, sentence, what to do. The rest means it can't be reached."""

MEANINGS: dict[str, tuple[str, str]] = {
    "42501": ("This login may not do that in the plant's log: {}.", "Ask IT for the role."),
    "3F000": ("This database has no plant's log.", INIT),
    "42883": ("This database has no plant's log, or an older one.", INIT),
    "42P01": ("This database has no plant's log, or an older one.", INIT),
    "23505": ("The plant's log has an operation of that name from another station.", "Tell IT: a journal was copied."),
    "LS002": ("", "Run `lineside verify` at this station and tell IT."),
    "LS003": ("", INIT),
    "LS004": ("", "Give this station another name, or put its journal back."),
    "LS005": ("", "Ask IT to add it."),
    "LS006": ("", "This is a fault of Lineside: tell IT."),
    "LS007": ("", "Ask somebody whose role allows it."),
    "LS008": ("", INIT),
    "LS009": ("", "The station reads the log again by itself."),
    "LS010": ("", "Another station sends it now."),
    "LS011": ("", "See what stands: lineside plant list"),
}
"""By SQLSTATE: the sentence ("" = the server's own, which is ours; {} = the server's words) and what to do."""


UNREACHED: tuple[tuple[str, str], ...] = (
    (r"too many (clients|connections)|remaining connection slots", "it has no room for another connection"),
    (r"starting up|shutting down|recovery mode", "its server is starting or stopping"),
    (r"read-only|hot standby", "none of its servers takes writes now"),
    (r"[Cc]onnection refused", "no server runs at its address"),
    (r"time(d )?out", "it does not answer in time"),
    (r"translate host name|resolve host|Name or service not known", "its name is not known in this network"),
    (r"No route to host|[Nn]etwork is unreachable", "this machine has no way to it"),
    (r"closed|consuming input|eof|EOF|reset by peer|[Bb]roken pipe|lost", "the connection was cut"),
)
"""What a driver says when there is no server, or none any more: pattern, and what a person needs of it; best first."""

PASSING: dict[str, str] = {
    "25006": "takes no writes now",
    "40001": "was changed by somebody at the same moment",
    "40P01": "was locked by two at the same moment",
    "53100": "has no room on its disk",
    "53200": "has no memory left",
    "53300": "has no room for another connection",
    "55P03": "is held by somebody for too long",
    "57014": "had this step ended by its administrator",
    "57P01": "ended the connection",
    "57P03": "is starting",
}
"""By SQLSTATE: what passes by itself, after "The plant's log"."""


@contextlib.contextmanager
def in_words(doing: str) -> Iterator[None]:
    """Raise SharedRefusedError where the server said no, SharedDownError where nobody knows. `doing`: a gerund."""
    try:
        yield
    except (psycopg.OperationalError, psycopg.InterfaceError) as error:
        raise explain(error, doing) from None  # a driver's text may quote a connection string
    except psycopg.Error as error:
        if error.sqlstate is None:  # not the server's word: our bug
            raise
        raise explain(error, doing) from None
    except (TimeoutError, OSError) as error:
        raise SharedDownError(f"The plant's log gave no answer while {doing}.", RESEND) from error


def explain(error: psycopg.Error, doing: str) -> KnownError:
    """The known error that a driver's error is."""
    state = error.sqlstate
    if state is None:
        return _not_connected(str(error), doing)
    said = error.diag.message_primary or type(error).__name__
    if state in MEANINGS:
        sentence, todo = MEANINGS[state]
        return SharedRefusedError(sentence.format(said) if sentence else said, todo)
    if state.startswith("28"):
        return SharedRefusedError("The plant's log does not take this login.", "Type the password again, or ask IT.")
    if state[:2] in _PASSING or state in _PASSING_STATES:
        return SharedDownError(f"The plant's log {PASSING.get(state, f'takes nothing now: {said}')}.", RESEND)
    return SharedRefusedError(f"The plant's log refuses while {doing}: {said}.", f"Tell IT (SQLSTATE {state}).")


_PASSING = frozenset({"08", "40", "53", "57", "58", "F0", "XX"})
"""Classes that pass: connection, rollback, resources (disk, too many clients), an operator's acts, system, internal."""

_PASSING_STATES = frozenset({"55P03", "25006", "25P02", "25P03", "LS001"})
"""A lock held too long, a server that takes no writes now, a transaction that was ended, a log that lost its tail."""


def _not_connected(text: str, doing: str) -> KnownError:
    for pattern, meaning, todo in REFUSALS:
        if re.search(pattern, text):
            return SharedRefusedError(f"The plant's log refuses while {doing}: {meaning}.", todo)
    meaning = next((words for pattern, words in UNREACHED if re.search(pattern, text)), "nobody answers")
    return SharedDownError(f"The plant's log can't be reached: {meaning}.", RESEND)
