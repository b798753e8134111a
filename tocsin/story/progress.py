"""Says how far the demo's start is: which step, about how long it takes, and how long it has been."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

EVERY_S = 10.0


@dataclass(slots=True, kw_only=True)
class StartSteps:
    """The steps of a start, said one after the other.

    say: prints a line. every: seconds between two lines of a step.
    """

    say: Callable[[str], None]
    steps: int
    every: float = EVERY_S
    _done: int = field(default=0, init=False)

    @contextmanager
    def step(self, words: str, about_s: float) -> Iterator[None]:
        """Says that the next step begins, and goes on saying how long it has been until it ends.

        about_s: the seconds that it takes on a machine with nothing else to do.
        """
        self._done += 1
        place, began, over = f"{self._done}/{self.steps}", time.monotonic(), threading.Event()
        self.say(f"START {place}  {words}; about {about_s:.0f} s")

        def go_on() -> None:
            while not over.wait(self.every):
                took = time.monotonic() - began
                rest = f"of about {about_s:.0f}" if took <= about_s else "longer than usual: the machine is busy"
                self.say(f"START {place}  {took:.0f} s so far, {rest}")

        ticking = threading.Thread(target=go_on, daemon=True)
        ticking.start()
        try:
            yield
        finally:
            over.set()
            ticking.join()
