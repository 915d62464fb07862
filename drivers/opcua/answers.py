"""What a server's answer to an attempt means, in words for a person: done, refused, or nobody knows. Pure.

Owns which answers leave it open whether something happened. Must not know what was attempted.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from asyncua import ua

from app.domain.control import Outcome, Result
from app.domain.lifecycle import words
from app.ports import AlarmEvent
from drivers.session import network_words

ADVICE = "Look at the machine before anything is asked of it again."
LOOK_AGAIN = "Look at the alarm again before more is asked of it."
AMBIGUOUS = frozenset(
    {
        ua.StatusCodes.BadTimeout,
        ua.StatusCodes.BadRequestTimeout,
        ua.StatusCodes.BadCommunicationError,
        ua.StatusCodes.BadConnectionClosed,
        ua.StatusCodes.BadSecureChannelClosed,
        ua.StatusCodes.BadSessionClosed,
        ua.StatusCodes.BadServerHalted,
        ua.StatusCodes.BadShutdown,
        ua.StatusCodes.BadUnexpectedError,
        ua.StatusCodes.BadUnknownResponse,
        ua.StatusCodes.BadInternalError,
        ua.StatusCodes.BadNoCommunication,
        ua.StatusCodes.BadDeviceFailure,
    }
)
"""After these answers it may have happened all the same."""

WORDS: Mapping[int, str] = MappingProxyType(
    {
        ua.StatusCodes.BadEventIdUnknown: "The alarm has changed since it was shown: look at it again.",
        ua.StatusCodes.BadConditionBranchAlreadyAcked: "It is acknowledged already.",
        ua.StatusCodes.BadConditionBranchAlreadyConfirmed: "It is confirmed already.",
        ua.StatusCodes.BadConditionAlreadyShelved: "It is shelved already.",
        ua.StatusCodes.BadConditionNotShelved: "It is not shelved.",
        ua.StatusCodes.BadConditionDisabled: "The alarm is switched off in the controller.",
        ua.StatusCodes.BadShelvingTimeOutOfRange: "The controller does not shelve it so long: choose a shorter time.",
        ua.StatusCodes.BadNodeIdUnknown: "The controller has no such alarm or method any more.",
        ua.StatusCodes.BadMethodInvalid: "The controller does not offer this.",
        ua.StatusCodes.BadNotSupported: "The controller does not offer this.",
        ua.StatusCodes.BadUserAccessDenied: "The controller does not allow it to this user.",
        ua.StatusCodes.BadNotWritable: "The controller does not let this be written.",
        ua.StatusCodes.BadOutOfRange: "The value is out of the controller's range.",
        ua.StatusCodes.BadTypeMismatch: "The controller wants another type of value.",
        ua.StatusCodes.BadInvalidState: "The machine is not in a state for it.",
        ua.StatusCodes.BadNotExecutable: "The machine does not take it now.",
    }
)
"""What a refusal means to a person; others are said by their name."""
OVERTAKEN = frozenset(
    {
        ua.StatusCodes.BadEventIdUnknown,
        ua.StatusCodes.BadConditionBranchAlreadyAcked,
        ua.StatusCodes.BadConditionBranchAlreadyConfirmed,
        ua.StatusCodes.BadConditionAlreadyShelved,
        ua.StatusCodes.BadConditionNotShelved,
    }
)
"""Refusals by which somebody else, or the alarm itself, was there first."""


def told(status: ua.StatusCode, advice: str = ADVICE) -> Result:
    """What the server's answer to the attempt means."""
    if status.is_good():
        return Result(outcome=Outcome.CONFIRMED, words="The controller took it.")
    meant = WORDS.get(status.value, f"The controller answers {status.name}.")
    if not status.is_bad() or status.value in AMBIGUOUS:
        return Result(outcome=Outcome.UNKNOWN, words=f"{meant} {advice}")
    return Result(outcome=Outcome.REFUSED, words=meant)


def stands_now(event: AlarmEvent) -> str:
    """ "Now it is acknowledged (Maier: valve closed)." """
    who = ": ".join(part for part in (event.by, event.comment) if part)
    return f"Now it is {words(event.state)}{f' ({who})' if who else ''}."


def unanswered(error: Exception, advice: str = ADVICE) -> Result:
    """What an attempt without an answer means: a refusal of the whole request, or that nobody knows."""
    if isinstance(error, ua.UaStatusCodeError):
        return told(ua.StatusCode(ua.UInt32(error.code)), advice)
    meant = network_words(error) if isinstance(error, OSError) else str(error)
    return Result(outcome=Outcome.UNKNOWN, words=f"{meant} {advice}")
