"""What a silence's patterns meet now: shown to an engineer before the silence is saved."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from detectors.watch import Watch
from incidents.incident import Incident
from incidents.repeat import Window
from incidents.silence import Silence
from tocsin.context.watch_memory import WatchMemory


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What a silence would keep quiet, of what is known now.

    watches: by name, those of their components that it covers, in order. incidents: the open ones with a lasting signal
    that it covers; they stay open. Alerts of others are known by name only once they fire. windows: when it is in
    force, now and next, at most `silence.PREVIEWED`.
    """

    silence: Silence
    watches: Mapping[str, tuple[str, ...]]
    incidents: tuple[Incident, ...]
    windows: tuple[Window, ...]

    @property
    def components(self) -> int:
        """How many components it covers."""
        return len({name for names in self.watches.values() for name in names})


def reach_of(
    silence: Silence, watches: Iterable[Watch], memory: WatchMemory, active: Iterable[Incident], now: datetime
) -> Reach:
    """What the silence meets among the watches' series and the signals of active incidents."""
    met = {
        watch.name: tuple(
            sorted({name for name, labels in _series(watch, memory) if silence.fits(name, watch.name, labels)})
        )
        for watch in watches
    }
    return Reach(
        silence=silence,
        watches={name: components for name, components in met.items() if components},
        incidents=tuple(i for i in active if any(silence.matches(signal) for signal in i.lasting)),
        windows=silence.upcoming(now),
    )


def _series(watch: Watch, memory: WatchMemory) -> list[tuple[str, Mapping[str, str]]]:
    """Component and labels of the series that were seen; before the first, the component that is configured."""
    state = memory.states.get(watch.name)
    if state and state.keys:
        return [(name, dict(key)) for name, key in zip(state.components, state.keys, strict=True)]
    return [] if "{" in watch.component else [(watch.component, {})]
