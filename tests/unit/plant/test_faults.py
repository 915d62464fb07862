"""Every fault of a plant file is said with its line and what to do; a row here for every row of CHECKS and WORDS."""

# ruff: noqa: E501 - the table below has a row per bad file

from dataclasses import dataclass

import pytest

from app.plant.checks.table import CHECKS
from app.plant.wording import WORDS
from tests.unit.plant.small import SMALL, checked, edited


@dataclass(frozen=True, kw_only=True)
class Bad:
    """`old` becomes `new`; the fault is on the line that holds `at` (first one after the edit's place, if several)."""

    check: str
    old: str
    new: str
    at: str
    says: str
    todo: str


ROUTE = '[[route]]\nid = "all"\nfunction = "production"\nprimary = true\n'

BAD = (
    # what the schema refuses
    Bad(check="extra_forbidden", old='name = "Small"', new='nmae = "Small"\nname = "S"', at="nmae", says='unknown key "nmae"', todo='Did you mean "name"?'),
    Bad(check="extra_forbidden", old="[[rule]]", new="[[rul]]", at="[[rul]]", says='unknown key "rul"', todo='Did you mean "rule"?'),
    Bad(check="missing", old='protocol = "modbus"\n', new="", at='[[controller]]\nid = "C2"', says='"protocol" is missing', todo="Add it: protocol"),
    Bad(check="refused", old='start = "06:00"', new='start = "6 Uhr"', at="6 Uhr", says="is no time of day", todo='"06:00"'),
    Bad(check="refused", old='days = "mon-sun"', new='days = "mon-sonntag"', at="sonntag", says="no such day", todo="mon-fri"),
    Bad(check="refused", old='settings = { host = "127.0.0.1", identity.address = 0, identity.length = 4 }', new='settings = { host = ["x"] }', at='["x"]', says='under "host"', todo="single value"),
    Bad(check="enum", old='signal = "rate"', new='signal = "rat"', at='"rat"', says='"rat"', todo='Did you mean "rate"?'),
    Bad(check="enum", old='roles = ["shift_lead"]', new='roles = ["shift_leed"]', at="leed", says='"shift_leed"', todo='Did you mean "shift_lead"?'),
    Bad(check="string_pattern_mismatch", old='id = "s"', new='id = "süd"', at="süd", says="no short name", todo="letters"),
    Bad(check="string_too_short", old='name = "Area"', new='name = ""', at='name = ""', says="is empty", todo="Fill it in"),
    Bad(check="string_too_long", old='name = "Area"', new=f'name = "{"x" * 100}"', at="xxx", says="longer than 80", todo="Shorten"),
    Bad(check="too_short", old='roles = ["shift_lead"]', new="roles = []", at="roles", says="is empty", todo="may do"),
    Bad(check="greater_than", old="nominal_rate = 100", new="nominal_rate = 0", at="nominal_rate = 0", says="more than 0", todo="nominal speed"),
    Bad(check="greater_than_equal", old='protocol = "opcua"', new='protocol = "opcua"\nperiod_ms = 1', at="period_ms", says="at least 20 ms", todo="time between"),
    Bad(check="less_than_equal", old='protocol = "opcua"', new='protocol = "opcua"\nperiod_ms = 90000', at="period_ms", says="at most 60000 ms", todo="time between"),
    Bad(check="greater_than_equal", old="[erp]\n", new="[history]\nmost_mb = -5\n\n[erp]\n", at="most_mb = -5", says="at least 0 MB", todo="disk space"),
    Bad(check="less_than_equal", old="[erp]\n", new="[history]\nmost_days = 4000\n\n[erp]\n", at="most_days", says="at most 3650 days", todo="older"),
    Bad(check="finite_number", old="low = 10", new="low = nan", at="nan", says="finite", todo="4.5"),
    Bad(check="string_type", old='name = "Area"', new="name = 7", at="name = 7", says="must be a text", todo="in quotes"),
    Bad(check="int_type", old="base = 100", new='base = "100"', at='"100"', says="a whole number", todo="3"),
    Bad(check="int_from_float", old="base = 100", new="base = 1.5", at="1.5", says="a whole number", todo="3"),
    Bad(check="float_type", old="nominal_rate = 100", new='nominal_rate = "fast"', at="fast", says="a number", todo="4.5"),
    Bad(check="bool_type", old="primary = true", new='primary = "yes"', at='"yes"', says="true or false", todo="true"),
    Bad(check="list_type", old='skills = ["filling"]', new='skills = "filling"', at='skills = "f', says="a list", todo="[" ),
    Bad(check="dict_type", old='[hold_reasons]\nseal = "Seal"', new="", at="[site]", says="", todo=""),
    Bad(check="model_type", old="[erp]\n", new="[[erp]]\n", at="[[erp]]", says="a table", todo="{ key"),
    # what does not fit together
    Bad(check="needed tables", old=ROUTE, new="", at="[site]", says="no [[route]]", todo="at least one route"),
    Bad(check="ids once", old='id = "L1.scale"', new='id = "L1.filler"', at='id = "L1.filler"', says="taken already (line", todo="another"),
    Bad(check="ids once", old='id = "L1.scale"', new='id = "L1"', at='id = "L1"', says="taken already", todo="another"),
    Bad(check="references", old='type = "filler"', new='type = "fillr"', at="fillr", says='"fillr" is no machine type', todo='Did you mean "filler"?'),
    Bad(check="references", old='people = ["lead"]', new='people = ["led"]', at='"led"', says="is no person", todo='Did you mean "lead"?'),
    Bad(check="rules' machines", old='kind = "rate_loss"', new='kind = "rate_loss"\nmachines = ["L9"]', at="L9", says="no machine and no line", todo="ids of machines"),
    Bad(check="kinds", old='kind = "rate_loss"', new='kind = "rate_lost"', at="rate_lost", says="no kind of exception", todo='Did you mean "rate_loss"?'),
    Bad(check="kinds", old="primary = true", new='primary = true\n\n[[route]]\nid = "x"\nfunction = "production"\nkinds = ["breakdwn"]', at="breakdwn", says="no kind", todo='"breakdown"'),
    Bad(check="type circles", old='id = "base"', new='id = "base"\nextends = "filler"', at='extends = "filler"', says="extends itself", todo="circle"),
    Bad(check="tag names", old='{ name = "speed"', new='{ name = "state"', at='{ name = "state", signal = "rate"', says="is there already (line", todo="Rename"),
    Bad(check="prefixes", old="plc =", new='root = "urn:x"\nplc =', at='root = "urn:x"', says="can't be a prefix", todo="none of root"),
    Bad(check="placeholders", old='s=Fill"', new='s={fil}"', at="{fil}", says='"{fil}"', todo="[namespaces]"),
    Bad(check="placeholders", old='"{root}.Torque"', new='"{rot}.Torque"', at="{rot}", says='"{rot}"', todo='"root"'),
    Bad(check="lines' machines", old="[[controller]]", new='[[line]]\nid = "L2"\nname = "x"\narea = "a"\n\n[[controller]]', at='[[line]]\nid = "L2"', says="no machine belongs", todo="Add a [[machine]]"),
    Bad(check="output and feed", old='skills = ["filling"]', new='output = "L2.x"\n\n[[line]]\nid = "L2"\nname = "x"\narea = "a"\noutput = "L1.scale"', at='output = "L1.scale"', says="stands in the line L1", todo="this line"),
    Bad(check="state tags", old='signal = "state", address = { table', new="address = { table", at='[[machine]]\nid = "L1.scale"', says="tells the machine's state", todo='signal = "state"'),
    Bad(check="one tag a signal", old='name = "torque"', new='name = "torque"\nsignal = "rate"', at='signal = "rate"\nlow', says='and it is "speed" already (line', todo="another signal"),
    Bad(check="bands", old="low = 10", new="low = 100", at="low = 100", says="low is 100 and high is 90", todo="Swap"),
    Bad(check="bands", old="torque\", high = 6", new="torque\", high = 0", at="high = 0", says="low is 1 and high is 0", todo="Swap"),
    Bad(check="scales", old="scale = 0.5", new="scale = 0", at="scale = 0", says="scale is 0", todo="factor"),
    Bad(check="state maps", old='"2" = "Execute"', new='"2" = "Running"', at="Running", says="no PackML state", todo="Execute"),
    Bad(check="state maps", old='"2" = "Execute"', new='two = "Execute"', at="two", says='"two" is no whole number', todo='"3"'),
    Bad(check="stop reasons", old="1201 =", new="E1201 =", at="E1201", says="no whole number", todo="1201"),
    Bad(check="hold reasons", old="seal =", new='"se al" =', at="se al", says="no short name", todo="foreign_body"),
    Bad(check="protocols", old='"modbus"', new='"modbuss"', at="modbuss", says='no driver for "modbuss"', todo='Did you mean "modbus"?'),
    Bad(check="controllers' use", old='controller = "C2"', new='controller = "C1"', at='[[controller]]\nid = "C2"', says="no machine uses", todo="remove"),
    Bad(check="secrets", old="opc.tcp://127", new="opc.tcp://joe:secret@127", at="joe", says="holds a user or a password", todo="keyring"),
    Bad(check="secrets", old='adapter = "none"', new='adapter = "none"\nsettings.password = "x"', at="password", says="is a secret", todo="keyring"),
    Bad(check="overlaps", old='tag = [{ name = "state", signal = "state", address = { table = "holding", address = 7 } }]', new='tag = [\n{ name = "state", signal = "state", address = { table = "holding", address = 7 } },\n{ name = "sum", address = { table = "holding", address = 6, type = "u32" } },\n]', at="address = 7", says="L1.scale.state begins within the registers of L1.scale.sum", todo="Correct the address"),
    Bad(check="driver settings", old="opc.tcp://127.0.0.1:4840", new="http://127.0.0.1:4840", at="http:", says='"url"', todo=""),
    Bad(check="driver settings", old='host = "127.0.0.1"', new='host = "127.0.0.1", prt = 7', at="prt", says="prt", todo=""),
    Bad(check="alarm sources", old='Fill = "L1.filler"', new='Fill = "L1.filer"', at="L1.filer", says='"L1.filer" is no machine', todo='Did you mean "L1.filler"?'),
    Bad(check="shared history", old="[erp]\n", new="[history]\nmost_mb = 0\nshared = true\n\n[erp]\n", at="shared = true", says="no history is kept", todo="most_mb"),
    Bad(check="ERP adapter", old='adapter = "none"', new='adapter = "nome"', at="[erp]", says="nome", todo=""),
    Bad(check="addresses", old="{plc};s=In", new="{plc};q=In", at='"{root}.State"', says="", todo=""),
    Bad(check="addresses", old='nsu={plc};s=In"', new='ns=2;s=In"', at='"{root}.State"', says="by index", todo="L1.infeed"),
    Bad(check="addresses", old='"{root}.Torque"', new='"nsu=urn:x;i=99999999999"', at="99999999999", says="4294967295", todo="L1.filler"),
    Bad(check="addresses", old="base = 100", new="base = 65530", at="address = 7", says="65537", todo="L1.scale"),
    Bad(check="addresses", old=', address = { node = "{root}.Speed" }', new="", at='name = "speed"', says="no address", todo="L1.infeed"),
    Bad(check="addresses once", old='s=In"', new='s=Fill"', at='[[machine]]\nid = "L1.filler"', says="2 tags have the addresses of L1.infeed (line", todo="root"),
    Bad(check="addresses once", old="{root}.Torque", new="{root}.Speed", at='address = { node = "{root}.Speed" }\n', says="L1.filler.torque has the address of L1.filler.speed", todo="Correct"),
    Bad(check="references", old='machine = "L1.scale"\naddress', new='machine = "L1.scal"\naddress', at='"L1.scal"', says="is no machine", todo='Did you mean "L1.scale"?'),
    Bad(check="commands' placeholders", old='"{root}.Stop"', new='"{rot}.Stop"', at="{rot}", says='"{rot}"', todo='"root"'),
    Bad(check="commands' values", old="low = 5\nhigh = 50", new="low = 5", at='[[command]]\nid = "L1.scale.speed"', says='"high" is missing', todo="Add high"),
    Bad(check="commands' values", old="low = 5\nhigh = 50", new="low = 50\nhigh = 5", at="low = 50", says="low is 50 and high is 5", todo="Swap"),
    Bad(check="commands' values", old="low = 5\nhigh = 50", new="low = 5\nhigh = 50\nvalue = 7", at="value = 7", says="fixed and has a range", todo="Remove"),
    Bad(check="commands' values", old="low = 5\nhigh = 50", new="low = 5\nhigh = 50\nscale = 0", at="scale = 0", says="scale is 0", todo="factor"),
    Bad(check="commands' states", old='states = ["Execute"]', new='states = ["Executing"]', at='"Executing"', says="no PackML state", todo='"Execute"'),
    Bad(check="commands' controllers", old='identity = "urn:small:server"\n', new="", at='[[controller]]\nid = "C1"', says="no identity", todo="Add identity"),
    Bad(check="commands' addresses", old=", identity.address = 0, identity.length = 4", new="", at="address = 40", says="is asked first what it is", todo="L1.scale"),
    Bad(check="commands' addresses", old='object = "{root}", method', new="method", at='method = "{root}.Stop"', says='"object" is missing', todo="L1.filler"),
    Bad(check="commands' addresses", old='"{root}.Stop"', new='"ns=4;s=Stop"', at="ns=4", says="by index", todo="L1.filler"),
    Bad(check="commands' addresses", old='{ table = "holding", address = 40,', new='{ table = "input", address = 40,', at='"input", address = 40', says="can only be read", todo="L1.scale"),
    Bad(check="commands' addresses", old="low = 5\nhigh = 50\n", new="", at='address = 40', says="sends no value", todo="L1.scale"),
    Bad(check="references", old='name = "Filler"', new='name = "Filler"\nhold_command = "L1.filler.stp"', at='"L1.filler.stp"', says="is no command", todo='Did you mean "L1.filler.stop"?'),
    Bad(check="interlocks", old='name = "Filler"', new='name = "Filler"\nhold_command = "L1.scale.speed"', at="hold_command", says="is a command of L1.scale", todo="command of L1.filler"),
    Bad(check="interlocks", old="base = 100", new='base = 100\nhold_command = "L1.scale.speed"', at="hold_command", says="would have to be chosen", todo="fixed value"),
    Bad(check="interlocks", old='name = "Filler"', new='name = "Filler"\nrelease_command = "L1.filler.stop"', at="release_command", says="none for the hold", todo="Add hold_command"),
    Bad(check="interlocks", old='name = "Filler"', new='name = "Filler"\nhold_command = "L1.filler.stop"\nrelease_command = "L1.filler.stop"', at="release_command", says="the same command", todo="undoes"),
    Bad(check="read-backs", old='{ tag = "state", value', new='{ tag = "stat", value', at='"stat"', says='no tag "stat"', todo='Did you mean "state"?'),
    Bad(check="read-backs", old='tag = "state", value = 2', new='tag = "state"', at='read_back = { tag', says="must be told", todo="value"),
    Bad(check="read-backs", old='read_back = { address = { table = "holding", address = 41 } }', new="read_back = { within_s = 3 }", at="within_s = 3", says="either at a tag or at an address", todo="tag ="),
    Bad(check="read-backs", old="address = 41 }", new="address = 99999 }", at="99999", says="65535", todo="L1.scale"),
    Bad(check="commands' people", old='roles = ["shift_lead"]\nstates = ["Execute"]', new='roles = ["planner"]\nstates = ["Execute"]', at="planner", says="nobody of the plant", todo="shift_lead"),
    Bad(check="time zone", old="Europe/Berlin", new="Europe/Berlim", at="Berlim", says="no time zone", todo='"Europe/Berlin"'),
    Bad(check="time zone", old="Europe/Berlin", new="../etc/passwd", at="passwd", says="no time zone", todo="IANA"),
    Bad(check="password hashes", old='name = "Lea Dorn"', new='name = "Lea Dorn"\npassword_hash = "secret"', at="secret", says="no argon2id hash", todo="never write the password"),
    Bad(check="shift leads", old='roles = ["shift_lead"]', new='roles = ["operator"]', at='[[shift]]\nid = "day"', says="no shift lead", todo='"shift_lead"'),
    Bad(check="week", old='"mon", "tue-sun"', new='"tue-sun"', at="[[shift]]", says="nobody is on shift mon 18:00–tue 06:00", todo="closed = true"),
    Bad(check="week", old='end = "18:00"\ndays = "mon-sun"', new='end = "17:30"\ndays = "mon-sun"', at="[[shift]]", says="mon 17:30–18:00", todo="Add a shift"),
    Bad(check="skills", old='"filling", "mechanics"', new='"filling"', at='skill = "mechanics"', says='nobody has the skill "mechanics"', todo="Give it to"),
    Bad(check="parameters", old="below_percent = 80", new="belw_percent = 80", at="belw", says='no parameter "belw_percent"', todo='"below_percent"'),
    Bad(check="parameters", old="below_percent = 80", new="below_percent = 8", at="= 8 ", says="between 10 and 99 %", todo="of nominal"),
    Bad(check="parameters", old="below_percent = 80", new="below_percent = 95", at="= 95", says="below_percent is 95 and clear_percent is 92", todo="Change one"),
    Bad(check="one rule a machine", old="[[route]]", new='[[rule]]\nid = "b"\nkind = "rate_loss"\n\n[[route]]', at='[[rule]]\nid = "b"', says="all machines has a rule for rate_loss already, slow (line", todo="one of the two"),
    Bad(check="functions", old='function = "production"', new='function = "planning"', at="planning", says='nobody with the function "planning" works on L1', todo="Give the function"),
    Bad(check="owners", old="primary = true", new='kinds = ["rate_loss", "posting_rejected"]\nprimary = true', at="[[route]]", says="operator_report on line L1 would have no owner", todo="primary = true"),
    Bad(check="owners", old="primary = true", new='machines = ["L1.filler", "L1.scale"]\nprimary = true', at="[[route]]", says="rate_loss on L1.infeed would have no owner", todo="Add one"),
)  # fmt: skip


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: f"{bad.check}: {bad.new[:30]!r}")
def test_a_fault_is_said_with_its_line_and_what_to_do(bad: Bad) -> None:
    text = edited(bad.old, bad.new)
    if bad.check == "dict_type":
        text = "hold_reasons = 7\n" + text
    plant, faults = checked(text)
    lines = {text.count("\n", 0, at) + 1 for at in places(text, bad.at)}
    if bad.check == "dict_type":
        lines, bad = {1}, Bad(check="", old="", new="", at="", says="a table", todo="{ key")
    fitting = [
        fault for fault in faults if bad.says in fault.message and bad.todo in fault.todo and fault.line in lines
    ]
    assert plant is None
    assert fitting, f"wanted {bad.says!r} in {lines}, got:\n" + "\n".join(map(str, faults))


def places(text: str, part: str) -> list[int]:
    """Where a part of a text begins, every time."""
    found, start = [], text.find(part)
    while start >= 0:
        found.append(start)
        start = text.find(part, start + 1)
    return found


def test_every_check_and_every_wording_has_a_bad_file() -> None:
    shown = {bad.check for bad in BAD}
    assert {check.name for check in CHECKS} <= shown
    # No key has these bounds yet.
    assert set(WORDS) - {"less_than", "too_long"} <= shown


def test_the_small_plant_is_sound() -> None:
    plant, faults = checked(SMALL)
    assert plant is not None
    assert faults == ()


def test_all_faults_come_at_once_in_the_order_of_their_lines() -> None:
    text = SMALL.replace("Europe/Berlin", "Mars").replace("nominal_rate = 100", "nominal_rat = 100")
    text = text.replace('type = "filler"', 'type = "x"').replace("below_percent = 80", "below = 80")
    faults = checked(text)[1]
    told = [(fault.where, fault.message) for fault in faults]
    assert told == [
        ("site, timezone", 'there is no time zone "Mars".'),
        ("machine L1.infeed", '"nominal_rate" is missing.'),
        ("machine L1.infeed, nominal_rat", 'unknown key "nominal_rat".'),
        ("machine L1.filler, type", '"x" is no machine type.'),
        ("rule slow, parameters, below", 'rate_loss has no parameter "below".'),
    ]
    assert [fault.line for fault in faults] == sorted(fault.line for fault in faults)


def test_a_faulty_row_does_not_make_references_to_it_unknown() -> None:
    faults = checked(edited('id = "lead"', 'id = "lead"\ncolour = "red"'))[1]
    assert [fault.message for fault in faults] == ['unknown key "colour".']


def test_a_row_without_a_readable_id_does_not_make_references_unknown() -> None:
    faults = checked(edited('id = "lead"', "id = 7"))[1]
    assert [fault.where for fault in faults] == ["person Lea Dorn, id"]


def test_a_fault_of_a_type_is_said_once_for_all_its_machines() -> None:
    faults = checked(edited("{root}.State", "nsu=;s=State"))[1]
    assert len([fault for fault in faults if "namespace" in fault.message]) == 1


def test_a_fault_is_one_line_with_path_line_and_column() -> None:
    fault = checked(edited('type = "filler"', 'type = "fil\\u202Eler"'))[1][0]
    assert str(fault).startswith("small.toml:72:1: machine L1.filler, type: ")
    assert "⟨U+202E⟩" in str(fault)
    assert "\n" not in str(fault)
