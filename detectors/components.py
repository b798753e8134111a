"""The component of each series of a watch, and where the series of each component stand."""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray


class Components(tuple[str, ...]):
    """(S,) names. Who asks where a component's rows are, asks at every column: they are found once."""

    @cached_property
    def rows(self) -> dict[str, NDArray[np.intp]]:
        """The rows of each component, ascending."""
        found: dict[str, list[int]] = {}
        for row, name in enumerate(self):
            found.setdefault(name, []).append(row)
        return {name: np.array(rows, np.intp) for name, rows in found.items()}
