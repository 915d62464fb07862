"""The benchmark of the acquisition runs: a short form, whose figures are not judged."""

import json
import subprocess
import sys

from tests.needs import ROOT, need_node


def test_a_quick_run_gives_every_figure_in_the_contracts_form() -> None:
    need_node()
    command = [sys.executable, "-m", "tests.bench.acquisition", "--quick"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=110, check=True)
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    figures = {line["metric"]: line for line in lines if "bench" in line}
    assert {line["bench"] for line in figures.values()} == {"acquisition"}
    assert figures["changes_per_s_0.2k_x5_mixed"]["value"] > 0
    assert figures["cpu_us_per_change_0.2k_x5_mixed"]["baseline"] > 0
    assert figures["cpu_us_per_change_0.2k_x5_mixed_vs_node"]["baseline"] > 0
    assert figures["losses_0.2k_x5_mixed"]["value"] == 0
    assert figures["painted_age_p50_ms_0.2k_per_s"]["value"] > 0
    assert figures["painted_per_s_0.2k_per_s"]["value"] > 0
    assert figures["ui_lateness_p99_ms_0.2k_per_s"]["baseline"] > 0
    assert figures["host_changes_per_s_0.2k_per_s"]["value"] > 0
