"""Shared by many rooms: loops that can be woken, Tocsin's own metrics, the memory of watches, public text.

Belongs here: a value or a question that at least two of the rooms above use. Not here: anything that decides or sends.
"""
