"""Place: waiting signals become incidents and their updates; what engineers do with them.

Belongs here: placing, reminders, incident actions, planned work, the engineering ticket. Not here: what customers are
told (`desk`), and how an update leaves (`delivery`).
"""
