"""What many rooms need: loops to wake, our metrics, what is remembered of a watch, public text.

Belongs here: a value or a question that at least two of the rooms above use. Not here: anything that decides or sends.
"""
