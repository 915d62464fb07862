"""The browse presenter: which server, what of it is opened or searched, what is picked. No Qt, no waiting.

An answer of an earlier server or search is dropped when it comes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from app.domain.permissions import ENGINEERS
from app.domain.plant import Controller, Machine
from app.domain.survey import Connected, Seen, SeenNode, Target
from app.domain.text import safe
from ui.desk import Desk
from ui.roles import any_of
from ui.shell import Shell, id_of, kind_of
from ui.survey import Refusal
from ui.text import t
from ui.views.browse.picking import Picking
from ui.views.browse.rows import NodeRow, PickPanel, ServerRow, ServerState
from ui.views.browse.tree import ROOT, NodeTree, node_row

PROTOCOL = "opcua"
OBJECTS = "i=85"
"""The folder in which servers keep what they have."""
DEMANDED, NONE = "", "none"
"""Security of an address that is typed: signed and encrypted, or none."""
HIT = "hit/"


class BrowseView(Protocol):
    """What the presenter sets."""

    def show_servers(self, rows: Sequence[ServerRow]) -> None: ...
    def show_state(self, state: ServerState) -> None: ...
    def show_nodes(self, rows: Sequence[NodeRow], searched: bool) -> None: ...
    def show_picks(self, panel: PickPanel) -> None: ...
    def select_node(self, key: str) -> None: ...


class BrowsePresenter:
    """Keeps the server, the tree or the hits, and the picks."""

    def __init__(self, view: BrowseView, desk: Desk, shell: Shell) -> None:
        self._view, self._desk, self._shell = view, desk, shell
        self._survey = desk.survey
        self._tree = NodeTree(OBJECTS)
        self._hits: Seen | None = None
        self._state = ServerState(
            words=t("No server is connected."), todo=t("Choose a controller, or type an address.")
        )
        self._generation = 0
        self._connected = False
        self._allowed: bool | None = None
        self._picking = Picking(desk.plant, desk.survey, shell, self._picks_changed) if desk.survey else None

    @property
    def selected(self) -> str:
        """Nothing that actions act on."""
        return ""

    def open(self) -> None:
        """Show all of it, once the view is there."""
        self._view.show_servers([_server_row(row) for row in self._controllers()])
        self.refresh()
        self._picks_changed()

    def refresh(self) -> None:
        """Who sits here may have changed: a server is let go of when somebody leaves who may look into it."""
        allowed = self._may()
        if allowed is not self._allowed:
            self._allowed = allowed
            if not allowed:
                self._let_go()
            self._show()

    def show(self, ref: str) -> None:
        """Look into a controller: "controller/<id>", or a machine's."""
        plant, key = self._desk.plant, id_of(ref)
        machine = plant.machines.get(key) if kind_of(ref) == "machine" else None
        controller = machine.controller if machine else key if kind_of(ref) == "controller" else ""
        if controller in plant.controllers:
            self.connect_controller(controller)

    def _may(self) -> bool:
        person = self._desk.person
        return self._survey is not None and person is not None and bool(person.roles & ENGINEERS)

    def _controllers(self) -> list[Controller]:
        return [row for row in self._desk.plant.controllers.values() if row.protocol == PROTOCOL]

    # --- connecting ---------------------------------------------------------------------------------------------------

    def connect_controller(self, controller: str) -> None:
        """Connect as the plant file says."""
        found = self._desk.plant.controllers.get(controller)
        if found is None:
            return
        if found.protocol != PROTOCOL:
            self._shell.say(t("{name} can't be looked into: only OPC UA servers can.", name=found.name), bad=True)
            return
        self._connect(
            Target(controller=controller), safe(found.name, 60), self._desk.plant.controller_machines(found.id)
        )

    def connect_url(self, url: str, security: str) -> None:
        """Connect to an address; one of the plant file is taken with its settings."""
        url = url.strip()
        if not url:
            self._shell.say(t("Type an address, such as opc.tcp://192.0.2.10:4840."), bad=True)
            return
        same = next((row for row in self._controllers() if row.settings.get("url") == url), None)
        machines = self._desk.plant.controller_machines(same.id) if same else ()
        self._connect(Target(url=url, security=security), safe(url, 80), machines)

    def _connect(self, target: Target, name: str, machines: tuple[Machine, ...]) -> None:
        if self._survey is None or self._picking is None or not self._may():
            self._shell.say(self._not_allowed().words, bad=True)
            return
        self._let_go()
        generation = self._generation
        self._state = ServerState(words=t("Connecting to {name}…", name=name), busy=True)
        self._picking.begin(machines)
        self._show()

        def told(answer: Connected | Refusal) -> None:
            if generation == self._generation:
                self._connected_or_not(answer, name)

        self._survey.connect(target, told)

    def _connected_or_not(self, answer: Connected | Refusal, name: str) -> None:
        if isinstance(answer, Refusal):
            self._state = _refused(t("{name} is not connected: {why}", name=name, why=answer.message), answer)
            self._show()
            return
        self._connected = True
        secured = t("signed") if answer.secured else t("NOT secured")
        identity = safe(answer.identity, 120)
        self._state = ServerState(words=t("Connected to {name}, {secured}.", name=name, secured=secured), todo=identity)
        self._look(ROOT)

    def cancel(self) -> None:
        """End what is under way."""
        if self._survey is not None and self._state.busy:
            self._survey.cancel()

    def _let_go(self) -> None:
        """Forget the server; what it still answers is dropped."""
        if self._state.busy and self._survey is not None:
            self._survey.cancel()
        self._generation += 1
        self._connected = False
        self._tree, self._hits = NodeTree(OBJECTS), None
        self._state = ServerState(
            words=t("No server is connected."), todo=t("Choose a controller, or type an address.")
        )

    # --- the tree -----------------------------------------------------------------------------------------------------

    def activate(self, key: str) -> None:
        """Enter or Space: pick a variable, open or close anything else."""
        node = self._node(key)
        if node is None:
            return
        if node.kind == "variable":
            self._pick(node)
        elif not key.startswith(HIT):
            self._open(key, not self._tree.branches[key].open)

    def branch(self, key: str, opened: bool) -> None:
        """Right opens; left closes, or goes up."""
        found = self._tree.branches.get(key) if self._hits is None else None
        if found is None:
            return
        if not opened and not found.open:
            self._view.select_node(found.parent)
        elif opened is not found.open:
            self._open(key, opened)

    def _open(self, key: str, opened: bool) -> None:
        branch = self._tree.branches[key]
        blocked = self._tree.blocked(key) if opened else ""
        if blocked or (opened and not branch.node.opens):
            self._shell.say(blocked or t("Nothing is below it."), bad=bool(blocked))
        elif opened and branch.below is None:
            self._look(key)
        else:
            branch.open = opened
            self._show()

    def _look(self, key: str) -> None:
        """Ask the server what is below a branch."""
        branch, generation = self._tree.branches[key], self._generation
        if self._survey is None or branch.loading:
            return
        branch.loading = True
        self._busy(True)

        def told(answer: Seen | Refusal) -> None:
            if generation != self._generation:
                return
            branch.loading = False
            self._busy(False)
            if isinstance(answer, Refusal):
                self._fail(answer)
            else:
                self._tree.take(key, answer)
            self._show()

        self._survey.below(branch.node.node, told)
        self._show()

    # --- searching ----------------------------------------------------------------------------------------------------

    def find(self, words: str, key: str = "") -> None:
        """Search below the selected branch by name; without words the tree is shown again."""
        self._hits = None
        if not words.strip() or self._survey is None or not self._connected:
            self._show()
            return
        start, generation = self._start_of(key), self._generation
        self._busy(True)

        def told(answer: Seen | Refusal) -> None:
            if generation != self._generation:
                return
            self._busy(False)
            if isinstance(answer, Refusal):
                self._fail(answer)
            else:
                self._hits = answer
            self._show()

        self._survey.find(start, words.strip(), told)
        self._show()

    def _start_of(self, key: str) -> str:
        """The selected object, or that of the selected variable; the whole server without one."""
        branch = self._tree.branches.get(key)
        while branch is not None and branch.node.kind != "object":
            branch = self._tree.branches.get(branch.parent)
        return branch.node.node if branch is not None else OBJECTS

    def _fail(self, refusal: Refusal) -> None:
        if not refusal.cancelled:
            self._state = _refused(refusal.message, refusal)
        self._shell.say(f"{refusal.message} {refusal.todo}".strip(), bad=not refusal.cancelled)

    def _busy(self, busy: bool) -> None:
        state = self._state
        self._state = ServerState(words=state.words, todo=state.todo, bad=state.bad and not busy, busy=busy)

    # --- picking ------------------------------------------------------------------------------------------------------

    def _pick(self, node: SeenNode) -> None:
        there = self._marks().get(node.node)
        if there:
            self._shell.say(t("It is a tag already: {tag}.", tag=there), bad=True)
        elif not node.usable:
            why = node.status if node.status not in ("", "Good") else node.type or t("no value")
            self._shell.say(t("{name} can't be a tag: {why}.", name=node.name, why=why), bad=True)
        elif self._picking is not None:
            self._picking.toggle(node)

    def unpick(self, node: str) -> None:
        """Del: put one back."""
        if self._picking is not None:
            self._picking.remove(node)

    def edit(self, node: str) -> None:
        """Enter on a pick: its name, label, unit."""
        if self._picking is not None:
            self._picking.edit(node)

    def choose_machine(self, machine: str) -> None:
        """To which machine the tags go."""
        if self._picking is not None:
            self._picking.choose_machine(machine)

    def write(self) -> None:
        """Write what is shown."""
        if self._picking is not None and self._may():
            self._picking.write()

    def _node(self, key: str) -> SeenNode | None:
        if key.startswith(HIT) and self._hits is not None:
            place = int(key.removeprefix(HIT))
            return self._hits.nodes[place] if place < len(self._hits.nodes) else None
        branch = self._tree.branches.get(key)
        return branch.node if branch is not None and key != ROOT else None

    # --- showing ------------------------------------------------------------------------------------------------------

    def _marks(self) -> dict[str, str]:
        """Node → the tag of the plant that reads it."""
        return {str(tag.address["node"]): tag.id for tag in self._desk.plant.tags if "node" in tag.address}

    def _show(self) -> None:
        state = self._state if self._allowed else self._not_allowed()
        self._view.show_state(state)
        picked = self._picking.nodes if self._picking is not None else frozenset()
        if self._hits is None:
            self._view.show_nodes(self._tree.rows(self._marks(), picked) if self._allowed else (), False)
        else:
            self._view.show_nodes(self._hit_rows(self._hits, picked), True)

    def _hit_rows(self, hits: Seen, picked: frozenset[str]) -> list[NodeRow]:
        marks = self._marks()
        rows = [node_row(f"{HIT}{n}", node, 0, None, marks, picked) for n, node in enumerate(hits.nodes)]
        if hits.more:
            rows.append(NodeRow(key="+hits", depth=0, name=hits.more, plain=True))
        return rows

    def _not_allowed(self) -> ServerState:
        if self._survey is None:
            return ServerState(words=t("There is no way to look into servers here."), allowed=False)
        words = t("Looking into controllers is for {roles}.", roles=any_of(ENGINEERS))
        return ServerState(words=words, todo=t("Sign in as one of them (Ctrl+L)."), allowed=False)

    def _picks_changed(self) -> None:
        if self._picking is not None:
            self._view.show_picks(self._picking.panel())
            self._show()


def _server_row(row: Controller) -> ServerRow:
    return ServerRow(key=row.id, name=safe(row.name, 60), detail=safe(str(row.settings.get("url", "")), 80))


def _refused(words: str, refusal: Refusal) -> ServerState:
    return ServerState(words=words, todo=refusal.todo, bad=not refusal.cancelled)
