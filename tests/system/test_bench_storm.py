"""The benchmark of an alarm storm runs: a short form, whose figures are not judged."""

import json
import subprocess
import sys

from tests.needs import ROOT, need_node


def test_a_quick_run_gives_every_figure_in_the_contracts_form() -> None:
    need_node()
    command = [sys.executable, "-m", "tests.bench.storm", "--quick"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=110, check=True)
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    figures = {line["metric"]: line for line in lines if "bench" in line}
    assert {line["bench"] for line in figures.values()} == {"storm"}
    assert figures["storm_alarms_per_s"]["value"] > 0
    assert figures["storm_listed_s"]["value"] is not None
    assert figures["storm_ui_lateness_p99_ms"]["baseline"] > 0
    assert figures["storm_memory_grown_mb"]["value"] is not None
