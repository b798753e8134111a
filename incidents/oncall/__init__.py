"""Who is on call and who is notified of an incident: schedules, escalation policies, routes, digests in a storm."""
