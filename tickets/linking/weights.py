"""The weight of each piece of evidence, in natural-log odds.

Fitted by `benchmarks/fit_linking.py` as a penalised multinomial logit (McFadden 1974) over labelled days of tickets,
then rounded.
"""

from collections.abc import Mapping
from types import MappingProxyType

BIAS = -1.4
WEIGHTS: Mapping[str, float] = MappingProxyType(
    {
        "form same": 1.6,
        "form other": -1.4,
        "asset field same": 0.0,
        "asset field other": -1.1,
        "asset text same": 0.6,
        "asset text other": -2.4,
        "network field same": 0.0,
        "network field other": -0.8,
        "network text same": 0.2,
        "network text other": -1.5,
        "topic same": 0.5,
        "topic other": -1.5,
        "topic mixed": 0.1,
        "direction opposite": -1.1,
        "symptom same": 1.4,
        "symptom sharp": 0.7,
        "symptom other": -0.1,
        "symptom none": -0.3,
        "words title": 0.8,
        "words public": 0.4,
        "country same": 1.2,
        "country other": -3.1,
        "question": -1.4,
        "own mistake": -2.4,
        "another matter": -2.6,
        "security": -4.4,
        "says nothing": 0.9,
        "topic unsaid": 0.0,
        "asks again": 0.8,
        "over": -0.8,
        "account hit": 1.8,
        "account named": 0.0,
        "account late": 1.0,
        "account done": -3.5,
        "account elsewhere": -3.3,
        "account nothing": -3.2,
        "account empty": 0.3,
        "earlier same": 3.0,
        "earlier other": -1.0,
        "account hit and elsewhere": -0.3,
    }
)
