"""What many rooms need: built services, the contracts between rooms, our metrics, recent samples, public text.

Belongs here: a value or a question that at least two of the rooms above use. Not here: anything that decides or sends.
"""
