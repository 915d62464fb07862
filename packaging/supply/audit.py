"""`make audit`: every pinned dependency, of the program and of what builds it, against the advisories for Python.

Owns which locks are looked at and what counts as looked up: a dependency that the advisories' service did not know is
not one without faults. The service is on the network: out of its reach this says so and is no verdict.

Exit codes: 0 all looked up and nothing known, 1 known faults (listed), 2 not all looked up.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from environment import ROOT, environment

LOCKS = ("requirements.lock", "packaging/pyinstaller/requirements.lock", "packaging/supply/requirements.lock")
WAIT_S = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What is known of one lock's dependencies: how many were looked up, how many were not, the faults."""

    looked_up: int = 0
    passed_over: int = 0
    faults: Sequence[str] = ()
    trouble: str = ""

    @property
    def code(self) -> int:
        """The exit code that it asks for."""
        if self.faults:
            return 1
        return 2 if self.trouble or self.passed_over or not self.looked_up else 0


def verdict(text: str, trouble: str) -> Verdict:
    """Out of pip-audit's JSON; without any, `trouble` says why."""
    try:
        rows = json.loads(text)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return Verdict(trouble=trouble.strip().rpartition("\n")[2] or "pip-audit said nothing")
    skipped = sum("skip_reason" in row for row in rows)
    return Verdict(looked_up=len(rows) - skipped, passed_over=skipped, faults=tuple(known(rows)))


def known(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """One line a fault: what, which advisory, where it is mended."""
    for row in rows:
        for fault in row.get("vulns", ()):
            mended = ", ".join(fault.get("fix_versions", ())) or "no version yet"
            yield f"{row['name']} {row['version']}: {fault['id']}; mended in {mended}"


def look_up(python: Path, lock: str) -> Verdict:
    """Ask for one lock."""
    command = [python, "-m", "pip_audit", "--requirement", ROOT / lock, "--require-hashes", "--disable-pip"]
    command += ["--progress-spinner", "off", "--timeout", WAIT_S, "--format", "json"]
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    return verdict(done.stdout, done.stderr)


def say(lock: str, found: Verdict) -> None:
    """The verdict on one lock in a line, each fault in one of its own."""
    if found.trouble:
        print(f"audit: {lock}: not looked up: {found.trouble}", file=sys.stderr)
        return
    print(f"audit: {lock}: {found.looked_up} looked up, {len(found.faults)} known faults")
    for fault in found.faults:
        print(f"audit:   {fault}")
    if found.passed_over:
        print(f"audit: {lock}: {found.passed_over} could not be looked up: the service did not answer for them")


def main() -> int:
    """Look every lock up. Known faults are the worst verdict, then not knowing."""
    python = environment("supply", ROOT / "packaging" / "supply" / "requirements.lock")
    codes = set()
    for lock in LOCKS:
        found = look_up(python, lock)
        say(lock, found)
        codes.add(found.code)
    if codes == {0}:
        return 0
    if 1 not in codes:
        print("audit: no verdict; run it again where the network reaches the advisories (CI does)", file=sys.stderr)
        return 2
    return 1


if __name__ == "__main__":
    sys.exit(main())
