"""The drafts of a postmortem: what the timeline says, unknown where it is silent, and nothing private."""

from dataclasses import replace
from datetime import timedelta

from dashboards.first_notice import NoticeFacts
from dashboards.incident_fact import IncidentFact, fold
from dashboards.postmortem import IncidentTimes, postmortem_draft, public_draft, times_of
from incidents.change import ChangeKind, ReportedChange, SuspectChange, suspect_changes
from incidents.disclosure import public_incident
from incidents.incident import EndReason, IncidentUpdate, Severity, UpdateKind
from incidents.lifecycle import TO_WRITE, acknowledge, add_note, monitor, resolve, set_severity
from incidents.public import DisclosureSettings
from tests.incidents.build import at, exchange, signal
from tests.incidents.timeline import Timeline

BTC = "withdrawals/BTC/bitcoin"


def story() -> list[IncidentUpdate]:
    """A signal opens it after half a minute; it is taken on, worked on and resolved by people."""
    played = Timeline([signal(BTC, 0, end=1500, visible=True)]).play(5)
    played.act(lambda i: acknowledge(i, "mara", at(330), "Anna Muster called from +41 44 123 45 67"))
    played.act(lambda i: set_severity(i, Severity.MAJOR, "mara", at(340), "Anna Muster is angry"))
    played.act(lambda i: add_note(i, "Anna Muster, anna@example.com, waits", "mara", at(400)))
    played.act(lambda i: monitor(i, "mara", at(900)))
    played.play(30)
    played.act(lambda i: resolve(i, EndReason.FIXED, "mara", at(1860)))
    return [replace(line, incident=replace(line.incident, number=17)) for line in played.lines]


def fact(lines: list[IncidentUpdate]) -> IncidentFact:
    found: IncidentFact | None = None
    for line in lines:
        found = fold(found, line)
    assert found is not None
    return found


def draft(
    lines: list[IncidentUpdate],
    suspects: tuple[SuspectChange, ...] | None = None,
    *,
    tickets: int = 4,
    entries: int = 0,
) -> str:
    facts = NoticeFacts(
        timeline=lines,
        graph=exchange(),
        linked_tickets=tickets,
        public_url="https://tocsin.example",
        page_url="https://status.example/incidents/x.html",
    )
    return postmortem_draft(facts, at(2000), suspects=suspects, entries=entries)


def section(text: str, title: str) -> str:
    return text.partition(f"## {title}\n")[2].partition("\n## ")[0]


def test_the_times_are_those_of_the_timeline() -> None:
    lines = story()
    opened = lines[0].at
    assert times_of(fact(lines)) == IncidentTimes(
        detect=opened - at(0),
        acknowledge=at(330) - opened,
        mitigate=at(900) - opened,
        resolve=at(1860) - opened,
    )


def test_what_is_unknown_is_never_zero() -> None:
    (opened, *_) = story()
    times = section(draft([opened]), "Times")
    assert times.count("unknown") == 3
    by_hand = replace(opened, incident=replace(opened.incident, opened_by="mara"))
    assert section(draft([by_hand]), "Times").count("unknown") == 4
    assert " 0 s" not in times


def test_a_time_that_clocks_turn_round_is_not_negative() -> None:
    early = replace(fact(story()), acknowledged_at=at(-60))
    assert times_of(early).acknowledge == timedelta(0)


def test_every_line_of_the_timeline_is_there_and_leads_to_itself() -> None:
    lines = story()
    shown = section(draft(lines), "Timeline")
    for line in lines:
        if line.kind is not UpdateKind.SIGNALS:
            assert f"#line-{line.seq})" in shown, line.kind
    assert "**acknowledged**, by a person" in shown
    assert "**severity major**, by a person" in shown


def test_lines_about_evidence_in_a_row_are_one() -> None:
    lines = story()
    more = [
        replace(lines[0], seq=len(lines) + n, at=at(3000 + n), kind=UpdateKind.SIGNALS, reason="one more")
        for n in range(1, 400)
    ]
    shown = section(draft([*lines, *more]), "Timeline")
    assert shown.count("one more") == 1
    assert "(398 more until" in shown


def test_what_people_wrote_for_each_other_is_not_repeated() -> None:
    text = draft(story())
    assert "Anna" not in text
    assert "anna@" not in text
    assert "+41" not in text
    assert "mara" not in text


def test_the_impact_counts_and_links() -> None:
    lines = story()
    impact = section(draft(lines, tickets=12, entries=1), "Impact")
    assert "- Components: Bitcoin withdrawals" in impact
    assert f"[12 linked](https://tocsin.example/desk/incidents/{lines[0].incident.id})" in impact
    assert "[the page](https://status.example/incidents/x.html) since" in impact
    assert "1 entry" in impact
    secret = [replace(line, incident=replace(line.incident, disclosed_at=None)) for line in lines]
    assert "- Public: never" in section(draft(secret), "Impact")


def test_suspect_changes_are_named_and_their_absence_is_said() -> None:
    lines = story()
    change = ReportedChange(
        id="c",
        kind=ChangeKind.DEPLOY,
        title="Wallet *2.1* for anna@example.com",
        at=at(-180),
        components=(BTC,),
        sender="ci",
    )
    suspects = suspect_changes([change], lines[-1].incident, exchange())
    shown = section(draft(lines, suspects), "Suspect changes")
    assert r"deploy Wallet \*2.1\* for \[e-mail\], 3 min before the first sign" in shown
    assert "None: no reported change is as likely as 30 %" in section(draft(lines, ()), "Suspect changes")
    assert "nobody reports changes" in section(draft(lines, None), "Suspect changes")


def test_people_find_headings_to_fill_in() -> None:
    text = draft(story())
    for title in ("What went well", "What went badly", "What changes"):
        assert section(text, title).strip() == TO_WRITE


def test_the_public_draft_has_public_words_alone() -> None:
    lines = story()
    outside = public_incident(lines, exchange(), "en", DisclosureSettings())
    assert outside is not None
    text = public_draft(outside, exchange())
    assert "Bitcoin withdrawals" in text
    assert "was over at 2026-03-02 14:31:00 UTC" in text
    assert text.count(TO_WRITE) == 2
    for inside in (BTC, "latency", "mara", "Anna", "INC-17", "severity", "weight"):
        assert inside not in text
