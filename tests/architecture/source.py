"""Reads the project's own Python sources for the architecture tests: files, trees, imports."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("app", "drivers", "resources", "ui")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One Python file of ours; `name` is its path from the project's root with `/`."""

    name: str
    tree: ast.Module


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """One import: the module it names (with the member for `from`), and where."""

    module: str
    line: int


@cache
def sources() -> tuple[Source, ...]:
    """Return every Python file of the wheel's packages."""
    files = sorted(file for package in PACKAGES for file in (ROOT / package).rglob("*.py"))
    return tuple(read(file.read_text(encoding="utf-8"), file.relative_to(ROOT).as_posix()) for file in files)


def read(text: str, name: str) -> Source:
    """Return a source parsed from `text`."""
    return Source(name=name, tree=ast.parse(text, filename=name))


def imports(tree: ast.AST) -> Iterator[Import]:
    """Yield every import under `tree`; `from a import b` names a.b."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (Import(module=alias.name, line=node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (Import(module=f"{node.module}.{alias.name}", line=node.lineno) for alias in node.names)


def within(module: str, *roots: str) -> bool:
    """Tell whether `module` is one of `roots` or lies below one."""
    return any(module == root or module.startswith(f"{root}.") for root in roots)


@cache
def tracked_files() -> tuple[str, ...]:
    """Return the files that git tracks, or would with the next `git add`; empty without git."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout
    return tuple(name for name in answer.split("\0") if name and (ROOT / name).is_file())
