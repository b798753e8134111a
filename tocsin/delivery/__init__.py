"""Deliver: recorded messages are sent in order, retried after a failure, and counted.

Belongs here: the one loop that everything leaves by (`channel`), and the queues that are nobody else's: updates to
sinks, mail. Not here: what a message says, which is its sender's; and the channels of the page's targets (`page`) and
of its subscribers (`subscriptions`), which fit the loop without knowing it.
"""
