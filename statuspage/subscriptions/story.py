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
    shown = {u.id for u in view.updates}
    entries = [Entry(seq=seqs[u.id], at=u.at, update=u.id) for u in view.updates]
    for line in timeline:
        if line.corrects is not None and line.is_mailed:
            of = short_id(f"{line.incident.id}:{line.corrects}")
            # Entries of one minute are one on the page, and the latest stands for those that are not.
            entries.append(Entry(seq=line.seq, at=line.at, update=of if of in shown else view.updates[0].id))
    return Story(
        id=view.id,
        touched=_touched(view, groups),
        entries=tuple(sorted(entries, key=lambda entry: entry.seq)),
        withdrawn=timeline[-1].incident.status in _WITHDRAWN,
    )


def work_story(view: MaintenanceView, groups: Mapping[str, str]) -> Story:
    """The story of planned work; its entries are counted."""
    entries = tuple(Entry(seq=seq, at=u.at, update=u.id) for seq, u in enumerate(reversed(view.updates), start=1))
    return Story(id=view.id, touched=_touched(view, groups), entries=entries)


def _touched(view: EventView, groups: Mapping[str, str]) -> frozenset[str]:
    own = {t.id for t in view.touched}
    return frozenset(own | {groups[one] for one in own if one in groups})
