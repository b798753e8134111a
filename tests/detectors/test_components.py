import pytest

from detectors.components import Components
from detectors.frame import labels_of
from detectors.watch import Query, Watch, component_of


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("api/{service.name}", "api/orders"),
        ("{service.name}/{k8s.pod[0]}", "orders/p"),
        ("{zone}", "a"),
        ("{{}}/{zone}", "{}/a"),
        ("plain", "plain"),
    ],
)
def test_a_component_is_filled_from_labels_whatever_they_are_called(template: str, expected: str) -> None:
    watch = Watch(name="it", query=Query(metric="depth"), component=template)
    assert component_of(watch, labels_of({"service.name": "orders", "k8s.pod[0]": "p", "zone": "a"})) == expected


@pytest.mark.parametrize("template", ["{service}", "{service.other}", "{", "{0}", "{zone.__class__}"])
def test_a_template_that_does_not_fit_is_reported_with_the_labels_there_are(template: str) -> None:
    watch = Watch(name="it", query=Query(metric="depth"), component=template)
    with pytest.raises(ValueError, match=r"which does not fit a series with the labels service\.name, zone"):
        component_of(watch, labels_of({"service.name": "orders", "zone": "a"}))


def test_the_rows_of_each_component_are_found_in_order() -> None:
    rows = Components(["hot", "cold", "hot", "hot"]).rows
    assert {name: found.tolist() for name, found in rows.items()} == {"hot": [0, 2, 3], "cold": [1]}


def test_no_series_have_no_components() -> None:
    assert Components().rows == {}
