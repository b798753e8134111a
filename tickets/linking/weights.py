"""How much each piece of evidence weighs, in natural-log odds.

Fitted by `benchmarks/fit_linking.py` as a penalised multinomial logit (McFadden 1974) over labelled days of tickets,
then rounded.
"""

from collections.abc import Mapping
from types import MappingProxyType

BIAS = -3.0
WEIGHTS: Mapping[str, float] = MappingProxyType(
    {
        "form same": 1.0,
        "form other": -1.5,
        "asset field same": 0.5,
        "asset field other": -2.5,
        "asset text same": 0.7,
        "asset text other": -2.0,
        "network field same": 0.7,
        "network field other": -2.5,
        "network text same": 0.5,
        "network text other": -1.5,
        "topic same": 1.2,
        "topic other": -1.5,
        "topic mixed": -0.3,
        "direction opposite": -1.5,
        "symptom same": 0.8,
        "symptom sharp": 1.0,
        "symptom other": -1.0,
        "symptom none": -0.5,
        "country same": 1.5,
        "country other": -2.0,
        "question": -0.7,
        "own mistake": -1.5,
        "another matter": -1.5,
        "security": -3.0,
        "says nothing": 0.0,
        "topic unsaid": 0.0,
        "asks again": 0.3,
        "over": -0.7,
        "account hit": 3.0,
        "account named": 0.7,
        "account late": 1.5,
        "account done": -1.5,
        "account elsewhere": -1.5,
        "account nothing": -1.0,
        "account empty": -0.3,
        "account hit and elsewhere": -0.3,
    }
)
