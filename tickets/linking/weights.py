"""How much each piece of evidence weighs, in natural-log odds.

Fitted by `benchmarks/fit_linking.py` as a penalised multinomial logit (McFadden 1974) over labelled days of tickets,
then rounded.
"""

from collections.abc import Mapping
from types import MappingProxyType

BIAS = -1.6
WEIGHTS: Mapping[str, float] = MappingProxyType(
    {
        "form same": 1.5,
        "form other": -1.2,
        "asset field same": 0.0,
        "asset field other": -1.5,
        "asset text same": 0.5,
        "asset text other": -2.2,
        "network field same": 0.0,
        "network field other": -1.3,
        "network text same": 0.3,
        "network text other": -1.5,
        "topic same": 0.5,
        "topic other": -0.9,
        "topic mixed": 0.0,
        "direction opposite": -1.3,
        "symptom same": 1.4,
        "symptom sharp": 0.7,
        "symptom other": -0.4,
        "symptom none": -0.3,
        "country same": 1.2,
        "country other": -2.6,
        "question": -1.2,
        "own mistake": -1.9,
        "another matter": -2.2,
        "security": -3.7,
        "says nothing": 0.8,
        "topic unsaid": 0.2,
        "asks again": 0.7,
        "over": -0.7,
        "account hit": 1.9,
        "account named": 0.1,
        "account late": 1.5,
        "account done": -2.2,
        "account elsewhere": -2.6,
        "account nothing": -2.5,
        "account empty": 0.0,
        "earlier same": 3.0,
        "earlier other": -1.0,
        "account hit and elsewhere": -0.3,
    }
)
