"""A status page of the same incidents made by Hugo: everything is built anew at each change.

Where TOCSIN_CSTATE names a folder with cState's theme (a checkout of it), that theme builds it, from files in cState's
own form. Otherwise it is a plain site, written for this benchmark in the plainest templates that tell the same: it
stands for the way in which cState works (one Markdown file an incident), not for its speed.
"""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from incidents.component import Component
from incidents.public import PublicIncident

CONFIG = """\
baseURL = "https://status.example.com/"
title = "Example Exchange Status"
disableKinds = ["RSS"]
[taxonomies]
affected = "affected"
month = "month"
"""
BASE = """\
<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{{ .Title }}</title></head><body>
<h1>{{ .Title }}</h1>{{ block "main" . }}{{ end }}</body></html>
"""
SINGLE = """\
{{ define "main" }}<p>{{ .Params.severity }}: {{ .Date.Format "2 Jan 2006, 15:04" }} to {{ .Params.resolved }}</p>
{{ .Content }}{{ range .Params.affected }}<a href="/affected/{{ . | urlize }}/">{{ . }}</a>{{ end }}{{ end }}
"""
LIST = """\
{{ define "main" }}{{ range .Pages }}<h2><a href="{{ .RelPermalink }}">{{ .Title }}</a></h2>
<p>{{ .Date.Format "2 Jan 2006, 15:04" }}</p>{{ .Summary }}{{ end }}{{ end }}
"""
INDEX = """\
{{ define "main" }}{{ range first 50 (where .Site.RegularPages "Section" "issues") }}
<h2><a href="{{ .RelPermalink }}">{{ .Title }}</a></h2><p>{{ .Date.Format "2 Jan 2006, 15:04" }}</p>{{ end }}{{ end }}
"""


CSTATE_OUTPUTS = {
    "page": ["html", "json"],
    "section": ["html", "json", "rss"],
    "home": ["html", "json", "rss", "svg"],
    "term": ["html", "json", "rss", "svg"],
}
"""What cState's example configuration has Hugo write."""


def theme() -> Path | None:
    """The folder of cState's theme that TOCSIN_CSTATE names; None without one.

    Raises:
        FileNotFoundError: it has no template of an incident.
    """
    named = os.environ.get("TOCSIN_CSTATE")
    if not named:
        return None
    folder = Path(named).resolve()
    single = folder / "layouts" / "issues" / "single.html"
    if not single.is_file():
        raise FileNotFoundError(f"TOCSIN_CSTATE is {named}: expected a checkout of cState, but {single} is not there")
    return folder


def write_site(folder: Path, of: Sequence[PublicIncident], over: Sequence[Component], cstate: Path | None) -> None:
    """The site's sources: in cState's form with its theme, or the plain site's."""
    issues = folder / "content" / "issues"
    issues.mkdir(parents=True)
    if cstate:
        titles = {component.name: component.title for component in over}
        (folder / "config.json").write_text(json.dumps(_cstate_config(over, cstate)))
        for incident in of:
            (issues / f"{incident.id}.md").write_text(_cstate_issue(incident, titles))
        return
    layouts = folder / "layouts" / "_default"
    layouts.mkdir(parents=True)
    (folder / "config.toml").write_text(CONFIG)
    for name, text in (("baseof", BASE), ("single", SINGLE), ("list", LIST)):
        (layouts / f"{name}.html").write_text(text)
    (folder / "layouts" / "index.html").write_text(INDEX)
    for incident in of:
        (issues / f"{incident.id}.md").write_text(_issue(incident))


def build(folder: Path) -> tuple[float, float] | None:
    """Seconds of one whole build, on the wall and of the processor; None without Hugo."""
    program = shutil.which("hugo")
    if program is None:
        return None
    start, before = time.perf_counter(), os.times()
    subprocess.run([program, "--quiet"], cwd=folder, check=True, timeout=600)
    after = os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return time.perf_counter() - start, used


def _cstate_config(over: Sequence[Component], cstate: Path) -> dict[str, object]:
    return {
        "title": "Example Exchange Status",
        "baseURL": "https://status.example.com/",
        "languageCode": "en",
        "defaultContentLanguage": "en",
        "theme": cstate.name,
        "themesDir": str(cstate.parent),
        "preserveTaxonomyNames": True,
        "taxonomies": {"affected": "affected"},
        "outputs": CSTATE_OUTPUTS,
        "outputFormats": {"svg": {"isPlainText": True, "mediaType": "image/svg+xml"}},
        "params": {
            "categories": [{"name": group} for group in dict.fromkeys(c.group for c in over)],
            "systems": [{"name": c.title, "category": c.group} for c in over],
            "description": "What happened to our services.",
            "dateFormat": "January 2, 2006 at 3:04 PM",
            "shortDateFormat": "15:04 — Jan 2",
            "useRelativeTime": True,
            "enableLastMod": True,
            "incidentHistoryFormat": "yearly",
            "incidentPostsPerPage": 5,
            "logo": "logo.png",
            "brand": "#0a0c0f",
            "ok": "#008000",
            "disrupted": "#cc4400",
            "down": "#e60000",
            "notice": "#24478f",
            "alwaysKeepBrandColor": True,
            "headerTextColor": "white",
            "googleAnalytics": "UA-00000000-1",
        },
    }


def _cstate_issue(incident: PublicIncident, titles: dict[str, str]) -> str:
    told = {
        "title": incident.title,
        "date": f"{incident.started_at:%Y-%m-%dT%H:%M:%SZ}",
        "resolved": incident.resolved_at is not None,
        "resolvedWhen": f"{incident.resolved_at:%Y-%m-%dT%H:%M:%SZ}" if incident.resolved_at else "",
        "severity": "disrupted",
        "affected": [titles[name] for name, _ in incident.statuses],
        "section": "issue",
    }
    lines = "\n".join(f"{key}: {json.dumps(value)}" for key, value in told.items())
    return f"---\n{lines}\n---\n{_said(incident)}\n"


def _said(incident: PublicIncident) -> str:
    return "\n\n".join(f"**{u.phase}** {u.at:%d %b %H:%M}: {u.body}\n\n{u.message}" for u in incident.updates)


def _issue(incident: PublicIncident) -> str:
    names = ", ".join(f'"{name}"' for name, _ in incident.statuses)
    return (
        f'---\ntitle: "{incident.title}"\ndate: {incident.started_at:%Y-%m-%dT%H:%M:%SZ}\n'
        f'resolved: "{incident.resolved_at:%d %b %Y %H:%M}"\nseverity: {incident.severity}\n'
        f'affected: [{names}]\nmonth: ["{incident.started_at:%Y-%m}"]\n---\n{_said(incident)}\n'
    )
