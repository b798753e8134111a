from email import message_from_bytes

import pytest

from tests.tickets.mail import incoming_mails as shapes
from tickets.mail.reports import report_of

ABOUT = "<about@example.com>"
THREAD = "<thread@example.com>"


@pytest.mark.parametrize(
    ("shape", "has_failed", "recipient", "why"),
    [
        pytest.param(shapes.EXIM, True, "ada@example.org", "550 5.1.1 <ada@example.org>: user unknown", id="Exim"),
        pytest.param(
            shapes.EXIM_PLAIN, True, "ada@example.org", "mailbox is full: retry timeout exceeded", id="Exim, plain text"
        ),
        pytest.param(shapes.POSTFIX, True, "ada@example.org", "552 5.2.2 Mailbox full", id="Postfix"),
        pytest.param(shapes.POSTFIX_DELAYED, False, "", "", id="Postfix, delayed"),
        pytest.param(shapes.DOVECOT, True, "ada@example.org", "552 5.2.2 Quota exceeded", id="dovecot"),
        pytest.param(
            shapes.SIEVE_REJECT, True, "ada@example.org", "the recipient's mail rules refused it", id="Sieve, reject"
        ),
        pytest.param(shapes.WAS_READ, False, "ada@example.org", "", id="read receipt"),
    ],
)
def test_a_report_says_what_became_of_which_mail(shape: str, has_failed: bool, recipient: str, why: str) -> None:
    report = report_of(message_from_bytes(shapes.report(shape)))
    assert report is not None
    assert (report.has_failed, report.recipient, report.why) == (has_failed, recipient, why)
    assert report.about[0] == ABOUT
    if shape not in (shapes.SIEVE_REJECT, shapes.WAS_READ):  # which quote no References
        assert THREAD in report.about


@pytest.mark.parametrize("shape", [shapes.VACATION, shapes.ANSWER.replace("{", "<").replace("}", ">")])
def test_what_a_person_or_a_holiday_sends_is_no_report(shape: str) -> None:
    assert report_of(message_from_bytes(shapes.report(shape))) is None


def test_a_report_with_its_parts_missing_is_one_that_says_nothing() -> None:
    report = report_of(message_from_bytes(b"Content-Type: multipart/report; boundary=x\n\n--x--\n"))
    assert report is not None
    assert (report.has_failed, report.about) == (False, ())
