"""The words of subscriptions: one module per language."""
