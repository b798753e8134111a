"""The HTTP surfaces: console (engineers), desk (agents), portal (customers and readers), api (machines).

Routes read requests and write answers. Decisions belong in the rooms below; what the surfaces share is in `http`.
"""
