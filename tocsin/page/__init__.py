"""Publish: disclosed incidents become the public page, which is checked for leaks and published to each target.

Belongs here: making an edition, checking it, its targets. Not here: how a page looks (the package `statuspage`), and
who subscribes to it (`subscriptions`).
"""
