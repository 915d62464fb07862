"""Environments of the build: a venv under build/ with exactly what a lock of its own names, by hash.

Owns where they lie and when they are made again. Uses the standard library only; must not import Lineside.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build"
REPORT = "installed.json"
"""In the venv: pip's own report of which archive, with which hash, each distribution came from."""


def run(*command: str | Path, **more: str) -> None:
    """Run a command in the checkout, its output let through; `more` goes into its environment. Raises SystemExit."""
    words = [str(part) for part in command]
    if (code := subprocess.run(words, cwd=ROOT, env=os.environ | more, check=False).returncode) != 0:
        sys.exit(f"package: '{' '.join(words)}' ended with {code}; its own words are above.")


def environment(name: str, lock: Path) -> Path:
    """The Python of the venv build/<name> with what `lock` pins; made anew when the lock changed."""
    venv = BUILD / name
    python = venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    made_from = hashlib.sha256(lock.read_bytes() + sys.version.encode()).hexdigest()
    stamp = venv / ".stamp"
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == made_from:
        return python
    run(sys.executable, "-m", "venv", "--clear", venv)
    pip = (python, "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check")
    run(*pip, "--require-hashes", "--report", venv / REPORT, "--requirement", lock)
    stamp.write_text(made_from, encoding="utf-8")
    return python
