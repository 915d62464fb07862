"""The template of Lineside's group policy, made from the table of settings: lineside.admx and en-US/lineside.adml.

Usage: admx.py FOLDER
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from app.policy import KEY
from app.settings import SETTINGS, Kind, Setting

SCHEMA = "http://schemas.microsoft.com/GroupPolicy/2006/07/PolicyDefinitions"
CATEGORY, ANY = "Lineside", "any_windows"
BOX = {Kind.NUMBER: "decimalTextBox", Kind.CHOICE: "dropdownList"}
"""What a value is entered in; a text box where there is no row."""


def admx() -> Element:
    """The policies: what is written where."""
    root = Element("policyDefinitions", xmlns=SCHEMA, revision="1.0", schemaVersion="1.0")
    names = SubElement(root, "policyNamespaces")
    SubElement(names, "target", prefix="lineside", namespace="Lineside.Policies.Lineside")
    SubElement(root, "resources", minRequiredRevision="1.0")
    supported = SubElement(SubElement(root, "supportedOn"), "definitions")
    SubElement(supported, "definition", name=ANY, displayName=f"$(string.{ANY})")
    SubElement(SubElement(root, "categories"), "category", name=CATEGORY, displayName=f"$(string.{CATEGORY})")
    policies = SubElement(root, "policies")
    for row in SETTINGS:
        policy = SubElement(
            policies, "policy", {"class": "Machine"}, name=row.key, key=KEY, displayName=f"$(string.{row.key})",
            explainText=f"$(string.{row.key}_help)", presentation=f"$(presentation.{row.key})",
        )  # fmt: skip
        SubElement(policy, "parentCategory", ref=CATEGORY)
        SubElement(policy, "supportedOn", ref=ANY)
        _element(SubElement(policy, "elements"), row)
    return root


def _element(elements: Element, row: Setting) -> None:
    named = {"id": row.key, "valueName": row.key, "required": "true"}
    if row.kind is Kind.NUMBER:
        SubElement(elements, "decimal", {**named, "minValue": str(row.low), "maxValue": str(row.high)})
    elif row.kind is Kind.CHOICE:
        choice = SubElement(elements, "enum", named)
        for value in row.choices:
            item = SubElement(choice, "item", displayName=f"$(string.{row.key}_{value})")
            SubElement(SubElement(item, "value"), "string").text = value
    else:
        SubElement(elements, "text", {**named, "maxLength": "1023"})


def adml() -> Element:
    """The words that an administrator reads."""
    root = Element("policyDefinitionResources", xmlns=SCHEMA, revision="1.0", schemaVersion="1.0")
    SubElement(root, "displayName").text = "Lineside"
    SubElement(root, "description").text = "Settings of Lineside for every station of a machine"
    resources = SubElement(root, "resources")
    strings, boxes = SubElement(resources, "stringTable"), SubElement(resources, "presentationTable")
    said = {ANY: "Windows 10 and later", CATEGORY: "Lineside"}
    for row in SETTINGS:
        said[row.key] = row.key
        said[f"{row.key}_help"] = f"{row.help[:1].upper()}{row.help[1:]}. Not configured: {row.default}."
        said |= {f"{row.key}_{value}": value for value in row.choices}
        box = SubElement(SubElement(boxes, "presentation", id=row.key), BOX.get(row.kind, "textBox"), refId=row.key)
        if row.kind in BOX:
            box.text = row.key
        else:
            SubElement(box, "label").text = row.key
    for name, text in said.items():
        SubElement(strings, "string", id=name).text = text
    return root


def write(folder: Path) -> None:
    """Both files, as they are copied into a domain's PolicyDefinitions."""
    for path, made in ((folder / "lineside.admx", admx()), (folder / "en-US" / "lineside.adml", adml())):
        path.parent.mkdir(parents=True, exist_ok=True)
        ElementTree.indent(made)
        ElementTree.ElementTree(made).write(path, encoding="utf-8", xml_declaration=True)


def main(arguments: Sequence[str]) -> int:
    """Write them into the folder that is named."""
    write(Path(arguments[0]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
