"""Publish: the disclosed incidents become the public page, which passes the leak check and goes to each of its places.

Belongs here: making an edition, checking it, its targets. Not here: how a page looks (the package `statuspage`), and
who subscribes to it (`subscriptions`).
"""
