"""Words one line of an incident's timeline as a comment on its engineering ticket, in Markdown."""

from incidents.incident import IncidentUpdate, UpdateKind
from tickets.markdown import link_target, plain

_TITLES = {
    UpdateKind.OPENED: "Opened",
    UpdateKind.SIGNALS: "Evidence",
    UpdateKind.SEVERITY: "Severity",
    UpdateKind.STATUS: "Status",
    UpdateKind.DISCLOSED: "Public",
    UpdateKind.MESSAGE: "Public message",
    UpdateKind.NOTE: "Note",
    UpdateKind.REMINDER: "Reminder",
    UpdateKind.POSTMORTEM: "Postmortem",
    UpdateKind.CORRECTED: "Corrected",
    UpdateKind.REOPENED: "Reopened",
    UpdateKind.RECURRING: "Recurring",
    UpdateKind.RESOLVED: "Resolved",
    UpdateKind.RETRACTED: "Retracted",
    UpdateKind.MERGED: "Merged",
    UpdateKind.SEPARATED: "Separated",
}


def comment_of(update: IncidentUpdate) -> str:
    """The line as one paragraph, what was said publicly as a quotation, and its links.

    As in: **Severity** critical, 2026-03-02 14:05:10 UTC: critical: 40 % of withdrawals fail.
    """
    incident = update.incident
    state = {
        UpdateKind.SEVERITY: f" {incident.severity or 'pending'}",
        UpdateKind.STATUS: f" {incident.status}",
    }.get(update.kind, "")
    author = "" if update.author == "tocsin" else f" by {plain(update.author)}"
    said = f"**{_TITLES[update.kind]}**{state}{author}, {update.at:%Y-%m-%d %H:%M:%S} UTC: {plain(update.reason)}"
    quoted = [f"> {plain(line)}" if line.strip() else ">" for line in update.message.splitlines()]
    links = [f"[{plain(title)}]({link_target(url)})" for title, url in update.links if link_target(url)]
    return "\n\n".join(part for part in (said, "\n".join(quoted), ", ".join(links)) if part)
