"""Loading the scripts of packaging/, which is no package: by their place, as the build runs them."""

import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from tests.needs import ROOT

PACKAGING = ROOT / "packaging"


def load(place: str) -> ModuleType:
    """The script at `place` below packaging/, not run; beside it lie the scripts that it imports."""
    file = PACKAGING / place
    name = f"packaging_{file.stem}"
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    with beside(file.parent):
        spec.loader.exec_module(module)
    return module


@contextmanager
def beside(folder: Path) -> Iterator[None]:
    """Scripts of this folder can be imported."""
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))
