"""A status page of the same incidents made by Hugo: a page an incident, a page a component, a list by month, an index.

Written for this benchmark, in the plainest templates that tell the same: cState's own theme is in no package registry;
this stands for the way in which it works (one Markdown file an incident, everything built anew at each change), not for
its speed.
"""

import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

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


def write_site(folder: Path, of: Sequence[PublicIncident]) -> None:
    """The site's sources."""
    layouts, issues = folder / "layouts" / "_default", folder / "content" / "issues"
    layouts.mkdir(parents=True)
    issues.mkdir(parents=True)
    (folder / "config.toml").write_text(CONFIG)
    for name, text in (("baseof", BASE), ("single", SINGLE), ("list", LIST)):
        (layouts / f"{name}.html").write_text(text)
    (folder / "layouts" / "index.html").write_text(INDEX)
    for incident in of:
        (issues / f"{incident.id}.md").write_text(_issue(incident))


def build(folder: Path) -> float | None:
    """Seconds of one whole build; None without Hugo."""
    program = shutil.which("hugo")
    if program is None:
        return None
    start = time.perf_counter()
    subprocess.run([program, "--quiet"], cwd=folder, check=True, timeout=600)
    return time.perf_counter() - start


def _issue(incident: PublicIncident) -> str:
    names = ", ".join(f'"{name}"' for name, _ in incident.statuses)
    said = "\n\n".join(f"**{u.phase}** {u.at:%d %b %H:%M}: {u.body}\n\n{u.message}" for u in incident.updates)
    return (
        f'---\ntitle: "{incident.title}"\ndate: {incident.started_at:%Y-%m-%dT%H:%M:%SZ}\n'
        f'resolved: "{incident.resolved_at:%d %b %Y %H:%M}"\nseverity: {incident.severity}\n'
        f'affected: [{names}]\nmonth: ["{incident.started_at:%Y-%m}"]\n---\n{said}\n'
    )
