"""The component of each series of a watch, and the rows of each component's series."""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray


class Components(tuple[str, ...]):
    """(S,) names of components; the rows of each are looked up once and remembered."""

    @cached_property
    def rows(self) -> dict[str, NDArray[np.intp]]:
        """The rows of each component, ascending."""
        found: dict[str, list[int]] = {}
        for row, name in enumerate(self):
            found.setdefault(name, []).append(row)
        return {name: np.array(rows, np.intp) for name, rows in found.items()}
