"""Whether the state behind a view has moved on: cheaper than comparing rows. No Qt."""

from __future__ import annotations

from app.readmodel.model import Model, View


def stamp(view: View) -> int:
    """The position of the log that the view has; it differs whenever any row does. −1 for a view that has none."""
    return view.seq if isinstance(view, Model) else -1
