"""The window: banner, rail, docks, message strip, status bar, and the panels over them. It is every view's Shell.

Knows views only by the catalog, actions only by their table, the core only by the desk.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, cast

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, SignalInstance
from PySide6.QtGui import QCloseEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from app.domain.people import Person
from ui.about import About
from ui.actions import ACTIONS, refusal
from ui.actions import BY_ID as ACTION
from ui.attending import Attention
from ui.banner import BannerBar
from ui.catalog import BY_ID as VIEW
from ui.catalog import SHOWN_BY, VIEWS
from ui.crumb import HOME, Crumb
from ui.desk import Answer, Desk
from ui.entries import Entry, Named, gather
from ui.formpanel import FormPanel
from ui.forms import Form
from ui.frame import around, rail
from ui.keyboard import bind, is_chord, name_of
from ui.keys import KeysOverlay, groups
from ui.levels import path, up
from ui.manual.places import place_of
from ui.meaning import first_of, meant
from ui.models.controls import ControlNews
from ui.overlay import Overlay
from ui.palette import Palette
from ui.part import Part
from ui.place import keep, kept, put
from ui.plant_words import renewal
from ui.roles import said_of
from ui.sharing import notices
from ui.shell import Answers, Seat, kind_of
from ui.shipped import folder, shipped, this_version
from ui.signin import SignIn
from ui.stage import SIDE, Stage
from ui.stamp import stamp
from ui.standing import standing
from ui.statusbar import MessageStrip, StatusBar
from ui.steering import STEERING
from ui.summary import Frame, parts, told
from ui.text import Formats, t
from ui.theme import DAY, NIGHT, Look
from ui.viewing import open_manual, open_view

TICK_MS = 125
"""Time passes for the views and for the window's frame by turns: what both paint once a second never coincides."""
FOLLOW_MS = 16
"""How often a view in sight may show values that moved."""
QUEUE_PX = 430
_PRECISE = Qt.TimerType.PreciseTimer
"""Coarse timers gather at the same moments, and so does their work."""


class Window(QWidget):
    """One window of the station."""

    restarting = Signal()
    """Lineside is to begin anew here; it closes then."""
    left = Signal()
    """Somebody wants to open something else instead; it closes then."""

    def __init__(
        self, look: Look, desk: Desk, *, seat: Seat | None = None, layout: Path | None = None,
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._look, self._desk, self._seat, self._file = look, desk, seat, layout
        self._formats, self._frame = Formats(desk.plant.zone), Frame()
        self._fresh, self._person = False, desk.person
        self._controls = ControlNews(desk)
        self._acted = ""  # the last action, while something is being filled in
        self.theme_pinned = False  # by group policy
        self._about = ""  # what the last action was about, while it is being filled in
        self._attention = Attention(desk)
        self.window().setWindowTitle(t("Lineside · {plant}", plant=desk.plant.name))
        self._build()
        self._build_panels()
        self._bind_keys()
        self._ticks = 0
        self._timer = QTimer(self, interval=TICK_MS)
        self._timer.setTimerType(_PRECISE)
        self._timer.timeout.connect(self._tick)
        self._timer.start()
        self._follower = QTimer(self, interval=FOLLOW_MS)
        self._follower.timeout.connect(self.stage.follow)
        self._follower.start()
        self._first_layout()

    # --- building ---------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        look = self._look
        self.banner = BannerBar(look, self._formats)
        self.rail = rail(look)
        self.stage = Stage(look, lambda view_id: open_view(view_id, look, self._desk, self), self)
        self.docks = self.stage.docks
        self.strip, self.status = MessageStrip(look), StatusBar(look)
        self.docks.watch_keys(self)
        self.stage.turned.connect(self.rail.mark)
        self.stage.failed.connect(partial(self.say, bad=True))
        sides = (self.strip, self.status)
        self._middle = around(self.docks, above=self.banner, left=self.rail, below=sides, inside=self)
        self.rail.chosen.connect(self.visit)
        self.banner.stepped.connect(self.go)
        self.banner.case_pressed.connect(lambda: self.go(self._frame.top))
        self.banner.counts_pressed.connect(lambda: self.go("cases"))
        self.banner.find_pressed.connect(self.seek)
        self.banner.person_pressed.connect(self.sign_in)
        self.status.pressed.connect(self.station_state)
        self.strip.warning_pressed.connect(self.to_notice)

    def _build_panels(self) -> None:
        look, plant = self._look, self._desk.plant
        self.form = FormPanel(look, self.docks)
        self.palette_panel = Palette(look, self.docks, self._picked)
        self.keys_panel = KeysOverlay(look, self.docks, groups(ACTIONS, self._view_names(), self._steer_names()))
        people = tuple(plant.people.values())
        self.sign_in_panel = SignIn(look, self.docks, people, plant.demo, self._desk.ask, self._sit)
        self.about_panel: About | None = None
        self.manual_panel: Any = None
        self.form.closed.connect(self._form_closed)
        self.sign_in_panel.closed.connect(self.stage.take_keyboard)

    def _panels(self) -> tuple[Overlay, ...]:
        seldom = () if self.about_panel is None else (self.about_panel,)
        return (self.form, self.palette_panel, self.keys_panel, self.sign_in_panel, *seldom)

    def _view_names(self) -> list[Named]:
        return [Named(id=row.id, text=t(row.title), key=row.shortcut) for row in VIEWS]

    def _steer_names(self) -> list[Named]:
        return [Named(id=row.id, text=t(row.text), key=row.key) for row in STEERING]

    # --- views ------------------------------------------------------------------------------------------------------

    def visit(self, view_id: str) -> None:
        """Bring a view to the front and give it the keyboard."""
        self._close_panels()
        self.stage.bring(view_id)
        self.refresh()

    def refresh(self) -> None:
        """Bring everything that is to be seen up to now."""
        self.stage.refresh()
        self._refresh_frame()

    def _tick(self) -> None:
        """Time has passed: for the views, the next time for the frame."""
        self._ticks += 1
        if self._ticks % 2:
            self.stage.tick()
        else:
            self._refresh_frame()

    def _refresh_frame(self) -> None:
        """Banner and status bar."""
        desk, now = self._desk, self._desk.now()
        self._notice_person()
        for text, bad in self._controls.news():
            self.say(text, bad)
        self._frame.look(desk.view, now)
        self.banner.set_state(self._frame.banner(desk.alarms, now, said_of(desk.person), told(desk.status)), now)
        self.banner.set_crumbs(self._path())
        self.strip.warn(notices(desk, self._formats))
        self.status.set_state(self._parts(), self._marks(), self._formats.stamp(now))
        self._attend()

    def _parts(self) -> tuple[Part, ...]:
        desk, seq = self._desk, max(0, stamp(self._desk.view))
        return parts(desk.plant, desk.status, self._frame.postings, seq, desk.now(), self._formats)

    def _marks(self) -> tuple[str, ...]:
        if not self._desk.plant.replayed:
            return ()
        at = self._desk.status.replay_at
        return (t("REPLAYED {at}", at=self._formats.stamp(at)) if at else t("REPLAYED"),)

    def _path(self) -> tuple[Crumb, ...]:
        front = self.stage.front
        return path(self._desk.plant, front, t(VIEW[front].title), self.stage.selected_in(front))

    # --- the shell --------------------------------------------------------------------------------------------------

    def go(self, ref: str) -> None:
        """Show a thing in the view that is made for it; see ui.shell."""
        view_id, colon, rest = ref.partition(":")
        if not (colon and view_id in VIEW):
            view_id, rest = (ref, "") if ref in VIEW else (SHOWN_BY.get(kind_of(ref), ""), ref)
        if not view_id:
            return
        self.visit(view_id)
        if rest:
            self.stage.show(view_id, rest)
            self.refresh()

    def act(self, action_id: str, ref: str = "") -> None:
        """Run an action on a thing, or on what is selected; say why if it does not apply."""
        row = ACTION[action_id]
        ref = ref or self.selected(row.kinds)
        why = refusal(row, self._desk, ref)
        if why:
            self.say(why, bad=True)
        else:
            self._about, self._acted = ref, action_id
            row.run(self._desk, ref, self)
            self._about = self._about or ref
            self._attend()

    def say(self, text: str, bad: bool = False) -> None:
        """One line into the message strip."""
        self.strip.say(self._formats.clock(self._desk.now()), text, bad)

    def ask(self, form: Form, done: Callable[[Answers | None], None]) -> None:
        """Show a form."""
        about = self._about
        self._close_panels()
        self._about = about
        self.form.ask(form, done)
        self._attend()

    # --- what the others are told -----------------------------------------------------------------------------------

    def _form_closed(self) -> None:
        """Nothing is filled in any more; a form that follows at once says so itself."""
        QTimer.singleShot(0, self, self._attend)

    def _attend(self) -> None:
        """Tell the other stations what the person here looks at or fills in, whenever that changed."""
        editing = not self.form.isHidden() or self.stage.editing()
        if not editing:
            self._about = self._acted = ""
        self._attention.turn(self._about or self.stage.looked_at(), editing=editing)

    def sign_in(self) -> None:
        """Lock the station and show who can sit down here."""
        self.sign_out()
        self._close_panels()
        self.sign_in_panel.open()

    def sign_out(self) -> None:
        """Leave the station."""
        if self._seat is not None and self._desk.person is not None:
            self._seat.leave()
            self.refresh()

    def _sit(self, person: Person) -> None:
        if self._seat is not None:
            self._seat.sit(person, self._sat)
            self.refresh()

    def _sat(self, answer: Answer) -> None:
        """Only a refusal is said here: who sits is said when it is so."""
        if not answer.ok:
            self.say(f"{answer.message} {answer.todo}".strip(), bad=True)

    def _notice_person(self) -> None:
        """Say who sits down or leaves, once it is stored."""
        person = self._desk.person
        if person != self._person:
            self._person = person
            if person is not None:
                self.sign_in_panel.leave()
            self.say(t("{name} works here now.", name=person.name) if person else t("Nobody is signed in."))

    def selected(self, kinds: frozenset[str]) -> str:
        """What keys act on: selected in the view with the keyboard, in the one in front, in the queue, in the banner.

        Of these the first that is of one of `kinds`; any selection when `kinds` is empty.
        """
        return first_of(self.stage.selections(self._frame.top), kinds)

    # --- keys -------------------------------------------------------------------------------------------------------

    def _bind_keys(self) -> None:
        """Chords work from everywhere; plain keys only while nothing is being typed."""
        for view in VIEWS:
            bind(self, view.shortcut, partial(self.visit, view.id))
        for steer in STEERING:
            if is_chord(steer.key):
                bind(self, steer.key, getattr(self, steer.id))
        for action in ACTIONS:
            if is_chord(action.key):
                bind(self, action.key, partial(self.act, action.id))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.isAutoRepeat() or not self.press(name_of(event)):
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys that a floating window's view did not want."""
        if event.type() != QEvent.Type.KeyPress:
            return False
        pressed = cast(QKeyEvent, event)
        return not pressed.isAutoRepeat() and self.press(name_of(pressed))

    def press(self, key: str) -> bool:
        """Do what a plain key means for what is selected; False when it means nothing here."""
        if self.stage.typing():
            return False
        steer = next((row for row in STEERING if row.key == key), None)
        if steer is not None:
            getattr(self, steer.id)()
            return True
        found = meant(key, self.stage.selections(self._frame.top), self._desk)
        if found is not None:
            self.act(*found)
        return found is not None

    # --- steering ---------------------------------------------------------------------------------------------------

    def seek(self) -> None:
        """Open the palette over everything."""
        ref = self.selected(frozenset())
        self._close_panels()
        self.palette_panel.search(gather(self._desk, self._view_names(), self._steer_names(), ref))

    def _picked(self, entry: Entry) -> None:
        if entry.act:
            self.act(entry.act)
        elif entry.steer:
            getattr(self, entry.steer)()
        else:
            self.go(entry.go)

    def help_keys(self) -> None:
        """Show all keys."""
        self._close_panels()
        self.keys_panel.open()

    def home(self) -> None:
        """The whole plant."""
        self.visit(HOME)

    def level_up(self) -> None:
        """One level up."""
        self.go(up(self._path()))

    def queue_next(self) -> None:
        """The next case of the queue, from wherever the keyboard is."""
        self.stage.press_in_queue(Qt.Key.Key_Down)

    def queue_previous(self) -> None:
        """The case before it."""
        self.stage.press_in_queue(Qt.Key.Key_Up)

    def to_notice(self) -> None:
        """To what is warned of first: the thing itself, else how the station stands."""
        found = notices(self._desk, self._formats)
        if found and found[0].ref:
            self.go(found[0].ref)
        elif found:
            self.station_state()

    def station_state(self) -> None:
        """How each part of the station stands, in full, and what is warned of."""
        self._about = ""
        self.ask(standing(self._desk, self._parts(), self._formats), lambda _answers: None)

    def renew(self) -> None:
        """Ask whether this station shall begin anew with the plant file that is published by now."""
        form = renewal(self._desk.status.plant_file, self._formats)
        if form is None:
            self.say(t("There is no newer plant file here."))
            return
        self._about = ""
        self.ask(form, lambda answers: self.restart() if answers is not None else None)

    def to_queue(self) -> None:
        """Give the queue the keyboard."""
        self.visit(SIDE)

    def switch_theme(self) -> None:
        """Day or night."""
        if self.theme_pinned:
            self.say(t("Day or night is set by your plant's IT on this machine."), bad=True)
            return
        self._look.set_theme(NIGHT if self._look.theme is DAY else DAY)

    def full_screen(self) -> None:
        """The whole monitor, or a window again."""
        whole = self.window()
        if whole.isFullScreen():
            whole.showNormal()
        else:
            whole.showFullScreen()

    def manual(self) -> None:
        """The manual where it speaks of what has the keyboard, beside the screens; away if it is there."""
        if self.manual_panel is None:
            self.manual_panel = open_manual(self._look)
            self._middle.addWidget(self.manual_panel)
        if self.manual_panel.isVisible():
            self.manual_panel.leave()
        else:
            acted = self._acted if not self.form.isHidden() else ""
            self.manual_panel.open(place_of(self.stage.focused() or self.stage.front, acted))

    def about(self) -> None:
        """Which Lineside this is and what it carries; made when it is first asked for."""
        self._close_panels()
        if self.about_panel is None:
            where = folder()
            self.about_panel = About(self._look, self.docks, this_version(), shipped(where), where)
        self.about_panel.open()

    def elsewhere(self) -> None:
        """Ask whether this plant shall be left for another one, or the demo."""
        self._about = ""
        leaving = Form(
            title=t("Close this plant and open something else?"),
            text=t("Nothing is lost. While it is closed, nobody watches from this workstation."),
            confirm=t("Close and choose"),
            careful=True,
        )
        self.ask(leaving, lambda answers: self._leave() if answers is not None else None)

    def _leave(self) -> None:
        self.left.emit()
        self.window().close()

    def restart(self) -> None:
        """Close, and begin anew: with the plant file that is published by now."""
        self.restarting.emit()
        self.window().close()

    def dismiss(self) -> None:
        """Close the panel that is open, else take bad news away."""
        if not self._close_panels():
            self.strip.dismiss()

    def _close_panels(self) -> bool:
        open_ones = [panel for panel in self._panels() if not panel.isHidden()]
        for panel in open_ones:
            panel.leave()
        return bool(open_ones)

    # --- where it was -----------------------------------------------------------------------------------------------

    def _first_layout(self) -> None:
        """As it was kept for these screens; the first time the overview with the queue beside it."""
        layout = kept(self._file)
        if self.isWindow():
            put(self, self._look, layout)
        self._fresh = not self.stage.restore(layout.docks if layout is not None else None)
        self._refresh_frame()

    def showEvent(self, event: QShowEvent) -> None:
        """The first time, the queue gets its width once the docks have theirs; who is nobody is asked to sign in."""
        super().showEvent(event)
        if self._fresh:
            self._fresh = False
            QTimer.singleShot(0, self, partial(self.docks.split, QUEUE_PX))
        if self._desk.person is None and self._seat is not None:
            QTimer.singleShot(0, self, self.sign_in)

    def keep_layout(self) -> None:
        """Keep where everything is, for the next start."""
        if self._file is not None:
            keep(self._file, self.window(), self._look, self.stage.state())

    def closeEvent(self, event: QCloseEvent) -> None:
        self._timer.stop()
        self._follower.stop()
        self.keep_layout()
        super().closeEvent(event)


def compose(
    look: Look, desk: Desk, *, seat: Seat | None = None, changed: SignalInstance | None = None,
    layout: Path | None = None, parent: QWidget | None = None,
) -> Window:  # fmt: skip
    """The window over a desk. `changed` refreshes it at once; `layout` is the file that keeps where things were."""
    window = Window(look, desk, seat=seat, layout=layout, parent=parent)
    if changed is not None:
        changed.connect(window.refresh)
    return window
