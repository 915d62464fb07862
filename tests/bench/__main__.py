"""`python -m tests.bench`: every benchmark, one process each, and one table of all at the end."""

import json
import subprocess
import sys

from tests.bench.line import table
from tests.needs import ROOT

BENCHES = ("acquisition", "demo", "erp", "history", "journal", "modbus", "overview", "start", "storm", "sync")
"""A new benchmark is its module here and one row."""


def main() -> None:
    """Run them one after another; nothing else should run beside them."""
    figures = []
    for name in BENCHES:
        command = [sys.executable, "-m", f"tests.bench.{name}"]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            for text in process.stdout:
                if text.startswith("{"):
                    print(text, end="", flush=True)
                    row = json.loads(text)
                    figures += [row] if "bench" in row else []
        if process.returncode:
            print(f"{name} ended with {process.returncode}", file=sys.stderr)
    print(table(figures))


if __name__ == "__main__":
    main()
