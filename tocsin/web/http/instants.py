"""The instants that bodies of requests hold."""

from typing import Annotated

from pydantic import AfterValidator, AwareDatetime

from incidents.instant import within_reach

Instant = Annotated[AwareDatetime, AfterValidator(within_reach)]
"""With its zone, in a year that somebody means; read as UTC."""
