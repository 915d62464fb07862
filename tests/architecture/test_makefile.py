"""The Makefile finds the first Python that really works, and hands its variables to the demo."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import ROOT

BROKEN_SHIM = "#!/bin/sh\necho 'no such version is active' >&2\nexit 127\n"
TOO_OLD = '#!/bin/sh\nexec {python} -c "import sys; sys.exit(1)"\n'
WORKING = '#!/bin/sh\nexec {python} "$@"\n'


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A folder with the Makefile, and a bootstrap that only says which name it was called by."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    bootstrap = tmp_path / "packaging" / "dev" / "bootstrap.py"
    bootstrap.parent.mkdir(parents=True)
    bootstrap.write_text("import os; print('made with', os.environ['CALLED'])\n", encoding="utf-8")
    return tmp_path


def put_python(folder: Path, name: str, script: str) -> None:
    program = folder / "bin" / name
    program.parent.mkdir(exist_ok=True)
    text = script.format(python=sys.executable).replace("exec", f"CALLED={name} exec")
    program.write_text(text, encoding="utf-8")
    program.chmod(0o755)


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": f"{folder / 'bin'}:/bin", "HOME": str(folder)}
    program = shutil.which("make") or "make"
    return subprocess.run(
        [program, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_a_python_that_does_not_run_or_is_too_old_is_passed_over(clone: Path) -> None:
    put_python(clone, "python3", BROKEN_SHIM)
    put_python(clone, "python3.13", TOO_OLD)
    put_python(clone, "python3.12", WORKING)
    put_python(clone, "python3.11", WORKING)
    assert make(clone, "setup").stdout == "made with python3.12\n"


def test_a_named_python_is_honoured(clone: Path) -> None:
    put_python(clone, "python3", WORKING)
    put_python(clone, "my-python", WORKING)
    assert make(clone, "setup", f"PYTHON={clone / 'bin' / 'my-python'}").stdout == "made with my-python\n"


def test_a_named_python_that_does_not_work_is_refused_in_one_sentence(clone: Path) -> None:
    put_python(clone, "python3", WORKING)
    refused = make(clone, "setup", "PYTHON=/nonexistent/python3")
    assert refused.returncode != 0
    assert "needs Python 3.11 to 3.14" in refused.stderr


def test_the_demo_gets_its_variables(clone: Path) -> None:
    shown = make(clone, "-n", "demo", "SMOKE=20", "SPEED=60", "SEED=7", "PLANT=p.toml", "REPLAY=week.csv").stdout
    line = " ".join(shown.splitlines()[-1].split())
    assert line == (
        ".venv/bin/lineside demo --smoke 20 --screenshots .demo/screenshots --report .demo/report.json "
        '--replay "week.csv" --speed 60 --seed 7 --plant "p.toml"'
    )


def test_a_plain_make_lists_the_targets(clone: Path) -> None:
    listed = make(clone).stdout
    for target in ("setup", "demo", "run", "test", "lint", "format", "lock", "bench", "faults", "screens", "clean"):
        assert f"  make {target} " in listed
