"""The weight of each piece of evidence, in natural-log odds.

Fitted as a penalised multinomial logit (McFadden 1974) over labelled days of tickets: nine times, each without a fifth
of the wordings or a quarter of the incidents and without the phrases that only those have, then averaged and rounded.
The constant lies between the fit with a suspicion of security (0.6) and the one without (0.1).
"""

from collections.abc import Mapping
from types import MappingProxyType

BIAS = 0.3
WARY = -3.3
"""What is added to the log odds of a ticket that is surely a case of security, law or despair."""
WEIGHTS: Mapping[str, float] = MappingProxyType(
    {
        "form same": 1.4,
        "form other": -1.7,
        "asset field other": -0.9,
        "asset text same": 1.0,
        "asset text other": -2.2,
        "network field other": -1.1,
        "asset text mixed": -0.5,
        "network text same": 0.1,
        "network text mixed": -1.2,
        "nothing ties": -1.0,
        "question alone": -0.7,
        "network text other": -2.1,
        "topic same": 0.3,
        "topic other": -1.3,
        "direction opposite": -0.7,
        "symptom same": 1.0,
        "symptom other": -0.7,
        "symptom none": -0.2,
        "words title": 0.8,
        "words public": 0.8,
        "country same": 1.5,
        "country other": -3.6,
        "question": -2.3,
        "own mistake": -2.6,
        "another matter": -2.7,
        "security": -6.0,
        "reads question": -2.6,
        "reads own mistake": -2.3,
        "reads another matter": -2.0,
        "says nothing": 0.8,
        "asks again": 0.6,
        "over": -0.9,
        "account hit": 2.6,
        "account late": 1.5,
        "account done": -3.3,
        "account elsewhere": -3.8,
        "account nothing": -3.6,
        "account empty": 0.7,
        "earlier same": 3.2,
        "earlier other": -0.8,
        "account hit and elsewhere": -1.0,
    }
)
