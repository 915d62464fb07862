"""What the window itself does on a key: one row each; the window has a method of every id. No Qt."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Steer:
    """A row: `id` is the name of the window's method."""

    id: str
    key: str
    text: str


STEERING: tuple[Steer, ...] = (
    Steer(id="seek", key="Ctrl+K", text="find anything"),
    Steer(id="manual", key="F1", text="manual, at this screen"),
    Steer(id="help_keys", key="?", text="all keys"),
    Steer(id="home", key="Alt+Home", text="plant overview"),
    Steer(id="level_up", key="Alt+Up", text="one level up"),
    Steer(id="queue_next", key="J", text="next case of the queue"),
    Steer(id="queue_previous", key="K", text="the case before it"),
    Steer(id="to_queue", key="Ctrl+J", text="to the queue"),
    Steer(id="to_notice", key="F8", text="to the warning"),
    Steer(id="station_state", key="F9", text="how this station stands"),
    Steer(id="elsewhere", key="Ctrl+O", text="open another plant, the demo, or join one"),
    Steer(id="renew", key="Ctrl+R", text="restart with the new plant file"),
    Steer(id="switch_theme", key="Ctrl+D", text="day or night"),
    Steer(id="full_screen", key="F11", text="full screen"),
    Steer(id="about", key="Shift+F1", text="about Lineside"),
    Steer(id="dismiss", key="Esc", text="close, dismiss"),
)

WITHIN: tuple[tuple[str, str], ...] = (
    ("J  K", "next, previous in a list"),
    ("Enter", "open"),
    ("/", "filter"),
    ("Tab", "next part of the screen"),
    ("1 … 9", "choose, in a form"),
    ("Ctrl+Enter", "confirm a form"),
)
"""Keys that views and forms know by themselves, for the overview of keys."""
