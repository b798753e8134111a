"""The woken loops of the process: one worker for each piece of work, and who is woken by what."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tocsin.context.loops import Loop
from tocsin.context.metrics import Metrics
from tocsin.context.repeats import Repeats
from tocsin.process.worker import Worker


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """One worker's work. name: its own among the workers of its loop. every: seconds between runs nobody asked for."""

    loop: Loop
    name: str = ""
    work: Callable[[], None]
    every: float = 1.0

    @property
    def key(self) -> str:
        """Such as "place" or "deliver:tracker"."""
        return f"{self.loop}:{self.name}" if self.name else self.loop.value


class Workers:
    """The running workers; made before everything that wakes them, and none runs before `run`."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._repeats = Repeats()
        self._workers: dict[tuple[Loop, str], Worker] = {}

    def wake(self, *loops: Loop) -> None:
        """Asks every worker of these loops for a run as soon as possible."""
        for (loop, _), worker in list(self._workers.items()):
            if loop in loops:
                worker.wake()

    def run(self, duties: Sequence[Duty]) -> None:
        """From now on these: starts the new ones and stops those that are not among them."""
        wanted = {(duty.loop, duty.name): duty for duty in duties}
        for place in self._workers.keys() - wanted.keys():
            self._workers.pop(place).stop()
        for place, duty in wanted.items():
            if place not in self._workers:
                self._workers[place] = Worker(
                    duty.key, duty.work, self._metrics, every=duty.every, repeats=self._repeats
                )
                self._workers[place].start()

    def stop(self) -> None:
        """Lets each run in progress end."""
        for worker in self._workers.values():
            worker.stop()
