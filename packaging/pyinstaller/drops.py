"""What stays out of the bundle though PyInstaller finds it: modules never imported, files never opened.

Owns the two tables and how a file is judged. The smoke test of the bundle says whether they are right: Qt's docking
links QML, so that what looks unused may be needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

MODULES = (
    # tests and tools
    "_pytest", "doctest", "idlelib", "lib2to3", "mypy", "numpy.f2py", "numpy.testing", "pdb", "pip",
    "pydoc", "pytest", "setuptools", "tkinter", "turtledemo", "unittest.mock", "wheel",
    # what Qt has beside widgets
    "PySide6.QtConcurrent", "PySide6.QtDesigner", "PySide6.QtHelp", "PySide6.QtNetwork", "PySide6.QtOpenGL",
    "PySide6.QtOpenGLWidgets", "PySide6.QtPrintSupport", "PySide6.QtQml", "PySide6.QtQuick", "PySide6.QtQuickControls2",
    "PySide6.QtQuickTest", "PySide6.QtQuickWidgets", "PySide6.QtSql", "PySide6.QtTest", "PySide6.QtUiTools",
    # databases and servers that are not ours
    "MySQLdb", "asyncpg", "cx_Oracle", "oracledb", "psycopg2", "pyodbc", "sqlalchemy.dialects.mssql",
    "sqlalchemy.dialects.mysql", "sqlalchemy.dialects.oracle",
)  # fmt: skip
"""Never imported by what ships; excluded with all that only they need."""

FILES = (
    r"PySide6/Qt/translations/(?!qt(base)?_(de|en)\.qm)",
    r"PySide6/Qt/qml/",
    r"PySide6/Qt/plugins/(egldeviceintegrations|generic|networkinformation|tls|vectorimageformats)/",
    r"PySide6/Qt/plugins/platforms/(?!libq(xcb|offscreen|minimal|wayland)|q(windows|offscreen|minimal))",
    r"PySide6/Qt/plugins/platformthemes/",
    r"PySide6/(Qt/)?plugins/platforminputcontexts/(lib)?qtvirtualkeyboard",
    r"PySide6/Qt/plugins/(imageformats|iconengines)/",
    r"PySide6/plugins/(generic|networkinformation|tls|imageformats|iconengines)/",
    r"PySide6/(opengl32sw|d3dcompiler_47|Qt6Pdf|Qt6VirtualKeyboard)",
    r"libQt6(EglFS\w*|Pdf|Quick\w*|VirtualKeyboard\w*|WebEngine\w*|Designer\w*|Sql|Test|Help|UiTools)\.so",
    r"lib(gtk-3|gdk-3|gdk_pixbuf|atk|atspi|pango|cairo|epoxy|harfbuzz|fribidi|thai|datrie|graphite2|rsvg)[-.\w]*\.so",
    r"(^|/)tests?/",
    r"\.pyi$",
    r"asyncua/server/standard_address_space/.*\.xml$",
    r"(^|/)pytz/zoneinfo/",  # asyncua asks it for UTC only
    r"(^|/)(_tcl_data|_tk_data|tcl8)/",
)
"""Regular expressions over places in the bundle, with `/` between parts."""

_DROPPED = re.compile("|".join(f"(?:{pattern})" for pattern in FILES))

Entry = tuple[str, str, str]
"""As PyInstaller has it: place in the bundle, where it comes from, kind."""


def dropped(place: str) -> bool:
    """Whether the file at this place of the bundle stays out."""
    return _DROPPED.search(place.replace("\\", "/")) is not None


def kept(entries: Iterable[Entry]) -> list[Entry]:
    """The entries that are shipped."""
    return [entry for entry in entries if not dropped(entry[0])]
