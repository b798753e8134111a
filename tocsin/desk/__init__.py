"""Receive: a customer's ticket is taken in, routed, linked, answered, and settled with its incident.

Belongs here: everything that changes a customer's ticket. Not here: forms and pages (`web`), sending mail (`delivery`).
"""
