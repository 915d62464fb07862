"""What may lie in the repository: no package called packaging, no machine's paths, no registry's host."""

import re

import packaging

from tests.architecture.source import ROOT, tracked_files

BINARY = {".otf", ".ttf", ".png", ".jpg", ".ico", ".qm", ".wav", ".gz"}
# Built from parts, so that this file does not find itself.
REGISTRIES = re.compile("|".join(("py" + "pi.org", "files." + "pythonhosted", "registry." + "npmjs", "jfrog" + ".io")))
PATHS = re.compile(r"(?<![\w.])/(?:home|root|work|Users)/\w|file:" + r"//|(?<!\w)[A-Z]:\\Users\\")


def test_packaging_is_no_package_of_ours() -> None:
    assert not (ROOT / "packaging" / "__init__.py").exists()
    assert "site-packages" in str(packaging.__file__)


def test_resources_holds_path_and_nothing_else() -> None:
    code = [file.name for file in (ROOT / "resources").rglob("*.py")]
    assert code == ["__init__.py"]


def test_no_tracked_file_names_a_registry_or_a_path_of_a_machine() -> None:
    faults = [
        f"{name}:{number}: {line.strip()[:100]}"
        for name in tracked_files()
        if (ROOT / name).suffix not in BINARY
        for number, line in enumerate((ROOT / name).read_text(encoding="utf-8").splitlines(), start=1)
        if REGISTRIES.search(line) or PATHS.search(line)
    ]
    assert not faults, "\n".join(faults)


def test_the_lock_pins_every_dependency_with_a_hash() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    entries = [entry for entry in re.split(r"\n(?=\S)", lock) if not entry.startswith("#")]
    assert entries
    assert not [entry for entry in entries if "==" not in entry or "--hash=sha256:" not in entry]


def test_the_lock_holds_the_one_pair_of_qt_and_docking() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "pyside6-essentials==6.11.2" in lock
    assert "pyside6-qtads==5.1.1 " in lock
