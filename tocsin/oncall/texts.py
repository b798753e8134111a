"""What a notification says: by the configured template, or by the usual words, also where the template fails."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import escape

from incidents.incident import Incident, Severity
from incidents.oncall.notice import OncallMessage
from incidents.severity import rank_of
from tickets.mail.message import Mail
from tocsin.context.public_text import mail_domain
from tocsin.oncall.links import acknowledge_url
from tocsin.oncall.oncall import Oncall

LISTED = 10
"""Incidents that a digest names."""
TEXT_MAX = 20_000
"""Characters of a text that leave."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OncallText:
    """What a message says. problem: why the configured text could not be made; "" = it was, or there is none."""

    subject: str
    text: str
    problem: str = ""


def text_of(oncall: Oncall, message: OncallMessage, incidents: Sequence[Incident], now: datetime) -> OncallText:
    """The subject and the text about these incidents, which are the message's as they stand now."""
    if message.follows:
        return _end(incidents)
    if len(incidents) != 1:
        return _digest(oncall, message, incidents)
    (incident,) = incidents
    subject = f"{incident.reference} {_severity(incident)}: {_plain(incident.title)}"
    usual = _usual(oncall, message, incident, now)
    if not oncall.text:
        return OncallText(subject=subject, text=usual)
    made, problem = _made(oncall.text, _values(oncall, message, incident, now))
    return OncallText(subject=subject, text=usual if problem else made, problem=problem)


def text_problem(text: str, now: datetime) -> str:
    """Why a configured text cannot be made of an incident with much evidence, or of one with none; "" = it can be."""
    bare: dict[str, Any] = {
        "reference": "INC-17",
        "title": "Bitcoin withdrawals are slow",
        "severity": "severity pending",
        "status": "detected",
        "kind": "delay",
        "component": "withdrawals/BTC/bitcoin",
        "components": ("withdrawals/BTC/bitcoin",),
        "evidence": (),
        "started_at": now,
        "minutes": 0,
        "person": "ann",
        "acknowledge_url": "https://desk.example.com/oncall/x",
        "incident_url": "https://desk.example.com/console/incidents/x",
    }
    full = {**bare, "severity": "major", "evidence": ("Processing time, p95: 812 s", "Queue: 310"), "minutes": 12}
    return next((problem for values in (full, bare) if (problem := _made(text, values)[1])), "")


def _made(text: str, values: dict[str, Any]) -> tuple[str, str]:
    """What a template makes of the values; or "" and why it fails."""
    try:
        made = _environment().from_string(text).render(values)
    except (TemplateError, ArithmeticError, ValueError, TypeError, LookupError, AttributeError) as error:
        return "", f"{type(error).__name__}: {error}"[:500]
    return (made[:TEXT_MAX], "") if made.strip() else ("", "ValueError: it makes an empty text")


def payload_of(
    oncall: Oncall, message: OncallMessage, incidents: Sequence[Incident], said: OncallText
) -> dict[str, object]:
    """The same for a program; docs/oncall.md documents it. Of a digest the first hundred incidents."""
    return {
        "type": "oncall.end" if message.follows else "oncall.digest" if message.is_digest else "oncall.notification",
        "timestamp": message.at.isoformat(),
        "data": {
            "id": message.follows or message.id,
            "person": message.person,
            "subject": said.subject,
            "text": said.text,
            "acknowledge_url": acknowledge_url(oncall, message),
            "count": len(incidents),
            "incidents": [
                {
                    "id": incident.id,
                    "reference": incident.reference,
                    "title": incident.title,
                    "severity": incident.severity.value if incident.severity else None,
                    "status": incident.status.value,
                    "component": incident.component,
                    "started_at": incident.started_at.isoformat(),
                    "url": _incident_url(oncall, incident),
                }
                for incident in _worst_first(incidents)[:100]
            ],
        },
    }


def mail_of(oncall: Oncall, message: OncallMessage, said: OncallText, to: str) -> Mail:
    """The same as a mail; those of one incident are one thread."""
    domain = mail_domain(oncall.public_url)
    lines = "".join(f"<p>{_linked(line)}</p>" for line in said.text.splitlines() if line.strip())
    return Mail(
        key=f"oncall:{message.id}",
        to=to,
        subject=said.subject,
        text=said.text,
        html=f'<!doctype html><html lang="en"><body>{lines}</body></html>',
        message_id=f"<oncall.{message.id}@{domain}>",
        references=() if message.is_digest else (f"<oncall.incident.{message.incidents[0]}@{domain}>",),
        incident_id=None if message.is_digest else message.incidents[0],
    )


def _usual(oncall: Oncall, message: OncallMessage, incident: Incident, now: datetime) -> str:
    values = _values(oncall, message, incident, now)
    more = f" and {len(incident.components) - 1} more" if len(incident.components) > 1 else ""
    evidence = "".join(f"- {line}\n" for line in values["evidence"][:5])
    return (
        f"{incident.reference}, {_severity(incident)}: {_plain(incident.title)}\n\n"
        f"Since {incident.started_at:%Y-%m-%d %H:%M} UTC, {values['minutes']} min ago. "
        f"At fault, as far as is known: {incident.component}{more}.\n"
        f"{evidence}\n"
        "Nobody has acknowledged it yet.\n\n"
        f"Acknowledge: {values['acknowledge_url']}\n"
        f"Incident: {values['incident_url']}\n"
    )


def _values(oncall: Oncall, message: OncallMessage, incident: Incident, now: datetime) -> dict[str, Any]:
    """What a template may say."""
    return {
        "reference": incident.reference,
        "title": _plain(incident.title),
        "severity": _severity(incident),
        "status": incident.status.value,
        "kind": incident.kind.value,
        "component": incident.component,
        "components": incident.components,
        "evidence": tuple(_plain(signal.title) for signal in incident.lasting),
        "started_at": incident.started_at,
        "minutes": max(0, (now - incident.started_at) // timedelta(minutes=1)),
        "person": message.person,
        "acknowledge_url": acknowledge_url(oncall, message),
        "incident_url": _incident_url(oncall, incident),
    }


def _digest(oncall: Oncall, message: OncallMessage, incidents: Sequence[Incident]) -> OncallText:
    counted = Counter(_severity(incident) for incident in incidents)
    order = [*reversed(Severity), "severity pending"]
    kinds = ", ".join(f"{counted[one]} {one}" for one in order if counted[one])
    worst = _worst_first(incidents)
    lines = [
        f"- {one.reference}, {_severity(one)}: {_plain(one.title)} ({_incident_url(oncall, one)})"
        for one in worst[:LISTED]
    ]
    if len(worst) > LISTED:
        lines.append(f"- and {len(worst) - LISTED} more: {oncall.public_url}/console")
    text = "\n".join(
        [
            f"{len(incidents)} incidents wait for somebody: {kinds}.",
            "",
            *lines,
            "",
            f"Acknowledge all {len(incidents)}: {acknowledge_url(oncall, message)}",
            "",
        ]
    )
    return OncallText(subject=f"{len(incidents)} incidents: {kinds}", text=text)


def _end(incidents: Sequence[Incident]) -> OncallText:
    """Nobody is needed any more."""
    if len(incidents) != 1:
        said = f"{len(incidents)} incidents: somebody works on each, or it is over"
        return OncallText(subject=said, text=f"{said}.\n")
    (incident,) = incidents
    state = "somebody works on it" if incident.is_active else "it is over"
    return OncallText(
        subject=f"{incident.reference}: {state}",
        text=f"{incident.reference}, {_severity(incident)}: {_plain(incident.title)}\n\nNow {state}.\n",
    )


def _worst_first(incidents: Sequence[Incident]) -> list[Incident]:
    return sorted(incidents, key=lambda incident: -rank_of(incident.severity))


def _severity(incident: Incident) -> str:
    return incident.severity.value if incident.severity else "severity pending"


def _plain(text: str) -> str:
    """In one line: a title comes from labels, and a subject with a line end is no subject."""
    return " ".join(text.split())[:300]


def _incident_url(oncall: Oncall, incident: Incident) -> str:
    return f"{oncall.public_url}/console/incidents/{incident.id}"


def _linked(line: str) -> str:
    """A line as HTML; an address at its end becomes a link."""
    before, found, address = line.rpartition("http")
    if not found or not address.startswith(("://", "s://")) or " " in address:
        return str(escape(line))
    url, closing = (f"http{address[:-1]}", ")") if address.endswith(")") else (f"http{address}", "")
    return f'{escape(before)}<a href="{escape(url)}">{escape(url)}</a>{closing}'


def _environment() -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
