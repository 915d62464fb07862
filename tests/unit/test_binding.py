"""A PySide6 and Python pair that aborts is refused before Qt is imported."""

import subprocess
import sys

import pytest

from app.binding import BAD_PAIRS, check_binding, check_installed_binding
from app.domain.errors import KnownError


@pytest.mark.parametrize(
    ("python", "pyside"),
    [((3, 11), "6.12.0"), ((3, 10), "6.12.0"), ((3, 11), "6.12.1.1"), ((3, 11), "6.13"), ((3, 11), "7.0.0")],
)
def test_a_known_bad_pair_is_refused_in_one_clear_sentence(python: tuple[int, int], pyside: str) -> None:
    with pytest.raises(KnownError) as refusal:
        check_binding(python, pyside)
    assert pyside in refusal.value.message
    assert f"Python {python[0]}.{python[1]}" in refusal.value.message
    assert "\n" not in str(refusal.value)
    assert refusal.value.todo


@pytest.mark.parametrize(
    ("python", "pyside"),
    [((3, 11), "6.11.2"), ((3, 11), "6.9.3"), ((3, 12), "6.12.0"), ((3, 13), "6.12.0"), ((3, 14), "6.13.1")],
)
def test_a_good_pair_passes(python: tuple[int, int], pyside: str) -> None:
    check_binding(python, pyside)


def test_a_version_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(KnownError, match="can't be read"):
        check_binding((3, 11), "nonsense")


def test_the_locked_pair_passes() -> None:
    check_installed_binding()


def test_every_bad_pair_refuses_its_own_edge_and_lets_the_next_python_pass() -> None:
    for bad in BAD_PAIRS:
        pyside = f"{bad.pyside[0]}.{bad.pyside[1]}.0"
        with pytest.raises(KnownError):
            check_binding((bad.python[0], bad.python[1] - 1), pyside)
        check_binding(bad.python, pyside)


def test_the_check_does_not_import_qt() -> None:
    code = (
        "import sys; from app.binding import check_installed_binding; check_installed_binding(); "
        "sys.exit(any(name.startswith(('PySide6', 'shiboken6')) for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_qt_keeps_its_references_of_none_and_true() -> None:
    """The cheapest guard against the next bad wheel: it died after some 5,300 calls and 570 emits."""
    code = (
        "from PySide6.QtCore import QObject, Signal\n"
        "class Source(QObject):\n"
        "    fired = Signal()\n"
        "source = Source()\n"
        "for _ in range(20_000):\n"
        "    source.blockSignals(False); source.setObjectName('x'); source.fired.emit()\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
