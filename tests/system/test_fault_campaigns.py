"""The fault campaigns in their short form: every goal is met, and the verdict is the last line."""

import json
import subprocess
import sys

from tests.needs import ROOT, need_node


def test_a_short_run_of_every_campaign_passes() -> None:
    need_node()
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults", "--short"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    verdict = json.loads(done.stdout.splitlines()[-1])
    assert verdict["verdict"] == "passed", done.stdout + done.stderr
    assert verdict["goals"] >= 39
    assert done.returncode == 0
