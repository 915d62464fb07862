"""`make bundle`: the executable with everything it needs, in one folder, with its licences and bill of materials.

Owns the order of the steps and nothing of what they do. Usage: bundle.py (from the checkout's .venv).
"""

from __future__ import annotations

import os
import shutil
import sys
import time
import tomllib
from pathlib import Path

from environment import BUILD, REPORT, ROOT, environment, run

PYINSTALLER = ROOT / "packaging" / "pyinstaller"
SUPPLY = ROOT / "packaging" / "supply"
WINDOWS = ROOT / "packaging" / "windows"
DIST = ROOT / "dist"
BUNDLE = BUILD / "dist" / "lineside"
WORK = BUILD / "work"


def version() -> str:
    """The version that pyproject.toml gives this checkout."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        return str(tomllib.load(file)["project"]["version"])


def freeze(python: Path) -> None:
    """Install Lineside as it stands here, and let PyInstaller put the folder together."""
    shutil.rmtree(BUNDLE, ignore_errors=True)
    pip = (python, "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check")
    run(*pip, "--no-deps", "--no-build-isolation", "--force-reinstall", ROOT)
    more = resource_of_windows() if os.name == "nt" else {}
    quiet = ("--noconfirm", "--log-level", "WARN", "--distpath", BUNDLE.parent, "--workpath", WORK)
    run(python, "-m", "PyInstaller", *quiet, PYINSTALLER / "lineside.spec", **more)
    if os.name == "posix":
        run("strip", "--strip-unneeded", *with_symbols(BUNDLE / "_internal"))


def resource_of_windows() -> dict[str, str]:
    """The version resource and the icon of the executables; where the spec finds them, as environment variables."""
    info, icon = WORK / "version_info.txt", WORK / "lineside.ico"
    run(sys.executable, WINDOWS / "version_info.py", version(), info)
    run(sys.executable, WINDOWS / "icon.py", ROOT / "packaging" / "linux" / "icons" / "org.lineside.Lineside.svg", icon)
    return {"LINESIDE_VERSION_INFO": str(info), "LINESIDE_ICON": str(icon)}


def with_symbols(internal: Path) -> list[Path]:
    """The libraries whose debugger's symbols are taken out.

    Not those of a wheel that carries other libraries: auditwheel has moved their parts about, and strip breaks them.
    """
    carrying = {folder.name.removesuffix(".libs") for folder in internal.glob("*.libs")}
    folders = [folder for folder in internal.iterdir() if folder.is_dir() and not folder.name.endswith(".libs")]
    found = [file for folder in folders if folder.name not in {*carrying, "PySide6"} for file in folder.rglob("*.so")]
    return [*internal.glob("libpython3*.so*"), *found]


def account_for(python: Path) -> None:
    """Put the licences of everything shipped into the bundle, and its bill of materials beside it."""
    supply = environment("supply", SUPPLY / "requirements.lock")
    collected = BUNDLE / "_internal" / "resources" / "licences"
    run(supply, SUPPLY / "notices.py", python, WORK / "lineside" / "COLLECT-00.toc", collected)
    DIST.mkdir(exist_ok=True)
    bill = DIST / f"lineside-{version()}.cdx.json"
    run(supply, SUPPLY / "sbom.py", collected, BUILD / "bundle" / REPORT, version(), bill)
    shutil.copy(bill, collected)


def size_mb(folder: Path) -> float:
    """What the files below a folder take, in 10^6 bytes; a link counts nothing."""
    return sum(file.lstat().st_size for file in folder.rglob("*") if not file.is_dir() and not file.is_symlink()) / 1e6


def main() -> int:
    """Make it and say how large it is."""
    if os.name == "posix" and not (shutil.which("objdump") and shutil.which("strip")):
        sys.exit("package: objdump and strip are missing (Debian: apt-get install binutils).")
    began_s = time.monotonic()
    python = environment("bundle", PYINSTALLER / "requirements.lock")
    ready_s = time.monotonic()
    freeze(python)
    frozen_s = time.monotonic()
    account_for(python)
    took = f"{frozen_s - ready_s:.0f} s after {ready_s - began_s:.0f} s for its environment"
    print(f"package: {BUNDLE.relative_to(ROOT)} has {size_mb(BUNDLE):.0f} MB, made in {took}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
