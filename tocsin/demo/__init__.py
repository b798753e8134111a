"""A simulated exchange with faults and customers, for `tocsin demo` and for tests.

It knows Tocsin only by HTTP, as a real exchange would, and imports nothing of it. The process that starts both and
judges the result is `tocsin.story`.
"""
