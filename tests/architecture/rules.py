"""The rules of HOUSE.md that import-linter can't say: one function per rule, from a source to its faults."""

import ast
from collections.abc import Callable, Iterator
from fnmatch import fnmatch

from tests.architecture.source import Source, imports, within

QT = ("PySide6", "PySide6QtAds", "shiboken6", "pyqtgraph", "qasync")
LATE_LOADERS = frozenset(
    {
        "ui/entry.py",
        "ui/outcome.py",
        "ui/main.py",
        "ui/program.py",
        "ui/viewing.py",
        "ui/opening.py",
        "drivers/registry.py",
        "app/erp/registry.py",
        "app/bootstrap/compose.py",
    }
)
PURE = ("app/domain/*", "app/readmodel/*")
CLOCK_CALLS = frozenset({"now", "utcnow", "today", "uuid4", "uuid1"})
LABEL_FACTORY = "ui/widgets/*"

Rule = Callable[[Source], Iterator[str]]


def matches(source: Source, *patterns: str) -> bool:
    """Tell whether the source's path fits one of the patterns (`*` also spans folders)."""
    return any(fnmatch(source.name, pattern) for pattern in patterns)


def at(source: Source, line: int, text: str) -> str:
    """Return a fault as one line that an editor can open."""
    return f"{source.name}:{line}: {text}"


def forbidden_imports(source: Source, roots: tuple[str, ...], who: str) -> Iterator[str]:
    """Yield a fault for every import of one of `roots`."""
    for found in imports(source.tree):
        if within(found.module, *roots):
            yield at(source, found.line, f"{who} must not import {found.module}")


def presenters_and_actions_import_no_qt_and_no_asyncio(source: Source) -> Iterator[str]:
    """A presenter is tested without a window and without a loop."""
    if matches(source, "ui/views/*/presenter.py", "ui/actions.py"):
        yield from forbidden_imports(source, (*QT, "asyncio"), "a presenter or action")


def views_import_no_bus_bridge_or_command(source: Source) -> Iterator[str]:
    """A view is passive: setters in, signals out."""
    if matches(source, "ui/views/*/view.py"):
        roots = ("app.bus", "app.domain.commands", "app.services", "app.bootstrap", "ui.bridge", "ui.actions")
        yield from forbidden_imports(source, roots, "a view")


def no_import_inside_a_function(source: Source) -> Iterator[str]:
    """Late imports hide cycles and cost; optional libraries are loaded by importlib in the registries."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for found in imports(node):
                yield at(source, found.line, f"import of {found.module} inside {node.name}()")


def importlib_only_in_the_late_loaders(source: Source) -> Iterator[str]:
    """Loading by name is for the places that the house lists."""
    if source.name in LATE_LOADERS:
        return
    for found in imports(source.tree):
        if within(found.module, "importlib") and not within(found.module, "importlib.metadata"):
            yield at(source, found.line, f"only {', '.join(sorted(LATE_LOADERS))} load by name")


def no_type_checking_import_of_our_own(source: Source) -> Iterator[str]:
    """An import for types only hides a cycle as well as a late one does."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            for found in imports(node):
                if within(found.module, "app", "drivers", "ui", "resources"):
                    yield at(source, found.line, f"TYPE_CHECKING import of {found.module}")


def no_dialog_runs_its_own_loop(source: Source) -> Iterator[str]:
    """`dialog.exec()` inside a coroutine kills the other tasks: open it and await a future."""
    for call in calls(source):
        method = call.func
        if not isinstance(method, ast.Attribute) or not source.name.startswith("ui/"):
            continue
        if method.attr in {"exec", "exec_"} and not is_application(method.value):
            yield at(source, call.lineno, f"{ast.unparse(method)}() runs a nested loop")


def is_application(value: ast.expr) -> bool:
    """Tell whether the expression reads as the QApplication, whose own exec() is the program's loop."""
    return ast.unparse(value).split(".")[-1].strip("_()") in {"app", "application", "QApplication"}


def labels_come_from_the_factory(source: Source) -> Iterator[str]:
    """A QLabel reads rich text from a controller unless the factory made it plain and capped."""
    if not source.name.startswith("ui/") or matches(source, LABEL_FACTORY):
        return
    for node in ast.walk(source.tree):
        names_label = isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == "QLabel"
        derives = isinstance(node, ast.ClassDef) and any("QLabel" in ast.unparse(base) for base in node.bases)
        if names_label or derives:
            yield at(source, getattr(node, "lineno", 0), "a QLabel is made in ui/widgets only")


def pure_code_reads_no_clock_and_makes_no_ids(source: Source) -> Iterator[str]:
    """Time and ids come in as arguments."""
    if not matches(source, *PURE):
        return
    for call in calls(source):
        if ast.unparse(call.func).split(".")[-1] in CLOCK_CALLS:
            yield at(source, call.lineno, f"{ast.unparse(call.func)}() in pure code")


def calls(source: Source) -> Iterator[ast.Call]:
    """Yield every call of the source."""
    return (node for node in ast.walk(source.tree) if isinstance(node, ast.Call))


RULES: tuple[Rule, ...] = (
    presenters_and_actions_import_no_qt_and_no_asyncio,
    views_import_no_bus_bridge_or_command,
    no_import_inside_a_function,
    importlib_only_in_the_late_loaders,
    no_type_checking_import_of_our_own,
    no_dialog_runs_its_own_loop,
    labels_come_from_the_factory,
    pure_code_reads_no_clock_and_makes_no_ids,
)
