"""Who runs the schedule: one process, as long as it lives."""


class Lease:
    """Held by at most one process; a killed one loses it at once."""

    def hold(self) -> bool:
        """Takes it or confirms it; False while another process has it."""

    def release(self) -> None:
        """Gives it up; a no-op where it is not held."""


def lease_of(url: str) -> Lease:
    """The lease of the database at that URL."""
