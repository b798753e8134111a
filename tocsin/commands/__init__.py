"""The command line's commands, one file each; `tocsin.cli` only names them.

Belongs here: what a command asks, calls and prints. Not here: anything that the running service needs too.
"""
