"""The labels of an answer are read once: again only where they are other bytes."""

import numpy as np
import pytest

from detectors.sources.answer import AnswerError, answer_of

INSTANTS = np.array([1_700_000_000_000], np.int64)


def body(*series: str, value: str = "1.5", warnings: str = "") -> bytes:
    result = ",".join(f'{{"metric":{{"asset":"{name}"}},"values":[[1700000000,"{value}"]]}}' for name in series)
    more = f',"warnings":["{warnings}"]' if warnings else ""
    return f'{{"status":"success","data":{{"resultType":"matrix","result":[{result}]}}{more}}}'.encode()


def test_the_same_labels_are_the_same_objects_with_the_values_of_now() -> None:
    first = answer_of(body("BTC", "ETH"), INSTANTS)
    second = answer_of(body("BTC", "ETH", value="2.5"), INSTANTS, first.envelope)
    assert second.keys is first.keys
    assert second.values.tolist() == [[2.5], [2.5]]


@pytest.mark.parametrize(
    ("series", "warnings"),
    [(("BTC",), ""), (("BTC", "SOL"), ""), (("ETH", "BTC"), ""), (("BTC", "ETH", "SOL"), ""), (("BTC", "ETH"), "cut")],
)
def test_other_labels_order_or_warnings_are_read_anew(series: tuple[str, ...], warnings: str) -> None:
    before = answer_of(body("BTC", "ETH"), INSTANTS).envelope
    reported = answer_of(body(*series, warnings=warnings), INSTANTS, before)
    assert [dict(key)["asset"] for key in reported.keys] == list(series)
    assert reported.warnings == ((warnings,) if warnings else ())


def test_wrong_samples_are_refused_though_the_labels_are_known() -> None:
    before = answer_of(body("BTC"), INSTANTS).envelope
    with pytest.raises(AnswerError, match=r"number|pairs"):
        answer_of(body("BTC", value="many"), INSTANTS, before)
