"""A process that appends to a journal and says each sequence number as it is acknowledged: `FOLDER COMMITS`."""

import os
import random
import sys
from pathlib import Path

from app.store.sqlite import SqliteJournal
from tests.contract.test_journals import operations


def main() -> None:
    """Append in commits of one to forty operations."""
    chance, journal = random.Random(5), SqliteJournal(Path(sys.argv[1]))
    for _ in range(int(sys.argv[2])):
        seq, head = journal.head()
        journal.append(operations(chance.randint(1, 40), seq + 1, head))
        os.write(1, b"%d\n" % journal.head()[0])
    journal.close()


if __name__ == "__main__":
    main()
