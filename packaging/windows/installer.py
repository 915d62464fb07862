"""The Windows installer out of a bundle: `makensis` over lineside.nsi, on Windows or Linux.

Owns what the script is told. Signing is the builder's: with --sign COMMAND each program, the installer and its
uninstaller are given to that command as its last word.

Usage: installer.py --bundle FOLDER --version 1.2.3 --output FILE [--sign COMMAND] (a Python that has PySide6)
"""

from __future__ import annotations

import argparse
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from admx import write as write_policy
from icon import main as draw_icon
from version_info import numbers

HERE = Path(__file__).resolve().parent
SVG = HERE.parent / "linux" / "icons" / "org.lineside.Lineside.svg"
PROGRAMS = ("lineside.exe", "lineside-desk.exe")


def words(bundle: Path, version: str, output: Path, icon: Path, sign: str) -> list[str]:
    """The command line of makensis; warnings are errors."""
    told = {
        "BUNDLE": bundle.resolve(),
        "VERSION": version,
        "NUMBERS": ".".join(map(str, numbers(version))),
        "OUTPUT": output.resolve(),
        "ICON": icon,
        **({"SIGN": sign} if sign else {}),
    }
    return ["makensis", "-V2", "-WX", "-INPUTCHARSET", "UTF8", *(f"-D{name}={value}" for name, value in told.items()),
            str(HERE / "lineside.nsi")]  # fmt: skip


def main(arguments: Sequence[str]) -> int:
    """Sign the programs if asked, add the group policy's template, then make the installer."""
    parser = argparse.ArgumentParser(description="Make the Windows installer.")
    parser.add_argument("--bundle", type=Path, required=True)
    parser.add_argument("--version", required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--sign", default="", help="a command that signs the file named after it")
    asked = parser.parse_args(arguments)
    if shutil.which("makensis") is None:
        sys.exit("package: makensis is missing: install NSIS 3 (Debian: apt-get install nsis).")
    for name in PROGRAMS if asked.sign else ():
        subprocess.run([*shlex.split(asked.sign), str(asked.bundle / name)], check=True)
    write_policy(asked.bundle / "_internal" / "policy")
    with tempfile.TemporaryDirectory() as folder:
        icon = Path(folder) / "lineside.ico"
        draw_icon(str(SVG), str(icon))
        asked.output.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(words(asked.bundle, asked.version, asked.output, icon, asked.sign), check=True)
    print(f"package: {asked.output.name} has {asked.output.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
