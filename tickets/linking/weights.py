"""The weight of each piece of evidence, in natural-log odds.

Fitted as a penalised multinomial logit (McFadden 1974) over labelled days of tickets: ten times, each without a fifth
of the wordings or of the incidents and without the phrases that only those have, then averaged and rounded
(`benchmarks/fit_linking.py`). "nothing compared" and "alike alone" come from our own messages beside our own public
words (`benchmarks/fit_likeness.py`).
"""

from collections.abc import Mapping
from types import MappingProxyType

BIAS = 0.4
WEIGHTS: Mapping[str, float] = MappingProxyType(
    {
        "form same": 1.3,
        "form other": -1.9,
        "asset field other": -0.7,
        "asset text same": 1.1,
        "asset text other": -2.3,
        "network field other": -1.0,
        "asset text mixed": -0.6,
        "network text same": 0.1,
        "network text mixed": -1.4,
        "nothing ties": -1.1,
        "question alone": -0.6,
        "network text other": -2.1,
        "topic same": 0.0,
        "topic other": -1.3,
        "direction opposite": -0.6,
        "symptom same": 0.9,
        "symptom other": -0.7,
        "symptom none": -0.1,
        "alike in words": 0.6,
        "alike in meaning": 0.7,
        "nothing compared": -1.9,
        "alike alone": 6.0,
        "country same": 1.6,
        "country other": -4.0,
        "question": -2.1,
        "own mistake": -2.6,
        "another matter": -2.8,
        "security": -6.0,
        "reads question": -3.0,
        "reads own mistake": -2.6,
        "reads another matter": -2.0,
        "says nothing": 0.7,
        "over": -0.8,
        "account hit": 2.5,
        "account through": 2.1,
        "account late": 1.5,
        "account done": -3.4,
        "account elsewhere": -4.1,
        "account nothing": -3.8,
        "account empty": 0.9,
        "earlier same": 3.2,
        "earlier other": -0.8,
        "account hit and elsewhere": -1.0,
    }
)
