"""Tags proposed for a plant file and written into it: shown line by line first, checked whole, replaced at once.

Must not know drivers: their checks are handed in. Blocks for the disk.
"""

from __future__ import annotations

import difflib
import hashlib
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from app.domain.errors import KnownError
from app.domain.survey import Pick, Proposal
from app.plant.additions import with_tags
from app.plant.check import check_text
from app.plant.checks.facts import AddressChecks, ErpCheck, no_erp_check
from app.plant.picks import tag_row


def proposed(
    path: Path,
    machine: str,
    picks: Sequence[Pick],
    address_checks: Mapping[str, AddressChecks],
    erp_check: ErpCheck = no_erp_check,
) -> Proposal:
    """What adding the picks to a machine would write. Raises KnownError where the file can't be read or lacks it."""
    before = _read(path)
    text = with_tags(before, machine, [tag_row(pick) for pick in picks]) if picks else before
    _, faults = check_text(text, path, address_checks, erp_check)
    return Proposal(
        machine=machine,
        tags=len(picks),
        lines=added_lines(before, text),
        faults=tuple(str(fault) for fault in faults),
        text=text,
        before=_digest(before),
    )


def unwritten(machine: str, picks: Sequence[Pick]) -> Proposal:
    """The lines where there is no file to write them into: to be copied by hand."""
    before = f'[[machine]]\nid = "{machine}"\n'
    text = with_tags(before, machine, [tag_row(pick) for pick in picks]) if picks else before
    fault = "Lineside was started without a plant file of its own: copy the lines into one."
    return Proposal(machine=machine, tags=len(picks), lines=added_lines(before, text), faults=(fault,))


def write(path: Path, proposal: Proposal) -> None:
    """Write what was proposed. Raises KnownError, and then nothing was written: for faults, or another file by now."""
    if proposal.faults:
        raise KnownError(f"Nothing was written: {proposal.faults[0]}", "Mend the plant file, then try again.")
    if _digest(_read(path)) != proposal.before:
        raise KnownError("Nothing was written: the plant file was changed meanwhile.", "Look at the lines again.")
    replace_text(path, proposal.text)


def replace_text(path: Path, text: str) -> None:
    """The whole file or none of it. Raises KnownError."""
    draft = path.with_name(f"{path.name}.part")
    try:
        draft.write_text(text, encoding="utf-8")
        shutil.copymode(path, draft)
        draft.replace(path)
    except OSError as error:
        raise KnownError(f"{path} can't be written: {error.strerror}.", "Check the folder.") from error


def added_lines(before: str, after: str) -> tuple[str, ...]:
    """The lines that are new or other than before, in their order."""
    old, new = before.splitlines(), after.splitlines()
    matcher = difflib.SequenceMatcher(a=old, b=new, autojunk=False)
    changed = [new[b1:b2] for tag, _, _, b1, b2 in matcher.get_opcodes() if tag in ("insert", "replace")]
    return tuple(line for lines in changed for line in lines)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise KnownError(f"{path} can't be read: {error}.", "Check the file.") from error


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
