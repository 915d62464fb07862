"""The commands about controllers: whom this workstation trusts, the passwords it keeps, what a server has."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from ui.options import Data, call

trust = typer.Typer(no_args_is_help=True, help="Which servers' certificates this workstation trusts (OPC UA).")
secret = typer.Typer(no_args_is_help=True, help="Passwords of controllers: in the keyring or a file of this station.")
ServerUrl = Annotated[str, typer.Argument(help="opc.tcp://HOST:PORT/PATH")]
SecretName = Annotated[str, typer.Argument(help='the controller\'s id, or its "secret" in the plant file')]


@trust.command("list")
def trust_list(data: Data = None) -> None:
    """Show this workstation's certificate, the trusted and the refused ones."""
    call("ui.trust", "list_all", data=data)


@trust.command("fetch")
def trust_fetch(url: ServerUrl, data: Data = None) -> None:
    """Get a server's certificate, show its fingerprint and keep it among the refused."""
    call("ui.trust", "fetch", data=data, url=url)


@trust.command("add")
def trust_add(what: Annotated[str, typer.Argument(metavar="FINGERPRINT|FILE")], data: Data = None) -> None:
    """Trust a refused certificate, or one in a file."""
    call("ui.trust", "add", data=data, what=what)


@trust.command("remove")
def trust_remove(what: Annotated[str, typer.Argument(metavar="FINGERPRINT")], data: Data = None) -> None:
    """Trust a certificate no longer."""
    call("ui.trust", "remove", data=data, what=what)


@secret.command("set")
def secret_set(
    name: SecretName,
    data: Data = None,
    in_file: Annotated[bool, typer.Option("--file", help="in the data folder, not in the keyring")] = False,
) -> None:
    """Store a secret: asked for on a terminal, else a line of standard input."""
    call("ui.secret", "store", data=data, name=name, in_file=in_file)


@secret.command("delete")
def secret_delete(name: SecretName, data: Data = None) -> None:
    """Forget a secret."""
    call("ui.secret", "delete", data=data, name=name)


def browse(
    url: ServerUrl,
    node: Annotated[str, typer.Option("--node", help="start here: nsu=URI;s=NAME or i=NUMBER")] = "i=85",
    depth: Annotated[int, typer.Option("--depth", min=1, max=50, help="levels below it")] = 6,
    most: Annotated[int, typer.Option("--most", min=1, max=1_000_000, help="nodes at all")] = 20_000,
    within_s: Annotated[float, typer.Option("--within", min=1, help="seconds")] = 60.0,
    tags: Annotated[bool, typer.Option("--tags", help="print tag rows for a plant file")] = False,
    security: Annotated[str, typer.Option("--security", help="as in the plant file")] = "",
    mode: Annotated[str, typer.Option("--mode", help="as in the plant file")] = "",
    user: Annotated[str, typer.Option("--user", help="name to sign in with")] = "",
    password_name: Annotated[str, typer.Option("--secret", help="name of the user's stored password")] = "",
    only: Annotated[str, typer.Option("--only", help="variables whose name fits, such as 'Cur*'")] = "*",
    write: Annotated[bool, typer.Option("--write", help="add them to --machine in --plant")] = False,
    plant: Annotated[Optional[Path], typer.Option("--plant", help="plant file, with --write")] = None,  # noqa: UP045
    machine: Annotated[str, typer.Option("--machine", help="its id, with --write")] = "",
    data: Data = None,
) -> None:
    """Print what an OPC UA server has, as a tree or as tag rows, or add it to a machine of a plant file."""
    bounds = (depth, most, within_s)
    if write or plant or machine:
        if not (write and plant and machine):
            raise typer.BadParameter("--write, --plant and --machine go together")
        call(
            "ui.browse", "write", data=data, url=url, node=node, bounds=bounds, plant=plant, machine=machine, only=only
        )
    given = {"security": security, "mode": mode, "user": user, "secret": password_name}
    call(
        "ui.browse",
        "show",
        data=data,
        url=url,
        node=node,
        bounds=bounds,
        settings={key: value for key, value in given.items() if value},
        as_tags=tags,
        only=only,
    )
