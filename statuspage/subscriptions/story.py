"""An incident's public view as a story, entry by entry in the order of its timeline."""

from collections.abc import Sequence

from incidents.incident import IncidentUpdate, Status
from incidents.public import PublicIncident
from incidents.signal import short_id
from statuspage.subscriptions.telling import Entry, Story
from statuspage.view import IncidentView

_WITHDRAWN = frozenset({Status.RETRACTED, Status.MERGED})


def incident_story(
    timeline: Sequence[IncidentUpdate], public: PublicIncident, view: IncidentView, groups: dict[str, str]
) -> Story:
    """The story of a disclosed incident. groups: the public id of each listed component's group, by the component's."""
    seqs = {short_id(update.key): update.seq for update in timeline}
    touched = {t.id for t in view.touched}
    return Story(
        id=public.id,
        touched=frozenset(touched | {groups[one] for one in touched if groups.get(one)}),
        entries=tuple(Entry(seq=seqs[u.id], at=u.at) for u in reversed(public.updates)),
        withdrawn=timeline[-1].incident.status in _WITHDRAWN,
    )
