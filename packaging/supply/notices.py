"""What is shipped and under which licence: every distribution, what is in them, Python, Qt and the system's libraries.

Owns the table of components beside the distributions, and the folder of licence texts that the bundle carries:
`components.json` for the About box and the bill of materials, one text file per component.

Usage: notices.py PYTHON COLLECT.toc FOLDER (PYTHON: that of the environment the bundle was made from)
"""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path

from packaging.requirements import Requirement

HERE = Path(__file__).resolve().parent
PROGRAM = "lineside"
LICENCE_FILE = re.compile(r"(licen[cs]e|copying|notice|copyright)[^/]*$", re.IGNORECASE)
DEBIAN_DOC = Path("/usr/share/doc")
ASKS = "import json, platform, sys, sysconfig; print(json.dumps([sysconfig.get_path('purelib'), sys.base_prefix, \
sysconfig.get_path('stdlib'), platform.python_version()]))"

LGPL = ("texts/LGPL-3.0.txt", "texts/GPL-3.0.txt")

BY_CLASSIFIER = {
    "MIT License": "MIT",
    "BSD License": "BSD-3-Clause",
    "Apache Software License": "Apache-2.0",
    "ISC License (ISCL)": "ISC",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0-only",
    "GNU Lesser General Public License v3 or later (LGPLv3+)": "LGPL-3.0-or-later",
}
"""SPDX names for the classifiers of distributions that state no expression."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What we state of a distribution ourselves: its licence in SPDX, and texts of ours where it brings none."""

    licence: str
    texts: tuple[str, ...] = ()


CORRECTIONS = {
    "pyside6-essentials": Correction(licence="LGPL-3.0-only", texts=LGPL),
    "shiboken6": Correction(licence="LGPL-3.0-only", texts=LGPL),
    "pyside6-qtads": Correction(licence="LGPL-2.1-only", texts=("texts/LGPL-2.1.txt",)),
    "asyncua": Correction(licence="LGPL-3.0-or-later", texts=LGPL),
    "psycopg": Correction(licence="LGPL-3.0-only", texts=LGPL),
    "psycopg-binary": Correction(licence="LGPL-3.0-only", texts=LGPL),
    "python-dateutil": Correction(licence="Apache-2.0 OR BSD-3-Clause"),
    "pymodbus": Correction(licence="BSD-3-Clause"),
}
"""By name in PyPI's normal form. We take what is dual-licensed under the licence named here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """One thing that is shipped. `texts` are files of the folder; `needs` names of other components."""

    name: str
    version: str
    licence: str
    purl: str
    texts: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


def normal(name: str) -> str:
    """A distribution's name in the index's normal form."""
    return re.sub(r"[-_.]+", "-", name).lower()


def needed(distribution: Distribution, extras: frozenset[str] = frozenset()) -> list[Requirement]:
    """What a distribution with these extras needs in the environment it is installed in."""
    found = (Requirement(text) for text in distribution.requires or ())
    return [r for r in found if r.marker is None or any(r.marker.evaluate({"extra": x}) for x in ("", *extras))]


def closure(installed: Mapping[str, Distribution], wanted: Iterable[Requirement]) -> Mapping[str, tuple[str, ...]]:
    """Everything that is needed for what is `wanted`, and that: normal name → the names that it needs in turn."""
    found: dict[str, tuple[str, ...]] = {}
    waiting = [(normal(r.name), frozenset(r.extras)) for r in wanted]
    while waiting:
        name, extras = waiting.pop()
        if name not in installed or (name in found and not extras):
            continue
        wants = needed(installed[name], extras)
        fresh = name not in found
        found[name] = tuple(sorted({*found.get(name, ()), *(normal(r.name) for r in wants)}))
        waiting += [(normal(r.name), frozenset(r.extras)) for r in wants if fresh or normal(r.name) not in found]
    return dict(sorted(found.items()))


def licence_of(distribution: Distribution) -> str:
    """The licence in SPDX: by our own word, by its expression, by its classifiers, by its own words."""
    corrected = CORRECTIONS.get(normal(distribution.name))
    if corrected is not None:
        return corrected.licence
    told = distribution.metadata.json
    if expression := told.get("license_expression"):
        return str(expression)
    classifiers = [text.rpartition(" :: ")[2] for text in told.get("classifier", ())]
    known = [BY_CLASSIFIER[text] for text in classifiers if text in BY_CLASSIFIER]
    return " OR ".join(known) or str(told.get("license", "")).strip().partition("\n")[0] or "unknown"


def texts_of(distribution: Distribution) -> Iterator[Path]:
    """The licence files that a distribution brings, else those that we add."""
    brought = [
        Path(str(distribution.locate_file(file)))
        for file in distribution.files or ()
        if ".dist-info" in str(file) and LICENCE_FILE.search(str(file)) and not str(file).endswith(".json")
    ]
    yield from brought
    corrected = CORRECTIONS.get(normal(distribution.name))
    if corrected is not None:
        yield from (HERE / text for text in corrected.texts)


class Texts:
    """The folder of licence texts; the same text is kept once for each component that names it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)

    def keep(self, name: str, files: Iterable[Path]) -> tuple[str, ...]:
        """Copy a component's texts and say what they are called here."""
        kept = []
        for number, file in enumerate(dict.fromkeys(files), start=1):
            place = f"{name}-{number}.txt"
            (self._folder / place).write_bytes(file.read_bytes())
            kept.append(place)
        return tuple(kept)


def from_python(
    installed: Mapping[str, Distribution], needing: Mapping[str, tuple[str, ...]], texts: Texts
) -> Iterator[Component]:
    """The distributions that Lineside needs, as `closure` found them."""
    for name, needs in needing.items():
        distribution = installed[name]
        yield Component(
            name=name,
            version=distribution.version,
            licence=licence_of(distribution),
            purl=f"pkg:pypi/{name}@{distribution.version}",
            texts=texts.keep(name, texts_of(distribution)),
            needs=tuple(need for need in needs if need in installed),
        )


def within_wheels(installed: dict[str, Distribution], names: Iterable[str]) -> Iterator[Component]:
    """The libraries that wheels say they carry (their own bills of materials, PEP 770)."""
    for name in names:
        for file in installed[name].files or ():
            if file.match("*.dist-info/sboms/*.json"):
                told = json.loads(Path(str(installed[name].locate_file(file))).read_text(encoding="utf-8"))
                parts = (part for part in told.get("components", ()) if "purl" in part)
                yield from (carried(part, name) for part in parts if normal(part["name"]) != name)


def carried(part: dict[str, str], within: str) -> Component:
    """A library in a wheel; its licence is among the wheel's texts."""
    told = f"see {within}"
    return Component(name=part["name"], version=part.get("version", ""), licence=told, purl=part["purl"])


def beside(stdlib: Path, python: str, installed: dict[str, Distribution], texts: Texts) -> Iterator[Component]:
    """What is no distribution: Python, Qt, the bundle's starter, the font."""
    qt = installed["pyside6-essentials"].version
    own = [stdlib / "LICENSE.txt", stdlib.parent / "LICENSE.txt", Path(f"{DEBIAN_DOC}/python3/copyright")]
    rows = (
        ("python", python, "PSF-2.0", "pkg:generic/python", [f for f in own if f.is_file()][:1]),
        ("qt", qt, "LGPL-3.0-only", "pkg:generic/qt", [HERE / text for text in LGPL]),
        ("pyinstaller-bootloader", installed["pyinstaller"].version, "GPL-2.0-or-later WITH Bootloader-exception",
         "pkg:pypi/pyinstaller", list(texts_of(installed["pyinstaller"]))),
        ("b612", "1.008", "OFL-1.1", "pkg:generic/b612", [HERE.parents[1] / "resources" / "fonts" / "OFL.txt"]),
    )  # fmt: skip
    for name, version, licence, purl, files in rows:
        yield Component(
            name=name, version=version, licence=licence, purl=f"{purl}@{version}", texts=texts.keep(name, files)
        )


def of_the_system(toc: Path, ours: tuple[Path, ...], texts: Texts) -> Iterator[Component]:
    """The Debian packages whose libraries PyInstaller took from this machine."""
    if shutil.which("dpkg-query") is None:
        return
    owners: dict[str, str] = {}
    for source in system_files(toc, ours):
        name = owner(source)
        if name:
            owners.setdefault(name, debian_version(name))
    for name, version in sorted(owners.items()):
        plain = name.partition(":")[0]
        kept = texts.keep(f"debian-{plain}", [f for f in [DEBIAN_DOC / plain / "copyright"] if f.is_file()])
        yield Component(
            name=plain, version=version, licence="see its text", purl=f"pkg:deb/debian/{plain}@{version}", texts=kept
        )


def system_files(toc: Path, ours: tuple[Path, ...]) -> list[Path]:
    """The libraries of a bundle that lie neither in its environment nor in its Python nor in the checkout."""
    held = ast.literal_eval(toc.read_text(encoding="utf-8"))
    entries = next(part for part in held if isinstance(part, list) and part and isinstance(part[0], tuple))
    sources = {Path(source) for _place, source, kind in entries if kind == "BINARY"}
    return sorted(source for source in sources if not any(source.is_relative_to(folder) for folder in ours))


def owner(file: Path) -> str:
    """The Debian package that a file belongs to; "" for none. Also asked by the name before /usr was merged."""
    real = file.resolve()
    for asked in dict.fromkeys((file, real, Path("/", *real.parts[2:]) if real.parts[:2] == ("/", "usr") else real)):
        done = subprocess.run(["dpkg-query", "--search", str(asked)], capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return done.stdout.partition(": ")[0].partition(",")[0]
    return ""


def debian_version(name: str) -> str:
    """The installed version of a Debian package."""
    asked = ["dpkg-query", "--show", "--showformat", "${Version}", name]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout


def main(python: str, toc: str, folder: str) -> int:
    """Collect everything; says how many and fails on a component without a licence."""
    told = subprocess.run([python, "-c", ASKS], capture_output=True, text=True, check=True).stdout
    site, prefix, stdlib, version = json.loads(told)
    installed = {normal(d.name): d for d in distributions(path=[site])}
    texts = Texts(Path(folder))
    needing = closure(installed, needed(installed[PROGRAM]))
    found = [*from_python(installed, needing, texts), *within_wheels(installed, needing)]
    found += beside(Path(stdlib), version, installed, texts)
    found += of_the_system(Path(toc), (Path(site), Path(prefix), Path(python).parents[1], HERE.parents[1]), texts)
    found = sorted({component.purl: component for component in found}.values(), key=lambda c: (c.name, c.version))
    rows = json.dumps([asdict(component) for component in found], indent=1, ensure_ascii=False)
    (Path(folder) / "components.json").write_text(rows + "\n", encoding="utf-8")
    bare = [c.name for c in found if c.licence == "unknown" or (not c.texts and not c.licence.startswith("see "))]
    print(f"package: {len(found)} components with their licences in {Path(folder).name}/")
    if bare:
        print(f"package: without a licence or its text: {', '.join(bare)}; add a row to CORRECTIONS", file=sys.stderr)
    return 1 if bare else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
