"""The version resource of the Windows executables: what Explorer and an inventory show.

Usage: version_info.py VERSION FILE
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

TEMPLATE = """\
VSVersionInfo(
  ffi=FixedFileInfo(filevers={numbers}, prodvers={numbers}, mask=0x3F, flags=0x0, OS=0x40004, fileType=0x1),
  kids=[
    StringFileInfo([StringTable("040904B0", [
      StringStruct("CompanyName", "Lineside"),
      StringStruct("FileDescription", "Lineside, the plant's system of action"),
      StringStruct("FileVersion", "{version}"),
      StringStruct("InternalName", "lineside"),
      StringStruct("LegalCopyright", "The Lineside authors; Apache License 2.0"),
      StringStruct("OriginalFilename", "lineside.exe"),
      StringStruct("ProductName", "Lineside"),
      StringStruct("ProductVersion", "{version}"),
    ])]),
    VarFileInfo([VarStruct("Translation", [0x0409, 1200])]),
  ],
)
"""


def numbers(version: str) -> tuple[int, int, int, int]:
    """Windows' four numbers of a version such as "1.2.3" or "1.2.3rc1"; what is missing is 0."""
    found = [int(number) for number in re.findall(r"\d+", re.split(r"[^\d.]", version)[0])]
    major, minor, patch, build = (*found, 0, 0, 0, 0)[:4]
    return major, minor, patch, build


def main(version: str, file: str) -> int:
    """Write the resource for PyInstaller."""
    place = Path(file)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(TEMPLATE.format(version=version, numbers=numbers(version)), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
