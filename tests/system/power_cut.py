"""What a disk still has after a power cut: a program's file calls, from strace, played onto a disk that may forget.

What was written since a file's last sync is kept, lost, reordered or torn at a sector, as chance has it. A sync makes
its file sure, and every name given before it, as journalling file systems do. Knows no journal.
"""

import random
import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

CALLS = "openat,pwrite64,write,fsync,fdatasync,ftruncate,unlink,rename"
SECTOR = 512
CALL = re.compile(r"(?P<pid>\d+) +(?P<name>\w+)\((?P<args>.*)\) += (?P<result>-?\d+)")
RESUMED = re.compile(r"(?P<pid>\d+) +<\.\.\. \w+ resumed>(?P<rest>.*)")
UNFINISHED = " <unfinished ...>"
TEXT = re.compile(r'(?:"|<)((?:\\x[0-9a-f]{2})*)(?:"|>)')
NUMBER = re.compile(r", (\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One file call that succeeded: the texts and numbers of its arguments, in their order."""

    name: str
    arguments: str
    texts: Sequence[bytes]
    numbers: Sequence[int]

    @property
    def path(self) -> str:
        """Of the file that it is about; strace names the folder first where a file is opened."""
        return self.texts[self.name == "openat"].decode(errors="replace")

    @property
    def printed(self) -> bytes:
        """What it wrote to the standard output; empty for any other call."""
        return self.texts[-1] if self.name == "write" and self.arguments.startswith("1<") else b""


def traced(command: Sequence[str], into: Path, cwd: Path) -> list[Call]:
    """Run a command to its end and return its file calls in their order."""
    strace = ["strace", "-f", "-y", "-xx", "-s", "10000000", "--seccomp-bpf", "-e", f"trace={CALLS}", "-o", str(into)]
    subprocess.run([*strace, *command], cwd=cwd, check=True, stdout=subprocess.PIPE)
    with into.open(encoding="ascii") as lines:
        return [call for line in whole(lines) if (call := parsed(line)) is not None]


def whole(lines: Iterator[str]) -> Iterator[str]:
    """Each call in one line, where another thread's stands between its begin and its end."""
    begun: dict[str, str] = {}
    for raw in lines:
        line = raw.rstrip("\n")
        if line.endswith(UNFINISHED):
            begun[line.split()[0]] = line.removesuffix(UNFINISHED)
        elif resumed := RESUMED.match(line):
            yield begun.pop(resumed["pid"]) + resumed["rest"]
        else:
            yield line


def parsed(line: str) -> Call | None:
    """A line's call; None for what failed and for signals and ends."""
    found = CALL.match(line)
    if found is None or int(found["result"]) < 0:
        return None
    texts = [bytes.fromhex(text.replace("\\x", "")) for text in TEXT.findall(found["args"])]
    numbers = [int(number) for number in NUMBER.findall(found["args"])]
    return Call(name=found["name"], arguments=found["args"], texts=texts, numbers=numbers)


@dataclass(slots=True, eq=False)
class File:
    """A file's sure bytes, and since its last sync each write (offset, bytes) or new size (size, None)."""

    sure: bytes = b""
    loose: list[tuple[int, bytes | None]] = field(default_factory=list)
    size: int = 0
    """Where an appending write goes."""

    def sync(self) -> None:
        """Make it all sure."""
        self.sure, self.loose = played(self.sure, self.loose), []

    def after_cut(self, chance: random.Random) -> bytes:
        """Of what is not sure: nothing, everything, some writes, or some sectors of each."""
        way = chance.choice(("nothing", "everything", "writes", "sectors"))
        if way == "nothing":
            return self.sure
        if way == "everything":
            return played(self.sure, self.loose)
        pieces = self.loose if way == "writes" else list(sectors(self.loose))
        return played(self.sure, [piece for piece in pieces if chance.random() < 0.5])


def sectors(writes: Sequence[tuple[int, bytes | None]]) -> Iterator[tuple[int, bytes | None]]:
    """Each write in pieces that end where a sector does."""
    for offset, data in writes:
        if data is None:
            yield offset, None
            continue
        first = SECTOR - offset % SECTOR
        yield offset, data[:first]
        for place in range(first, len(data), SECTOR):
            yield offset + place, data[place : place + SECTOR]


def played(before: bytes, writes: Sequence[tuple[int, bytes | None]]) -> bytes:
    """The bytes after some writes; a hole reads as zeros."""
    content = bytearray(before)
    for offset, data in writes:
        end = offset + len(data or b"")
        if end > len(content):
            content.extend(bytes(end - len(content)))
        if data is None:
            del content[offset:]
        else:
            content[offset:end] = data
    return bytes(content)


class Disk:
    """The files of one folder. `honest`: a sync is one; else the disk says so and forgets all the same."""

    def __init__(self, folder: Path, *, honest: bool = True) -> None:
        self._folder = str(folder)
        self._honest = honest
        self._now: dict[str, File] = {}
        self._sure: dict[str, File] = {}
        self._renames: list[dict[str, File]] = []
        """The names after each change of one since they were last sure."""

    def do(self, call: Call) -> None:
        """Take in one call; what is about another folder is nothing to it."""
        if Path(call.path).parent == Path(self._folder) or call.path == self._folder:
            getattr(self, f"_{call.name}")(call)

    def _named(self) -> None:
        self._renames.append(dict(self._now))

    def _openat(self, call: Call) -> None:
        if "O_CREAT" in call.arguments and call.path not in self._now:
            self._now[call.path] = File()
            self._named()
        if (file := self._now.get(call.path)) is not None:
            if "O_TRUNC" in call.arguments:
                file.loose.append((0, None))
            file.size = 0

    def _pwrite64(self, call: Call) -> None:
        self._now[call.path].loose.append((call.numbers[-1], call.texts[-1]))

    def _write(self, call: Call) -> None:
        file = self._now[call.path]
        file.loose.append((file.size, call.texts[-1]))
        file.size += len(call.texts[-1])

    def _ftruncate(self, call: Call) -> None:
        self._now[call.path].loose.append((call.numbers[-1], None))

    def _fsync(self, call: Call) -> None:
        if not self._honest:
            return
        if (file := self._now.get(call.path)) is not None:
            file.sync()
        self._sure, self._renames = dict(self._now), []

    _fdatasync = _fsync

    def _unlink(self, call: Call) -> None:
        self._now.pop(call.path, None)
        self._named()

    def _rename(self, call: Call) -> None:
        self._now[call.texts[1].decode()] = self._now.pop(call.path)
        self._named()

    def after_cut(self, chance: random.Random) -> dict[str, bytes]:
        """Name and bytes of every file that is still there."""
        names = chance.choice([self._sure, *self._renames])
        return {Path(path).name: file.after_cut(chance) for path, file in names.items()}
