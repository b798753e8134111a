"""The only constructor of adapters: a configuration becomes services, and a reload becomes other services.

Belongs here: building. Not here: deciding, running, or reading the configuration file (`config`).
"""
