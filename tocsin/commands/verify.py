"""`tocsin verify`."""

from pathlib import Path
from typing import Annotated

import typer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from statuspage.manifest import verify


def command(
    folder: Annotated[Path, typer.Argument(help="A copy of the public page.")],
    public_key: Annotated[str, typer.Argument(help="The page's public key, in hexadecimal.")],
) -> None:
    """Checks offline that a copy of the public page is whole and ours."""
    answer = verify(folder, Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key)))
    for problem in answer.problems:
        typer.echo(problem, err=True)
    if answer.problems:
        raise typer.Exit(1)
    typer.echo(f"{folder}: whole, and signed with that key.")
