"""The whole source keeps every rule, and every rule catches what it is for."""

import pytest

from tests.architecture.rules import (
    RULES,
    Rule,
    importlib_only_in_the_late_loaders,
    labels_come_from_the_factory,
    no_dialog_runs_its_own_loop,
    no_import_inside_a_function,
    no_type_checking_import_of_our_own,
    presenters_and_actions_import_no_qt_and_no_asyncio,
    pure_code_reads_no_clock_and_makes_no_ids,
    views_import_no_bus_bridge_or_command,
)
from tests.architecture.source import read, sources

# rule, a file it looks at, text that breaks it, text that keeps it
EXAMPLES: tuple[tuple[Rule, str, str, str], ...] = (
    (
        presenters_and_actions_import_no_qt_and_no_asyncio,
        "ui/views/holds/presenter.py",
        "from PySide6.QtCore import Qt",
        "from app.domain.plant import Plant",
    ),
    (presenters_and_actions_import_no_qt_and_no_asyncio, "ui/actions.py", "import asyncio", "import json"),
    (
        views_import_no_bus_bridge_or_command,
        "ui/views/holds/view.py",
        "from app.domain import commands",
        "from PySide6.QtWidgets import QWidget",
    ),
    (no_import_inside_a_function, "app/bus.py", "def f():\n    import json", "import json"),
    (
        importlib_only_in_the_late_loaders,
        "app/bus.py",
        "import importlib",
        "from importlib.metadata import version",
    ),
    (
        no_type_checking_import_of_our_own,
        "app/bus.py",
        "if TYPE_CHECKING:\n    from app.store import x",
        "if TYPE_CHECKING:\n    from asyncua import Client",
    ),
    (no_dialog_runs_its_own_loop, "ui/window.py", "dialog.exec()", "app.exec()"),
    (labels_come_from_the_factory, "ui/views/holds/view.py", "QtWidgets.QLabel('x')", "plain_label('x')"),
    (labels_come_from_the_factory, "ui/window.py", "class Big(QLabel): ...", "class Big(QWidget): ..."),
    (pure_code_reads_no_clock_and_makes_no_ids, "app/domain/case.py", "datetime.now(UTC)", "f(now_at)"),
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_whole_source_keeps_the_rule(rule: Rule) -> None:
    faults = [fault for source in sources() for fault in rule(source)]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(("rule", "name", "broken", "kept"), EXAMPLES)
def test_a_rule_catches_what_it_is_for(rule: Rule, name: str, broken: str, kept: str) -> None:
    assert list(rule(read(broken, name)))
    assert not list(rule(read(kept, name)))


def test_every_rule_has_an_example() -> None:
    assert {rule for rule, *_ in EXAMPLES} == set(RULES)
