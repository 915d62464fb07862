"""The Debian package: the bundle under /usr/lib/lineside, and what a desktop and systemd need to know of it.

Owns where each file goes. Usage: deb.py, after bundle.py; prints what it made and how large it is.
"""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
import sys
import time
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BUNDLE = ROOT / "build" / "dist" / "lineside"
HOME = Path("usr/lib/lineside")
APP_ID = "org.lineside.Lineside"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A file of the checkout and its place in the package; `filled` ones have @NAMES@ in them."""

    source: str
    place: str
    mode: int = 0o644
    filled: bool = False


FILES = (
    Row(source=f"packaging/linux/{APP_ID}.desktop", place=f"usr/share/applications/{APP_ID}.desktop"),
    Row(
        source=f"packaging/linux/{APP_ID}.metainfo.xml.in",
        place=f"usr/share/metainfo/{APP_ID}.metainfo.xml",
        filled=True,
    ),
    Row(source=f"packaging/linux/icons/{APP_ID}.svg", place=f"usr/share/icons/hicolor/scalable/apps/{APP_ID}.svg"),
    Row(source="packaging/linux/lineside.xml", place="usr/share/mime/packages/lineside.xml"),
    Row(source="packaging/linux/lineside-agent.service", place="usr/lib/systemd/system/lineside-agent.service"),
    Row(source="packaging/linux/lineside-wall@.service", place="usr/lib/systemd/system/lineside-wall@.service"),
    Row(source="packaging/linux/default", place="etc/default/lineside"),
    Row(source="resources/manual/install.md", place="usr/share/doc/lineside/install.md"),
    Row(source="resources/plants/example.toml", place="usr/share/doc/lineside/examples/example.toml"),
    Row(source="packaging/linux/control.in", place="DEBIAN/control", filled=True),
    Row(source="packaging/linux/postinst", place="DEBIAN/postinst", mode=0o755),
    Row(source="packaging/linux/prerm", place="DEBIAN/prerm", mode=0o755),
    Row(source="packaging/linux/postrm", place="DEBIAN/postrm", mode=0o755),
)

COPYRIGHT = """\
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: Lineside

Files: *
Copyright: the Lineside authors
License: Apache-2.0
 On Debian systems the text is in /usr/share/common-licenses/Apache-2.0.

Files: usr/lib/lineside/_internal/*
Copyright: their authors
License: several
 What this package carries beside Lineside, each with its version and licence, is
 listed in /usr/lib/lineside/_internal/resources/licences/components.json; the
 texts are beside it. Qt, PySide6, psycopg and asyncua are under the LGPL: they
 are separate files in that folder and may be replaced by changed ones.
"""


def stage(bundle: Path, version: str, architecture: str, root: Path) -> None:
    """Lay the package's tree out under `root`, which is made anew."""
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(bundle, root / HOME, symlinks=True)
    program = root / "usr" / "bin" / "lineside"
    program.parent.mkdir(parents=True)
    program.symlink_to("../lib/lineside/lineside")
    (root / "etc" / "lineside").mkdir(parents=True)
    document(root / "usr" / "share" / "doc" / "lineside", version)
    size_kb = sum(file.lstat().st_size for file in root.rglob("*")) // 1024
    date = datetime.fromtimestamp(epoch_s(), UTC).date().isoformat()
    names = {"VERSION": version, "ARCHITECTURE": architecture, "SIZE": str(size_kb), "DATE": date}
    for row in FILES:
        put(row, root, names)
    (root / "DEBIAN" / "conffiles").write_text("/etc/default/lineside\n", encoding="utf-8")


def put(row: Row, root: Path, names: dict[str, str]) -> None:
    """Copy one file to its place."""
    text = (ROOT / row.source).read_text(encoding="utf-8")
    for name, value in names.items() if row.filled else ():
        text = text.replace(f"@{name}@", value)
    place = root / row.place
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text, encoding="utf-8")
    place.chmod(row.mode)


def document(folder: Path, version: str) -> None:
    """The copyright file and the changelog, as Debian wants them."""
    folder.mkdir(parents=True)
    (folder / "copyright").write_text(COPYRIGHT, encoding="utf-8")
    changes = (ROOT / "CHANGELOG.md").read_bytes()
    with gzip.GzipFile(folder / "changelog.gz", "wb", mtime=0) as file:
        file.write(changes)


def epoch_s() -> int:
    """The build's time: SOURCE_DATE_EPOCH, else now."""
    return int(os.environ.get("SOURCE_DATE_EPOCH", time.time()))


def plain_modes(root: Path) -> None:
    """Folders 755, files 644 or 755: nobody's umask gets into the package."""
    for file in root.rglob("*"):
        if file.is_symlink():
            continue
        executable = file.is_dir() or file.stat().st_mode & 0o100
        file.chmod(0o755 if executable else 0o644)


def main() -> int:
    """Make the package in dist/."""
    if shutil.which("dpkg-deb") is None:
        sys.exit("package: dpkg-deb is missing: a Debian package is made on Debian or Ubuntu.")
    if not (BUNDLE / "lineside").is_file():
        sys.exit("package: there is no bundle yet; run 'make package'.")
    with (ROOT / "pyproject.toml").open("rb") as file:
        version = str(tomllib.load(file)["project"]["version"])
    asked = ["dpkg", "--print-architecture"]
    architecture = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    root, made = ROOT / "build" / "deb", ROOT / "dist" / f"lineside_{version}_{architecture}.deb"
    stage(BUNDLE, version, architecture, root)
    plain_modes(root)
    made.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["dpkg-deb", "--root-owner-group", "-Zxz", "--build", str(root), str(made)], check=True)
    installed = sum(file.lstat().st_size for file in root.rglob("*") if not file.is_dir()) / 1e6
    print(f"package: {made.name} has {made.stat().st_size / 1e6:.1f} MB, installed {installed:.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
