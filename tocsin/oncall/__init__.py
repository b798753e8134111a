"""On call: who is notified of an incident until somebody acknowledges it, and how that leaves.

Belongs here: escalations of stored incidents, the messages to people on call, the links in them. Not here: what decides
(`incidents.oncall`), acknowledging itself (`response`).
"""
