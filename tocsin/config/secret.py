"""Where a secret is kept: in a file or in an environment variable."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """Where a secret is; never the secret itself, so that it is in no log and no traceback.

    variable: of the environment; file: absolute. One of the two.
    """

    variable: str | None = None
    file: Path | None = None

    def reveal(self, environ: Mapping[str, str] | None = None) -> str:
        """The secret as it is now, without a last line end; raises LookupError or OSError where it is gone."""
        if self.file is not None:
            return self.file.read_text(encoding="utf-8").rstrip("\r\n")
        found = (os.environ if environ is None else environ).get(self.variable or "")
        if not found:
            raise LookupError(f"the environment variable {self.variable} is not set")
        return found


def secret_at(variable: str | None, file: Path | None) -> Secret | None:
    """The secret that a variable or a file holds; None where the configuration names neither."""
    return None if variable is None and file is None else Secret(variable=variable, file=file)
