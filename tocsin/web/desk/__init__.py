"""The support agents' pages under /desk."""
