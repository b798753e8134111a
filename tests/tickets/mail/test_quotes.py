from textwrap import dedent

import pytest

from tickets.mail.quotes import OurNames, own_words

OURS = OurNames(
    addresses=("support@example.com", "help@desk.example"), name="Example Exchange Support", number="TOC-78342"
)
QUOTE = "> Hello,\n>\n> Your ticket has the number TOC-78342.\n> Example Exchange, 2026-03-02 14:03 UTC\n"
BITCOIN, ETHEREUM = "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", "0x52908400098527886E0F7030069857D2E4169EE7"
WHO = "Example Exchange Support <support@example.com>"
TAGGED = "Example Exchange Support <support+abcdefghij123456.0123456789abcdef0123@example.com>"
ANNOUNCED = {
    "Gmail, English": f"On Mon, Mar 2, 2026 at 2:03 PM {WHO} wrote:",
    "Gmail, wrapped": "On Mon, Mar 2, 2026 at 2:03 PM Example Exchange Support <support@example.com>\nwrote:",
    "Gmail, wrapped early": "On Mon, 2 Mar 2026, 14:03 Example Exchange Support,\n<support@example.com> wrote:",
    "Gmail, tagged address": f"On Mon, Mar 2, 2026 at 2:03 PM {TAGGED} wrote:",
    "Gmail, German": f"Am Mo., 2. März 2026 um 14:03 Uhr schrieb {WHO}:",
    "Gmail, Spanish": f"El lun, 2 mar 2026 a las 14:03, {WHO} escribió:",
    "Gmail, Chinese": f"{WHO} 于2026年3月2日周一 14:03写道：",
    "Gmail, Japanese": f"2026年3月2日(月) 14:03 {WHO}:",
    "Gmail, Turkish": f"{WHO}, 2 Mar 2026 Pzt, 14:03 tarihinde şunu yazdı:",
    "Gmail, Arabic": f"في الاثنين، ٢ مارس ٢٠٢٦ في ٢:٠٣ م تمت كتابة ما يلي بواسطة {WHO}\u200f:",
    "Gmail, Persian": f"در تاریخ دوشنبه ۲ مارس ۲۰۲۶، ۱۴:۰۳ {WHO} نوشت:",
    "Apple Mail": f"On 2 Mar 2026, at 14:03, {WHO} wrote:\n",
    "Thunderbird, no address": "Am 02.03.26 um 14:03 schrieb Example Exchange Support:",
    "Mail.ru": f"Понедельник, 2 марта 2026, 17:03 +03:00 от {WHO}:",
}


@pytest.mark.parametrize("announced", ANNOUNCED.values(), ids=ANNOUNCED.keys())
def test_a_quote_below_the_answer_is_left_out_in_every_language(announced: str) -> None:
    assert own_words(f"It is still pending.\nThanks, Ada\n\n{announced}\n{QUOTE}", OURS) == (
        "It is still pending.\nThanks, Ada"
    )


@pytest.mark.parametrize("announced", ANNOUNCED.values(), ids=ANNOUNCED.keys())
def test_an_answer_below_the_quote_stays(announced: str) -> None:
    assert own_words(f"{announced}\n{QUOTE}\nIt is still pending.\n-- \nAda", OURS) == (
        "It is still pending.\n-- \nAda"
    )


def test_between_quoted_lines_all_stays_for_each_answer_belongs_to_a_question() -> None:
    text = f"{ANNOUNCED['Gmail, English']}\n> Which coin?\nBTC\n> Which network?\nbitcoin"
    assert own_words(text, OURS) == text


@pytest.mark.parametrize(
    "own",
    [
        f"The transfer:\nFrom: {BITCOIN}\nTo: {ETHEREUM}",
        f"From: {BITCOIN}\nTo: {ETHEREUM}\nDate: 2026-03-02 14:03\nSubject: my withdrawal",
        "My amount was\n> 0.5 BTC\nand not less.",
        "> 10,000 USD are gone",
        "I wrote to support@example.com yesterday and got:\nnothing at all.",
        "Your page says\n\n> All systems operational\n\nbut nothing works.",
        "Von: meinem Konto\nAn: bc1q\nBetrag: 3\nGebühr: 0,1",
        "On Monday my bank wrote:\n> We have returned your transfer.",
        "-----\nstill nothing\n-----",
        "",
    ],
)
def test_what_is_no_quote_of_ours_stays_to_the_letter(own: str) -> None:
    assert own_words(own, OURS) == own


HEADS = {
    "Outlook": f"""\
        From: {WHO}
        Sent: Monday, March 2, 2026 2:03 PM
        To: Ada <ada@example.org>
        Subject: [TOC-78342] We have received your message
        """,
    "Outlook, German, with a rule": f"""\
        ________________________________
        Von: {WHO}
        Gesendet: Montag, 2. März 2026 14:03
        An: Ada <ada@example.org>
        Betreff: [TOC-78342] Wir haben Ihre Nachricht erhalten
        """,
    "Outlook, Chinese": f"""\
        发件人: {WHO}
        发送时间: 2026年3月2日 14:03
        收件人: Ada
        主题: [TOC-78342] 我们已收到您的消息
        """,
    "Outlook, Arabic": f"""\
        من: {WHO}
        تم الإرسال: الاثنين، 2 مارس 2026 02:03 م
        إلى: Ada
        الموضوع: [TOC-78342] استلمنا رسالتك
        """,
    "GMX, date first": f"""\
        Gesendet: Montag, 02. März 2026 um 14:03 Uhr
        Von: {WHO}
        An: ada@example.org
        Betreff: [TOC-78342] Wir haben Ihre Nachricht erhalten
        """,
}


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS.keys())
def test_a_block_of_headers_of_our_mail_begins_a_quote(head: str) -> None:
    text = f"From: bc1qxy\nTo: 0xab\nStill pending.\n\n{dedent(head)}\nHello,\n\nYour ticket has the number TOC-78342."
    assert own_words(text, OURS) == "From: bc1qxy\nTo: 0xab\nStill pending."


def test_of_windows_lines_nothing_is_left_over() -> None:
    text = f"Yes.\r\n\r\n{ANNOUNCED['Gmail, English']}\r\n" + QUOTE.replace("\n", "\r\n")
    assert own_words(text, OURS) == "Yes."


def test_an_answer_of_nothing_but_the_quote_has_no_own_words() -> None:
    assert own_words(f"\n{ANNOUNCED['Gmail, English']}\n{QUOTE}", OURS) == ""


def test_a_longer_address_that_ends_or_begins_like_ours_is_not_ours() -> None:
    for other in ("nosupport@example.com", "support@example.com.evil", "support@example.community"):
        text = f"See:\nOn Monday Eve <{other}> wrote:\n> it is broken"
        assert own_words(text, OURS) == text
