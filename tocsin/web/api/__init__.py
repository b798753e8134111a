"""What machines call: tickets, incidents, subscriptions, trading modes, health, and the OpenAPI document."""
