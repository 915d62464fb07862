"""The benchmark of Modbus runs: a short form, whose figures are not judged."""

import json
import subprocess
import sys

from tests.needs import ROOT, need_library


def test_a_quick_run_gives_every_figure_in_the_contracts_form() -> None:
    need_library("modbus", "libmodbus5")
    command = [sys.executable, "-m", "tests.bench.modbus", "--quick"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=110, check=True)
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    figures = {line["metric"]: line for line in lines if "bench" in line}
    assert {line["bench"] for line in figures.values()} == {"modbus"}
    for name in ("cpu_us_per_read", "cpu_us_per_read_onto_board", "reads_per_s", "read_p50_ms", "read_p99_ms"):
        assert figures[f"{name}_4x5_mixed"]["value"] > 0
        assert figures[f"{name}_4x5_mixed"]["baseline"] > 0
