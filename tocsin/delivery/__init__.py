"""Deliver: what is recorded leaves the house, in order, again after a failure, and counted.

Belongs here: the one way out (cursor, attempts, waiting, giving up) and the queues that use it. Not here: what a
message says, which is its sender's.
"""
