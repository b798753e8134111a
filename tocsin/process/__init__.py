"""The running process: the lease, the schedule, the loops, the web server, and their clean end.

Belongs here: threads, signals and timing. Not here: the work that a loop does, which is in the room of its story.
"""
