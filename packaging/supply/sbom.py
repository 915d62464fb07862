"""The bill of materials of what is shipped: CycloneDX 1.6 as JSON, out of the components that notices.py collected.

Owns the mapping to CycloneDX, and refuses to write what its schema does not accept.

Usage: sbom.py FOLDER INSTALLED.json VERSION FILE (INSTALLED.json: pip's report of what it installed, with hashes)
"""

from __future__ import annotations

import json
import sys
import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

Row = Mapping[str, Any]
"""A row of components.json."""


def hashes(report: Mapping[str, Any]) -> dict[str, str]:
    """Normal name → SHA-256 of the archive that was installed."""
    found = {}
    for entry in report["install"]:
        digest = entry["download_info"].get("archive_info", {}).get("hashes", {}).get("sha256")
        if digest:
            found[entry["metadata"]["name"].lower().replace("_", "-").replace(".", "-")] = digest
    return found


def component(row: Row, digest: str | None) -> Component:
    """A component of CycloneDX; "see …" is no licence expression and stays out."""
    licence = row["licence"]
    return Component(
        name=row["name"],
        version=row["version"],
        type=ComponentType.LIBRARY,
        purl=PackageURL.from_string(row["purl"]),
        bom_ref=row["purl"],
        licenses=[] if licence.startswith("see ") else [LicenseFactory().make_from_string(licence)],
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest)] if digest else [],
    )


def bill(rows: Iterable[Row], digests: Mapping[str, str], version: str) -> Bom:
    """The bill of Lineside `version`. The same inputs give the same serial number."""
    rows = list(rows)
    program = Component(
        name="lineside",
        version=version,
        type=ComponentType.APPLICATION,
        purl=PackageURL("pypi", None, "lineside", version),
        bom_ref="lineside",
        licenses=[LicenseFactory().make_from_string("Apache-2.0")],
    )
    made = {row["purl"]: component(row, digests.get(row["name"])) for row in rows}
    by_name = {row["name"]: made[row["purl"]] for row in rows if row["purl"].startswith("pkg:pypi/")}
    bom = Bom(components=made.values(), serial_number=uuid.uuid5(uuid.NAMESPACE_URL, json.dumps([version, *made])))
    bom.metadata.component = program
    bom.register_dependency(program, made.values())
    for row in rows:
        bom.register_dependency(made[row["purl"]], [by_name[name] for name in row["needs"] if name in by_name])
    return bom


def written(bom: Bom) -> str:
    """The bill as JSON. Raises SystemExit when it is not what CycloneDX 1.6 asks for."""
    text = JsonV1Dot6(bom).output_as_string(indent=1)
    fault = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if fault is not None:
        sys.exit(f"package: the bill of materials is faulty: {fault}")
    return text


def main(folder: str, installed: str, version: str, file: str) -> int:
    """Write the bill of what `folder` collected."""
    rows = json.loads((Path(folder) / "components.json").read_text(encoding="utf-8"))
    report = json.loads(Path(installed).read_text(encoding="utf-8"))
    Path(file).write_text(written(bill(rows, hashes(report), version)) + "\n", encoding="utf-8")
    print(f"package: {Path(file).name} names {len(rows)} components")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
