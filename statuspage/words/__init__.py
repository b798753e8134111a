"""The page's own words: one module per language."""
