"""Visitors of the form, by whether they were held out."""

from datetime import timedelta

from tests.tocsin.storage.examples import T0, at
from tickets.ticket import Form
from tocsin.storage import Store
from tocsin.storage.deflections import Visitors

HOUR = timedelta(hours=1)


def test_a_visitor_counts_once_an_incident_in_the_group_of_the_first_time(store: Store) -> None:
    for minute, held_out in ((0, False), (5, True)):
        store.deflections.add("ada", "i1", Form.DEPOSIT, at(minute), held_out=held_out)
    store.deflections.add("ada", "i2", Form.DEPOSIT, at(1), held_out=False)
    store.deflections.add("bo", "i1", Form.DEPOSIT, at(2), held_out=True)
    assert store.deflections.counted(T0, T0 + HOUR) == {False: Visitors(visitors=2), True: Visitors(visitors=1)}
    assert store.deflections.counted(at(1), at(2)) == {False: Visitors(visitors=1)}
    assert store.deflections.counted(at(60), at(90)) == {}


def test_who_writes_within_a_day_by_the_same_form_wrote(store: Store) -> None:
    store.deflections.add("ada", "i1", Form.DEPOSIT, at(0), held_out=False)
    store.deflections.add("bo", "i1", Form.DEPOSIT, at(0), held_out=False)
    store.deflections.wrote("ada", Form.WITHDRAWAL, at(5))
    store.deflections.wrote("bo", Form.DEPOSIT, at(60 * 25))
    assert store.deflections.counted(T0, T0 + HOUR) == {False: Visitors(visitors=2)}
    store.deflections.wrote("ada", Form.DEPOSIT, at(5))
    assert store.deflections.counted(T0, T0 + HOUR) == {False: Visitors(visitors=2, wrote=1)}
