"""The weight of each piece of evidence, in natural-log odds.

Fitted as a penalised multinomial logit (McFadden 1974) over labelled days of tickets: ten times, each without a fifth
of the wordings or of the incidents and without the phrases that only those have, then averaged and rounded
(`benchmarks/fit_linking.py`). What decides where nothing else can be compared comes from our own messages beside our
own public words (`benchmarks/fit_likeness.py`). "more than usual" is not fitted: it is a ratio of counts (`excess`).
"""

from collections.abc import Mapping
from types import MappingProxyType

from tickets.linking.excess import FURTHEST

BIAS = 0.9
WEIGHTS: Mapping[str, float] = MappingProxyType(
    {
        "form same": 0.7,
        "form other": -2.3,
        "asset field other": -0.3,
        "asset text same": 1.2,
        "asset text other": -2.0,
        "network field other": -0.9,
        "asset text mixed": -1.6,
        "network text same": 0.1,
        "network text mixed": -1.6,
        "nothing ties": -1.7,
        "question alone": -0.4,
        "network text other": -1.4,
        "topic same": 0.0,
        "topic other": -1.3,
        "direction opposite": -0.5,
        "symptom same": 0.8,
        "symptom other": -0.8,
        "symptom none": -0.2,
        "nothing compared": -1.9,
        "alike in words alone": 8.2,
        "only meaning compared": -4.3,
        "alike in meaning alone": 10.1,
        "alike in words too": 3.6,
        "country same": 1.9,
        "country other": -3.5,
        "question": -1.7,
        "own mistake": -2.3,
        "another matter": -2.3,
        "security": -5.2,
        "reads question": -3.5,
        "reads own mistake": -2.1,
        "reads another matter": -1.1,
        "says nothing": 0.5,
        "over": -0.8,
        "account hit": 2.5,
        "account through": 3.1,
        "account late": 1.0,
        "account done": -3.2,
        "account elsewhere": -3.8,
        "account nothing": -3.6,
        "account empty": 0.9,
        "earlier same": 3.2,
        "earlier other": -0.8,
        "account hit and elsewhere": -1.0,
        "more than usual": FURTHEST,
    }
)
