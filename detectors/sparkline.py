"""Draws a few samples as a line at the height of text; the numbers beside it say what they are."""

import numpy as np

from detectors.frame import Floats

WIDTH, HEIGHT, EDGE = 120, 24, 2.0


def sparkline(values: Floats) -> str:
    """An SVG without words, hidden from screen readers, in the colour of its text; gaps stay gaps, NaN = no sample."""
    known = np.isfinite(values)
    head = (
        f'<svg class="sparkline" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" aria-hidden="true">'
    )
    if not known.any():
        return f"{head}</svg>"
    low, high = float(values[known].min()), float(values[known].max())
    height = (values - low) / (high - low) if high > low else np.where(known, 0.5, np.nan)
    x = np.linspace(EDGE, WIDTH - EDGE, len(values)) if len(values) > 1 else np.array([WIDTH / 2])
    y = HEIGHT - EDGE - height * (HEIGHT - 2 * EDGE)
    pen, parts = "M", []
    for at, there in enumerate(known.tolist()):
        if there:
            parts.append(f"{pen}{x[at]:.1f} {y[at]:.1f}")
        pen = "L" if there else "M"
    last = int(np.flatnonzero(known)[-1])
    line = f'<path d="{"".join(parts)}" fill="none" stroke="currentColor" stroke-width="1.5"/>'
    return f'{head}{line}<circle cx="{x[last]:.1f}" cy="{y[last]:.1f}" r="2" fill="currentColor"/></svg>'
