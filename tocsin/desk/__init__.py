"""Receive: takes in customers' tickets, routes, links and answers them, and settles them with their incident.

Belongs here: everything that changes a customer's ticket. Not here: forms and pages (`web`), sending mail (`delivery`).
"""
