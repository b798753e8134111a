"""The public English sentences as the translators last read them: tests/reread.txt.

Each line holds a sentence's catalogue, its key and a digest of its words. A sentence whose words changed since has
translations that nobody has read against it. Reread them in all languages, mend them, and then

python -m tests.reread > tests/reread.txt
"""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from incidents import wording
from statuspage import phrases
from statuspage.subscriptions import phrases as subscription_phrases

DOCUMENT = Path(__file__).with_name("reread.txt")
CATALOGUES: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "incidents": wording.LANGUAGES,
    "statuspage": phrases.LANGUAGES,
    "subscriptions": subscription_phrases.LANGUAGES,
}
"""Every catalogue of public words: language -> key -> sentence."""


def lines() -> list[str]:
    """The document of today's English."""
    return [
        f"{name} {key} {sha256(text.encode()).hexdigest()[:12]}"
        for name, languages in CATALOGUES.items()
        for key, text in languages["en"].items()
    ]


if __name__ == "__main__":
    print("\n".join(lines()))
