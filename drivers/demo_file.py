"""The demo's plant as a file of its own: for a replay of other machines, and for whoever wants to read or run it.

Owns the text; the ports are the demo's. Apart from drivers.demo, because editing TOML costs a tenth of a second.
"""

from __future__ import annotations

from pathlib import Path

from app.domain.errors import KnownError
from app.plant.rewrite import with_machines, with_settings
from drivers.demo import Demo
from drivers.simulated.replay import machine_name, read_bursts


def write_plant(demo: Demo, folder: Path, replay: Path | None = None) -> Path:
    """The demo's plant file with its ports, in `folder`; with the machines of `replay`, where that is played.

    Raises KnownError for a file that can't be read or written, and for bad rows of a recording.
    """
    path = folder / "plant.toml"
    try:
        text = demo.file.read_text(encoding="utf-8")
        if replay is not None:
            text = with_machines(text, recorded_machines(replay))
        path.write_text(with_settings(text, demo.settings, demo.erp), encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise KnownError(f"The demo's plant file can't be made: {error}.", "Use another --plant or --data.") from error
    return path


def recorded_machines(file: Path) -> list[str]:
    """The machines of a burst file, by the names that the replay server gives them. Raises KnownError for bad rows."""
    return [machine_name(number) for number in sorted({burst.machine for burst in read_bursts(file)})]
