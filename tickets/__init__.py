"""Customers' tickets: routing, guard, linking, dampening and mail; and the engineering ticket's text. Pure.

Adapters (account API, SMTP, mailbox) are the only I/O. The database and the web belong in `tocsin`.
"""
