"""The public status page: from public incidents, planned work and measurements to static files and feeds.

Nothing here knows an internal name. Adapters in `publishers` put the files in their place; reading the store and
deciding when to publish belong in `tocsin.page`.
"""
