"""The HTTP API for machines: tickets, incidents, subscriptions, trading modes, health, OpenAPI document."""
