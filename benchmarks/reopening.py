"""What counts as one false incident: an opening, not an excursion that comes back within the window of reopening.

Detection tells every excursion; calm is made of them where incidents are: one of the same component that begins within
`incidents.settings.Settings.reopen_within` of the last one's end reopens that incident, and opens none.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from detectors.anomaly import Anomaly
from incidents.settings import Settings

WITHIN = Settings().reopen_within


def openings(told: Iterable[Anomaly], within: timedelta = WITHIN) -> list[Anomaly]:
    """Of reports in order of time, the first of each incident; excursions that only reopen one are left out.

    within: what comes back so soon after the last one's end is no other.
    """
    opened: dict[str, Anomaly] = {}
    until: dict[str, datetime | None] = {}
    latest: dict[str, str] = {}
    for anomaly in told:
        where = anomaly.component
        if latest.get(where) != anomaly.key:
            ended = until.get(where)
            reopens = where in until and (ended is None or anomaly.started_at - ended <= within)
            if not reopens:
                opened[anomaly.key] = anomaly
            latest[where] = anomaly.key
        until[where] = anomaly.ended_at
    return list(opened.values())
