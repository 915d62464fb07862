"""The benchmarks run: a short form of each that has one, whose figures are not judged."""

import json
import subprocess
import sys
from typing import Any

from tests.needs import ROOT, need_library, need_node


def quick(bench: str) -> dict[str, dict[str, Any]]:
    """The figures of a benchmark's short form, by metric."""
    command = [sys.executable, "-m", f"tests.bench.{bench}", "--quick"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=110, check=True)
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    figures = {line["metric"]: line for line in lines if "bench" in line}
    assert {line["bench"] for line in figures.values()} == {bench}
    return figures


def test_acquisition_is_measured_against_both_its_baselines_and_at_the_screen() -> None:
    need_node()
    figures = quick("acquisition")
    assert figures["changes_per_s_0.2k_x5_mixed"]["value"] > 0
    assert figures["cpu_us_per_change_0.2k_x5_mixed"]["baseline"] > 0
    assert figures["cpu_us_per_change_0.2k_x5_mixed_vs_node"]["baseline"] > 0
    assert figures["losses_0.2k_x5_mixed"]["value"] == 0
    assert figures["painted_age_p50_ms_0.2k_per_s"]["value"] > 0
    assert figures["painted_per_s_0.2k_per_s"]["value"] > 0
    assert figures["ui_lateness_p99_ms_0.2k_per_s"]["baseline"] > 0
    assert figures["host_changes_per_s_0.2k_per_s"]["value"] > 0


def test_modbus_is_measured_against_pymodbus() -> None:
    need_library("modbus", "libmodbus5")
    figures = quick("modbus")
    for name in ("cpu_us_per_read", "cpu_us_per_read_onto_board", "reads_per_s", "read_p50_ms", "read_p99_ms"):
        assert figures[f"{name}_4x5_mixed"]["value"] > 0
        assert figures[f"{name}_4x5_mixed"]["baseline"] > 0


def test_a_storm_is_measured_at_the_window() -> None:
    need_node()
    figures = quick("storm")
    assert figures["storm_alarms_per_s"]["value"] > 0
    assert figures["storm_listed_s"]["value"] is not None
    assert figures["storm_ui_lateness_p99_ms"]["baseline"] > 0
    assert figures["storm_memory_grown_mb"]["value"] is not None
