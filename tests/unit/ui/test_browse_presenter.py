"""Looking into a server: who may, what is opened and searched, what is picked, and the lines that come of it."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from app.domain.people import Role
from app.domain.survey import Connected, Proposal, Seen, SeenNode, Target
from tests.ui.desk import FakeDesk, night_desk
from tests.ui.shell import FakeShell
from tests.ui.survey import FakeSurvey, folder, variable
from ui.survey import Refusal
from ui.views.browse.picking import MOST_PICKS
from ui.views.browse.presenter import BrowsePresenter
from ui.views.browse.rows import NodeRow, PickPanel, ServerRow, ServerState
from ui.views.browse.tree import DEEPEST, MOST_NODES

CONTROLLER, MACHINE = "C-L2", "L2.labeller"
GONE = Refusal(message="Nobody listens at the address.", todo="Check it.")


class Shown:
    """A view that keeps what it was given."""

    def __init__(self) -> None:
        self.servers: Sequence[ServerRow] = ()
        self.states: list[ServerState] = []
        self.nodes: Sequence[NodeRow] = ()
        self.searched = False
        self.panels: list[PickPanel] = []
        self.selected: list[str] = []

    def show_servers(self, rows: Sequence[ServerRow]) -> None:
        self.servers = rows

    def show_state(self, state: ServerState) -> None:
        self.states.append(state)

    def show_nodes(self, rows: Sequence[NodeRow], searched: bool) -> None:
        self.nodes, self.searched = rows, searched

    def show_picks(self, panel: PickPanel) -> None:
        self.panels.append(panel)

    def select_node(self, key: str) -> None:
        self.selected.append(key)

    @property
    def state(self) -> ServerState:
        return self.states[-1]

    @property
    def panel(self) -> PickPanel:
        return self.panels[-1]

    @property
    def names(self) -> list[str]:
        return [row.name for row in self.nodes]

    def key(self, name: str) -> str:
        return next(row.key for row in self.nodes if row.name == name)


class Bench:
    """The presenter with its fakes; an engineer sits at the desk."""

    def __init__(self, role: Role = Role.MAINTENANCE) -> None:
        self.desk: FakeDesk = night_desk()
        self.survey = FakeSurvey()
        self.desk.survey = self.survey
        self.desk.person = replace(self.desk.plant.people["weiss"], roles=frozenset({role}))
        self.view, self.shell = Shown(), FakeShell()
        self.presenter = BrowsePresenter(self.view, self.desk, self.shell)
        self.presenter.open()

    def connected(self, *nodes: SeenNode) -> None:
        """Connect to the controller, whose server has these."""
        self.presenter.connect_controller(CONTROLLER)
        self.survey.answer(Connected(identity="urn:l2", secured=True))
        self.survey.answer(Seen(nodes=nodes))

    def opened(self, name: str, *nodes: SeenNode, more: str = "") -> None:
        """Open a branch, which has these."""
        self.presenter.branch(self.view.key(name), True)
        self.survey.answer(Seen(nodes=nodes, more=more))

    def proposed(self, *faults: str) -> None:
        """The lines come."""
        _, (machine, picks) = self.survey.last
        self.survey.answer(Proposal(machine=machine, tags=len(picks), lines=("[[machine.tag]]",), faults=faults))


@pytest.fixture
def bench() -> Bench:
    return Bench()


# --- who may, and connecting ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.ADMIN, Role.MAINTENANCE)])
def test_who_is_no_engineer_is_told_who_may_and_asks_no_server(role: Role) -> None:
    bench = Bench(role)
    assert "admin or maintenance" in bench.view.state.words
    assert not bench.view.state.allowed
    bench.presenter.connect_controller(CONTROLLER)
    bench.presenter.connect_url("opc.tcp://127.0.0.1:1", "")
    assert bench.survey.asked == []
    assert bench.shell.said[-1][1]


def test_when_the_engineer_leaves_the_server_is_let_go_of_and_nothing_of_it_shown(bench: Bench) -> None:
    bench.connected(folder("Labeller"))
    bench.desk.person = None
    bench.presenter.refresh()
    assert not bench.view.state.allowed
    assert bench.view.names == []
    bench.presenter.write()
    assert bench.survey.last[0] != "write"


def test_the_controllers_of_the_plant_file_that_can_be_looked_into_are_offered(bench: Bench) -> None:
    assert [row.key for row in bench.view.servers] == ["C-L1", "C-L2"]


def test_a_connection_says_who_answers_and_how_it_is_secured(bench: Bench) -> None:
    bench.presenter.connect_controller(CONTROLLER)
    assert bench.view.state.busy
    assert bench.survey.last == ("connect", Target(controller=CONTROLLER))
    bench.survey.answer(Connected(identity="urn:l2", secured=False))
    assert "NOT secured" in bench.view.state.words
    assert bench.view.state.todo == "urn:l2"
    assert bench.survey.last == ("below", "i=85")


def test_a_refusal_says_why_and_what_to_do(bench: Bench) -> None:
    bench.presenter.connect_url(" opc.tcp://127.0.0.1:1 ", "none")
    assert bench.survey.last == ("connect", Target(url="opc.tcp://127.0.0.1:1", security="none"))
    bench.survey.answer(GONE)
    state = bench.view.state
    assert "Nobody listens" in state.words
    assert (state.todo, state.bad, state.busy) == ("Check it.", True, False)


def test_connecting_can_be_cancelled(bench: Bench) -> None:
    bench.presenter.connect_controller(CONTROLLER)
    bench.presenter.cancel()
    assert bench.survey.cancelled == 1
    bench.survey.answer(Refusal(message="Cancelled.", cancelled=True))
    assert not bench.view.state.busy
    assert not bench.view.state.bad
    bench.presenter.cancel()
    assert bench.survey.cancelled == 1, "nothing is under way"


def test_an_answer_of_a_server_that_was_left_is_dropped(bench: Bench) -> None:
    bench.presenter.connect_controller("C-L1")
    bench.presenter.connect_controller(CONTROLLER)
    bench.survey.answer(Connected(identity="urn:l1", secured=True))
    assert bench.view.state.busy
    bench.survey.answer(Connected(identity="urn:l2", secured=True))
    assert bench.view.state.todo == "urn:l2"


def test_a_modbus_device_can_not_be_looked_into(bench: Bench) -> None:
    bench.presenter.show("machine/L3.labeller")
    assert bench.survey.asked == []
    assert "only OPC UA" in bench.shell.said[-1][0]


def test_a_machine_leads_to_its_controller(bench: Bench) -> None:
    bench.presenter.show(f"machine/{MACHINE}")
    assert bench.survey.last == ("connect", Target(controller=CONTROLLER))


# --- the tree ---------------------------------------------------------------------------------------------------------


def test_a_branch_is_asked_for_once_and_opens_and_closes(bench: Bench) -> None:
    bench.connected(folder("Labeller"), folder("Filler"))
    bench.opened("Labeller", variable("Speed"))
    assert bench.view.names == ["Labeller", "Speed", "Filler"]
    key = bench.view.key("Labeller")
    bench.presenter.branch(key, False)
    assert bench.view.names == ["Labeller", "Filler"]
    asked = len(bench.survey.asked)
    bench.presenter.activate(key)
    assert bench.view.names == ["Labeller", "Speed", "Filler"]
    assert len(bench.survey.asked) == asked
    bench.presenter.branch(bench.view.key("Speed"), False)
    assert bench.view.selected == [key]


def test_a_node_above_itself_is_not_opened_again(bench: Bench) -> None:
    bench.connected(folder("A"))
    bench.opened("A", folder("B"))
    bench.opened("B", folder("A again", node="nsu=u;s=A"), folder("Objects", node="i=85"))
    asked = len(bench.survey.asked)
    for name in ("A again", "Objects"):
        assert next(row for row in bench.view.nodes if row.name == name).open is None
        bench.presenter.branch(bench.view.key(name), True)
        assert "circle" in bench.shell.said[-1][0]
    assert len(bench.survey.asked) == asked


def test_the_depth_is_bounded(bench: Bench) -> None:
    bench.connected(folder("0"))
    for level in range(DEEPEST - 1):
        bench.opened(str(level), folder(str(level + 1)))
    bench.presenter.branch(bench.view.key(str(DEEPEST - 1)), True)
    assert f"{DEEPEST} levels" in bench.shell.said[-1][0]


def test_the_number_of_nodes_is_bounded_and_said(bench: Bench) -> None:
    bench.connected(*(folder(f"F{n}") for n in range(MOST_NODES + 50)))
    assert len(bench.view.nodes) == MOST_NODES
    assert "search by name" in bench.view.nodes[-1].name
    assert bench.view.nodes[-1].plain


def test_what_a_server_has_more_is_said_where_it_is_missing(bench: Bench) -> None:
    bench.connected(folder("A"), folder("Z"))
    bench.opened("A", variable("Speed"), more="There are more than 1. Search by name.")
    assert bench.view.names == ["A", "Speed", "There are more than 1. Search by name.", "Z"]
    bench.presenter.activate(bench.view.nodes[2].key)
    bench.presenter.branch(bench.view.nodes[2].key, True)
    assert bench.survey.last[0] == "below"


def test_a_look_that_fails_is_said_and_can_be_tried_again(bench: Bench) -> None:
    bench.connected(folder("A"))
    bench.presenter.branch(bench.view.key("A"), True)
    bench.survey.answer(GONE)
    assert bench.view.state.bad
    bench.opened("A", variable("Speed"))
    assert bench.view.names == ["A", "Speed"]


# --- searching --------------------------------------------------------------------------------------------------------


def test_a_search_goes_below_the_selected_folder_and_shows_where_each_hit_is(bench: Bench) -> None:
    bench.connected(folder("Labeller"))
    bench.opened("Labeller", variable("Speed"))
    bench.presenter.find("speed", bench.view.key("Speed"))
    assert bench.survey.last == ("find", ("nsu=u;s=Labeller", "speed"))
    hit = replace(variable("SetSpeed"), path="Labeller / Status")
    bench.survey.answer(Seen(nodes=(hit,), more="More are called that."))
    assert [(row.name, row.detail) for row in bench.view.nodes] == [
        ("SetSpeed", "Labeller / Status"), ("More are called that.", ""),
    ]  # fmt: skip
    assert bench.view.searched
    bench.presenter.activate(bench.view.key("SetSpeed"))
    assert bench.view.nodes[0].picked
    bench.presenter.find("", "")
    assert bench.view.names == ["Labeller", "Speed"]


# --- picking and writing ----------------------------------------------------------------------------------------------


def test_a_picked_variable_gets_a_name_of_its_own_and_its_lines(bench: Bench) -> None:
    bench.connected(variable("CurMachSpeed", unit="1/min"), variable("Torque"))
    bench.presenter.choose_machine(MACHINE)
    bench.presenter.activate(bench.view.key("CurMachSpeed"))
    assert not bench.view.panel.ready
    bench.proposed()
    panel = bench.view.panel
    assert [(row.tag, row.value) for row in panel.rows] == [(f"{MACHINE}.cur_mach_speed", "1.5 1/min")]
    assert panel.lines == ("[[machine.tag]]",)
    assert panel.ready
    assert panel.button == "Write 1 tag into plant.toml"
    bench.presenter.activate(bench.view.key("CurMachSpeed"))
    assert bench.view.panel.rows == ()
    assert bench.view.panel.lines == ()


def test_a_name_that_the_machine_has_becomes_another(bench: Bench) -> None:
    bench.connected(variable("PackmlState"))
    bench.presenter.choose_machine(MACHINE)
    bench.presenter.activate(bench.view.key("PackmlState"))
    assert bench.view.panel.rows[0].tag == f"{MACHINE}.packml_state_2"


@pytest.mark.parametrize(
    ("node", "why"),
    [
        (variable("Levels", "", type="Double[3]", usable=False), "Double[3]"),
        (variable("Broken", "", status="BadSensorFailure", type="", usable=False), "BadSensorFailure"),
    ],
)
def test_what_can_not_be_a_tag_says_why(bench: Bench, node: SeenNode, why: str) -> None:
    bench.connected(node)
    bench.presenter.activate(bench.view.nodes[0].key)
    assert why in bench.shell.said[-1][0]
    assert bench.view.panel.rows == ()


def test_what_is_a_tag_already_is_marked_and_not_picked(bench: Bench) -> None:
    tag = bench.desk.plant.tags[0]
    address = {"node": "nsu=u;s=Speed"}
    bench.desk.plant = replace(bench.desk.plant, tags=(replace(tag, address=address), *bench.desk.plant.tags[1:]))
    bench.connected(variable("Speed"))
    assert bench.view.nodes[0].mark == tag.id
    bench.presenter.activate(bench.view.nodes[0].key)
    assert tag.id in bench.shell.said[-1][0]


def test_only_one_proposal_is_under_way_and_the_newest_picks_count(bench: Bench) -> None:
    bench.connected(*(variable(name) for name in "ABC"))
    for name in "ABC":
        bench.presenter.activate(bench.view.key(name))
    proposals = [what for verb, what in bench.survey.asked if verb == "propose"]
    assert [len(picks) for _, picks in proposals] == [1]
    bench.proposed()
    assert not bench.view.panel.ready
    assert len(bench.survey.last[1][1]) == 3
    bench.proposed()
    assert bench.view.panel.ready


def test_a_file_with_a_fault_is_not_written(bench: Bench) -> None:
    bench.connected(variable("A"))
    bench.presenter.activate(bench.view.key("A"))
    bench.proposed("plant.toml:3:1: there is no time zone")
    assert "time zone" in bench.view.panel.missing
    bench.presenter.write()
    assert bench.survey.last[0] == "propose"
    assert bench.shell.said[-1][1]


def test_what_is_shown_is_written_once_and_said_when_it_is_seen(bench: Bench) -> None:
    bench.connected(variable("A"))
    bench.presenter.activate(bench.view.key("A"))
    bench.proposed()
    bench.presenter.write()
    bench.presenter.write()
    assert [verb for verb, _ in bench.survey.asked].count("write") == 1
    bench.survey.answer(None)
    assert "started again" in bench.shell.said[-1][0]
    assert bench.view.panel.rows == ()


def test_a_write_that_is_refused_keeps_the_picks(bench: Bench) -> None:
    bench.connected(variable("A"))
    bench.presenter.activate(bench.view.key("A"))
    bench.proposed()
    bench.presenter.write()
    bench.survey.answer(Refusal(message="The plant file was changed meanwhile.", todo="Look again."))
    assert bench.shell.said[-1] == ("The plant file was changed meanwhile. Look again.", True)
    assert len(bench.view.panel.rows) == 1
    assert bench.survey.last[0] == "propose"


def test_a_pick_can_be_named_and_put_back(bench: Bench) -> None:
    bench.connected(variable("A"))
    bench.presenter.activate(bench.view.key("A"))
    bench.shell.answers = [{"name": "glue", "label": "Glue", "unit": "°C", "history": "keep"}]
    bench.presenter.edit("nsu=u;s=A")
    bench.proposed()
    (pick,) = bench.survey.last[1][1]
    assert (pick.name, pick.label, pick.unit, pick.history) == ("glue", "Glue", "°C", True)
    bench.presenter.unpick("nsu=u;s=A")
    assert bench.view.panel.rows == ()


def test_a_server_that_no_machine_belongs_to_shows_what_it_has_and_writes_nothing(bench: Bench) -> None:
    bench.presenter.connect_url("opc.tcp://127.0.0.1:1", "none")
    bench.survey.answer(Connected(identity="urn:other", secured=False))
    bench.survey.answer(Seen(nodes=(variable("A"),)))
    bench.presenter.activate(bench.view.key("A"))
    assert "No machine" in bench.view.panel.missing
    assert bench.survey.last[0] == "below"


def test_the_picks_are_bounded(bench: Bench) -> None:
    bench.connected(*(variable(f"V{n}") for n in range(MOST_PICKS + 1)))
    for row in list(bench.view.nodes):
        bench.presenter.activate(row.key)
    assert len(bench.view.panel.rows) == MOST_PICKS
    assert "the most at once" in bench.shell.said[-1][0]
