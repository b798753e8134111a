"""Where words begin and end, in every script that has letters."""

import re

MARKS = "\u0900-\u0963\u0966-\u0dff\u0e00-\u0e7f"
r"""The scripts of India and Thai, whose vowels are signs on letters: \w takes them for the end of a word."""
WORD = re.compile(rf"[\w{MARKS}]+")
