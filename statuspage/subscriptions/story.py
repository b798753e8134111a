"""An incident or planned work as a story: the entries that the page shows of it, in their order."""

from collections.abc import Mapping, Sequence

from incidents.incident import IncidentUpdate, Status
from incidents.signal import short_id
from statuspage.subscriptions.notification import Entry, Story
from statuspage.view import EventView, IncidentView, MaintenanceView

_WITHDRAWN = frozenset({Status.RETRACTED, Status.MERGED})


def incident_story(timeline: Sequence[IncidentUpdate], view: IncidentView, groups: Mapping[str, str]) -> Story:
    """The story of a disclosed incident. groups: the public id of a component's group, by the component's own."""
    seqs = {short_id(update.key): update.seq for update in timeline}
    return Story(
        id=view.id,
        touched=_touched(view, groups),
        entries=tuple(Entry(seq=seqs[u.id], at=u.at) for u in reversed(view.updates)),
        withdrawn=timeline[-1].incident.status in _WITHDRAWN,
    )


def work_story(view: MaintenanceView, groups: Mapping[str, str]) -> Story:
    """The story of planned work; its entries are counted."""
    entries = tuple(Entry(seq=seq, at=u.at) for seq, u in enumerate(reversed(view.updates), start=1))
    return Story(id=view.id, touched=_touched(view, groups), entries=entries)


def _touched(view: EventView, groups: Mapping[str, str]) -> frozenset[str]:
    own = {t.id for t in view.touched}
    return frozenset(own | {groups[one] for one in own if one in groups})
