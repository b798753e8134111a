"""The weight of each piece of evidence, in natural-log odds.

Fitted as a penalised multinomial logit (McFadden 1974) over labelled days of tickets: nine times, each without a fifth
of the wordings or a quarter of the incidents and without the phrases that only those have, then averaged and rounded.
"""

from collections.abc import Mapping
from types import MappingProxyType

BIAS = -0.4
WEIGHTS: Mapping[str, float] = MappingProxyType(
    {
        "form same": 1.2,
        "form other": -1.4,
        "asset field other": -0.9,
        "asset text same": 0.8,
        "asset text other": -2.1,
        "network field other": -1.0,
        "asset text mixed": -0.4,
        "network text same": 0.2,
        "network text mixed": -1.0,
        "nothing ties": -1.0,
        "question alone": -0.8,
        "network text other": -2.0,
        "topic same": 0.3,
        "topic other": -1.3,
        "direction opposite": -0.8,
        "symptom same": 0.9,
        "symptom other": -0.8,
        "symptom none": -0.5,
        "words title": 0.8,
        "words public": 0.8,
        "country same": 1.2,
        "country other": -3.3,
        "question": -2.3,
        "own mistake": -2.6,
        "another matter": -2.6,
        "security": -6.0,
        "says nothing": 1.0,
        "asks again": 0.8,
        "over": -0.9,
        "account hit": 2.4,
        "account late": 1.5,
        "account done": -3.2,
        "account elsewhere": -3.4,
        "account nothing": -3.3,
        "account empty": 0.7,
        "earlier same": 3.1,
        "earlier other": -1.1,
        "account hit and elsewhere": -1.0,
    }
)
