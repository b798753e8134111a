import pytest

from tests.tickets.make import NOON, minutes, new, stored, transaction
from tickets.guard import HumanReason, must_stay_human
from tickets.ticket import Form

HUMAN = [
    ("en", "I see a withdrawal that I did not make", HumanReason.UNAUTHORISED),
    ("en", "somebody logged into my account at night", HumanReason.UNAUTHORISED),
    ("en", "my coins were stolen", HumanReason.STOLEN),
    ("en", "I gave my seed phrase to a fake agent", HumanReason.FRAUD),
    ("en", "my solicitor will write to you", HumanReason.KEYWORD),
    ("en", "I will go to the police", HumanReason.LEGAL),
    ("en", "I want to kill myself", HumanReason.SELF_HARM),
    ("en", "I will burn your office down", HumanReason.THREAT),
    ("de", "Diese Auszahlung habe ich nicht veranlasst, nicht von mir", HumanReason.UNAUTHORISED),
    ("de", "Ich gehe zum Anwalt", HumanReason.KEYWORD),
    ("es", "Alguien entró en mi cuenta, no fui yo", HumanReason.UNAUTHORISED),
    ("tr", "Bu çekimi ben yapmadım", HumanReason.UNAUTHORISED),
    ("ru", "Меня взломали", HumanReason.KEYWORD),
    ("ru", "Это не я выводил", HumanReason.UNAUTHORISED),
    ("zh", "这笔提现不是我操作的", HumanReason.UNAUTHORISED),
    ("pt", "Não fui eu que fiz o saque", HumanReason.UNAUTHORISED),
    ("fa", "این برداشت کار من نبود", HumanReason.UNAUTHORISED),
    ("ja", "身に覚えのない出金があります", HumanReason.UNAUTHORISED),
    ("ar", "تم سحب الرصيد بدون إذني", HumanReason.UNAUTHORISED),
    ("hi", "ye withdrawal maine nahi kiya", HumanReason.UNAUTHORISED),
]
MACHINE = [
    ("en", "My withdrawal is stuck for hours, this is ridiculous!!!"),
    ("en", "I did not receive my bitcoin, what a joke"),
    ("en", "I was charged twice, unacceptable"),
    ("de", "Meine Auszahlung hängt seit Stunden, eine Frechheit!"),
    ("es", "Mi retiro no llega, qué vergüenza"),
    ("tr", "Param hâlâ gelmedi, rezalet"),
    ("ru", "Вывод завис, безобразие"),
    ("zh", "提现三个小时没到账，太差了"),
    ("pt", "Meu saque não caiu, que absurdo"),
    ("ja", "出金がまだ届きません。ひどい"),
    ("hi", "mera paisa abhi tak nahi aaya, bakwas app"),
]


@pytest.mark.parametrize(("language", "text", "reason"), HUMAN)
def test_a_human_must_have_it(language: str, text: str, reason: HumanReason) -> None:
    verdict = must_stay_human(new(text, language=language), now=NOON)
    assert reason in verdict.reasons
    assert verdict.human
    assert verdict.evidence


@pytest.mark.parametrize(("language", "text"), MACHINE)
def test_anger_alone_needs_no_human(language: str, text: str) -> None:
    assert must_stay_human(new(text, language=language), now=NOON).reasons == ()


def test_an_angry_question_with_the_word_scam_is_a_humans_all_the_same() -> None:
    verdict = must_stay_human(new("is this a scam??? where is my withdrawal"), now=NOON)
    assert verdict.by_keyword
    assert not verdict.is_security


@pytest.mark.parametrize(
    ("usd", "human"), [("10000", False), ("10000.01", True), ("10 000", False), ("", False), ("nan", False)]
)
def test_more_than_ten_thousand_dollars_is_a_humans(usd: str, human: bool) -> None:
    assert must_stay_human(new("Late.", fields={"amount_usd": usd}), now=NOON).human is human


@pytest.mark.parametrize(
    ("text", "human"),
    [("my $25,000", True), ("15k USD", True), ("9,999.99 dollars", False), ("12.500 EUR", True), ("300 usdt", False)],
)
def test_a_sum_in_the_text_counts(text: str, human: bool) -> None:
    assert must_stay_human(new(text), now=NOON).human is human


def test_of_the_transactions_the_one_that_the_ticket_names_counts() -> None:
    large, small = transaction(amount_usd=50_000.0, txid="feedbeef99"), transaction(txid="abcdef0123")
    for txid, human in (("abcdef0123", False), ("feedbeef99", True)):
        assert must_stay_human(new("Late.", fields={"txid": txid}), (large, small), now=NOON).human is human


@pytest.mark.parametrize(("age", "human"), [(-1, False), (0, True), (24 * 60, True), (24 * 60 + 1, False)])
def test_a_large_transaction_of_the_last_day_counts_where_none_is_named(age: int, human: bool) -> None:
    large = transaction(amount_usd=50_000.0, created_at=NOON - minutes(age))
    assert must_stay_human(new("Late."), (large,), now=NOON).human is human


def test_who_follows_up_on_what_a_human_has_stays_with_the_human() -> None:
    first = stored(human_reason=HumanReason.UNAUTHORISED)
    assert must_stay_human(new("any update?", Form.OTHER), None, (first,), now=NOON).reasons == (
        HumanReason.FOLLOWS_UP,
    )
    assert not must_stay_human(new("any update?", Form.OTHER), None, (stored(),), now=NOON).human
