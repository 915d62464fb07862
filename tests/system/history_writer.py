"""A process that spools until it is killed: `python -m tests.system.history_writer FOLDER FIRST MOST_MB SEAL_ROWS`.

Sample n of both tags has the value n and the time DAY + n / 100. Says `n` once everything below n has been flushed.
"""

import sys
from pathlib import Path

import numpy as np

from app.acquisition.history.spool import Spool
from tests.unit.acquisition.history.rig import DAY, batch, tags

PER_BATCH = 50


def main() -> None:
    """Spool and say so, for ever."""
    folder, first, most_mb, seal_rows = sys.argv[1:]
    spool, number = Spool(Path(folder), tags(2), float(most_mb), seal_rows=int(seal_rows), keep_free_mb=0), int(first)
    while True:
        for _ in range(4):
            numbers = np.arange(number, number + PER_BATCH).repeat(2)
            spool.take(batch(np.arange(2 * PER_BATCH) % 2, DAY + numbers / 100, numbers))
            number += PER_BATCH
        spool.flush(DAY + number / 100)
        if not spool.state.ok:
            raise SystemExit(spool.state.reason)
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
