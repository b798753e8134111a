"""The database tables.

Instants are microseconds since 1970 UTC. `value` is a whole frozen value as JSON.
What begins with `sealed` is encrypted.
"""

from tocsin.storage.tables.columns import (
    EPOCH as EPOCH,
)
from tocsin.storage.tables.columns import (
    MICROSECOND as MICROSECOND,
)
from tocsin.storage.tables.columns import (
    ROW_ID as ROW_ID,
)
from tocsin.storage.tables.columns import (
    Instant as Instant,
)
from tocsin.storage.tables.columns import (
    at_instant as at_instant,
)
from tocsin.storage.tables.columns import (
    instant as instant,
)
from tocsin.storage.tables.columns import (
    metadata as metadata,
)
from tocsin.storage.tables.columns import (
    microseconds as microseconds,
)
from tocsin.storage.tables.desk import (
    articles as articles,
)
from tocsin.storage.tables.desk import (
    desk_mentions as desk_mentions,
)
from tocsin.storage.tables.desk import (
    desk_presence as desk_presence,
)
from tocsin.storage.tables.desk import (
    desk_views as desk_views,
)
from tocsin.storage.tables.desk import (
    search_due as search_due,
)
from tocsin.storage.tables.detection import (
    checkpoints as checkpoints,
)
from tocsin.storage.tables.helpdesks import (
    helpdesk_calls as helpdesk_calls,
)
from tocsin.storage.tables.helpdesks import (
    helpdesk_cursors as helpdesk_cursors,
)
from tocsin.storage.tables.helpdesks import (
    helpdesk_records as helpdesk_records,
)
from tocsin.storage.tables.helpdesks import (
    helpdesk_tickets as helpdesk_tickets,
)
from tocsin.storage.tables.incidents import (
    alert_inbox as alert_inbox,
)
from tocsin.storage.tables.incidents import (
    alerts as alerts,
)
from tocsin.storage.tables.incidents import (
    evidence as evidence,
)
from tocsin.storage.tables.incidents import (
    failed_alerts as failed_alerts,
)
from tocsin.storage.tables.incidents import (
    groupings as groupings,
)
from tocsin.storage.tables.incidents import (
    incident_facts as incident_facts,
)
from tocsin.storage.tables.incidents import (
    incident_fingerprints as incident_fingerprints,
)
from tocsin.storage.tables.incidents import (
    incidents as incidents,
)
from tocsin.storage.tables.incidents import (
    kept_quiet as kept_quiet,
)
from tocsin.storage.tables.incidents import (
    proposals as proposals,
)
from tocsin.storage.tables.incidents import (
    reported_changes as reported_changes,
)
from tocsin.storage.tables.incidents import (
    signals as signals,
)
from tocsin.storage.tables.incidents import (
    silences as silences,
)
from tocsin.storage.tables.incidents import (
    suspicions as suspicions,
)
from tocsin.storage.tables.incidents import (
    timeline as timeline,
)
from tocsin.storage.tables.installation import (
    counters as counters,
)
from tocsin.storage.tables.installation import (
    idempotency_keys as idempotency_keys,
)
from tocsin.storage.tables.installation import (
    key_check as key_check,
)
from tocsin.storage.tables.installation import (
    retention_steps as retention_steps,
)
from tocsin.storage.tables.installation import (
    rollup_state as rollup_state,
)
from tocsin.storage.tables.installation import (
    sink_cursors as sink_cursors,
)
from tocsin.storage.tables.installation import (
    sinks as sinks,
)
from tocsin.storage.tables.installation import (
    undelivered as undelivered,
)
from tocsin.storage.tables.mail import (
    inbound_mails as inbound_mails,
)
from tocsin.storage.tables.mail import (
    inbox_places as inbox_places,
)
from tocsin.storage.tables.mail import (
    outbox as outbox,
)
from tocsin.storage.tables.mail import (
    signin_links as signin_links,
)
from tocsin.storage.tables.people import (
    audit as audit,
)
from tocsin.storage.tables.people import (
    audit_start as audit_start,
)
from tocsin.storage.tables.people import (
    reports as reports,
)
from tocsin.storage.tables.people import (
    sessions as sessions,
)
from tocsin.storage.tables.people import (
    sign_in_attempts as sign_in_attempts,
)
from tocsin.storage.tables.people import (
    tokens as tokens,
)
from tocsin.storage.tables.people import (
    users as users,
)
from tocsin.storage.tables.public import (
    maintenance as maintenance,
)
from tocsin.storage.tables.public import (
    subscription_attempts as subscription_attempts,
)
from tocsin.storage.tables.public import (
    subscription_calls as subscription_calls,
)
from tocsin.storage.tables.public import (
    subscription_notified as subscription_notified,
)
from tocsin.storage.tables.public import (
    subscription_suppressions as subscription_suppressions,
)
from tocsin.storage.tables.public import (
    subscription_tokens as subscription_tokens,
)
from tocsin.storage.tables.public import (
    subscriptions as subscriptions,
)
from tocsin.storage.tables.public import (
    trading_modes as trading_modes,
)
from tocsin.storage.tables.public import (
    unverified as unverified,
)
from tocsin.storage.tables.response import (
    action_items as action_items,
)
from tocsin.storage.tables.response import (
    engineering_plots as engineering_plots,
)
from tocsin.storage.tables.response import (
    engineering_tickets as engineering_tickets,
)
from tocsin.storage.tables.response import (
    escalations as escalations,
)
from tocsin.storage.tables.response import (
    oncall_messages as oncall_messages,
)
from tocsin.storage.tables.response import (
    oncall_notices as oncall_notices,
)
from tocsin.storage.tables.response import (
    oncall_overrides as oncall_overrides,
)
from tocsin.storage.tables.response import (
    postmortem_texts as postmortem_texts,
)
from tocsin.storage.tables.response import (
    postmortems as postmortems,
)
from tocsin.storage.tables.response import (
    tracker_tickets as tracker_tickets,
)
from tocsin.storage.tables.tickets import (
    BACKLOG as BACKLOG,
)
from tocsin.storage.tables.tickets import (
    attachments as attachments,
)
from tocsin.storage.tables.tickets import (
    bulk_actions as bulk_actions,
)
from tocsin.storage.tables.tickets import (
    deflections as deflections,
)
from tocsin.storage.tables.tickets import (
    link_answers as link_answers,
)
from tocsin.storage.tables.tickets import (
    messages as messages,
)
from tocsin.storage.tables.tickets import (
    rollup_days as rollup_days,
)
from tocsin.storage.tables.tickets import (
    survey_answers as survey_answers,
)
from tocsin.storage.tables.tickets import (
    ticket_cells as ticket_cells,
)
from tocsin.storage.tables.tickets import (
    ticket_tokens as ticket_tokens,
)
from tocsin.storage.tables.tickets import (
    ticket_waits as ticket_waits,
)
from tocsin.storage.tables.tickets import (
    tickets as tickets,
)
