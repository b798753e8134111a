"""The public words of incidents: one module per language."""
