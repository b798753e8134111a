"""Place: waiting signals become incidents and their updates; engineers act on incidents here.

Belongs here: placing, reminders, incident actions, planned work, the engineering ticket. Not here: what customers are
notified (`desk`), and how an update leaves (`delivery`).
"""
