from detectors.components import Components


def test_the_rows_of_each_component_are_found_in_order() -> None:
    rows = Components(["hot", "cold", "hot", "hot"]).rows
    assert {name: found.tolist() for name, found in rows.items()} == {"hot": [0, 2, 3], "cold": [1]}


def test_no_series_have_no_components() -> None:
    assert Components().rows == {}
