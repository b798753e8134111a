"""Mails as servers and mail programs make them; {about} is the Message-ID of our mail, {thread} of its thread."""

RETURNED = """\
Message-ID: {about}
Date: Mon, 02 Mar 2026 14:03:00 +0000
From: Example Exchange Support <support@example.com>
To: ada@example.org
Subject: [TOC-78342] We have received your message
References: {thread}
Auto-Submitted: auto-generated
"""

EXIM = """\
Return-path: <>
Received: from Debian-exim by mx.example.org with local (Exim 4.96) id 1abcde-000001-02; Mon, 02 Mar 2026 14:04:00 +0000
X-Failed-Recipients: ada@example.org
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@mx.example.org>
To: support@example.com
References: {about}
Content-Type: multipart/report; report-type=delivery-status; boundary=1772460240-eximdsn-1
MIME-Version: 1.0
Subject: Mail delivery failed: returning message to sender
Message-Id: <E1abcde-000001-02@mx.example.org>
Date: Mon, 02 Mar 2026 14:04:00 +0000

--1772460240-eximdsn-1
Content-type: text/plain; charset=us-ascii

This message was created automatically by mail delivery software.

  ada@example.org
    host mx.example.net [192.0.2.25]
    SMTP error from remote mail server after RCPT TO:<ada@example.org>:
    550 5.1.1 <ada@example.org>: user unknown

--1772460240-eximdsn-1
Content-type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Action: failed
Final-Recipient: rfc822;ada@example.org
Status: 5.0.0
Remote-MTA: dns; mx.example.net
Diagnostic-Code: smtp; 550 5.1.1 <ada@example.org>: user unknown

--1772460240-eximdsn-1
Content-type: message/rfc822

{returned}
Hello
--1772460240-eximdsn-1--
"""

EXIM_PLAIN = """\
Return-path: <>
X-Failed-Recipients: ada@example.org
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@mx.example.org>
To: support@example.com
Subject: Mail delivery failed: returning message to sender
Message-Id: <E1abcde-000001-03@mx.example.org>
Date: Mon, 02 Mar 2026 14:04:00 +0000

This message was created automatically by mail delivery software.
The following address failed:

  ada@example.org
    mailbox is full:
    retry timeout exceeded

------ This is a copy of the message, including all the headers. ------

{returned}
Hello
"""

POSTFIX = """\
Return-Path: <>
Date: Mon,  2 Mar 2026 14:04:00 +0000 (UTC)
From: MAILER-DAEMON@mx.example.org (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: support@example.com
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="4BCDE1.1772460240/mx.example.org"
Message-Id: <20260302140400.4BCDE1@mx.example.org>

This is a MIME-encapsulated message.

--4BCDE1.1772460240/mx.example.org
Content-Description: Notification
Content-Type: text/plain; charset=utf-8

<ada@example.org>: host mx.example.net[192.0.2.25] said: 552 5.2.2 Mailbox full

--4BCDE1.1772460240/mx.example.org
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org
X-Postfix-Queue-ID: 4BCDE1
X-Postfix-Sender: rfc822; support@example.com
Arrival-Date: Mon,  2 Mar 2026 14:03:59 +0000 (UTC)

Final-Recipient: rfc822; ada@example.org
Original-Recipient: rfc822;ada@example.org
Action: failed
Status: 5.2.2
Remote-MTA: dns; mx.example.net
Diagnostic-Code: smtp; 552 5.2.2 Mailbox full

--4BCDE1.1772460240/mx.example.org
Content-Description: Undelivered Message Headers
Content-Type: text/rfc822-headers

{returned}
--4BCDE1.1772460240/mx.example.org--
"""

POSTFIX_DELAYED = POSTFIX.replace("Action: failed", "Action: delayed").replace("Status: 5.2.2", "Status: 4.2.2")

DOVECOT = """\
Return-Path: <>
Message-ID: <dovecot-1772460240-1-0@mail.example.org>
Date: Mon, 02 Mar 2026 14:04:00 +0000
From: Mail Delivery Subsystem <postmaster@mail.example.org>
To: <support@example.com>
Auto-Submitted: auto-replied (rejected)
Subject: Rejected: [TOC-78342] We have received your message
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="1/mail.example.org"

This is a MIME-encapsulated message

--1/mail.example.org
Content-Type: text/plain; charset=utf-8
Content-Disposition: inline

Your message to <ada@example.org> was automatically rejected:
Quota exceeded (mailbox for user is full)
--1/mail.example.org
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.org
Original-Recipient: rfc822; ada@example.org
Final-Recipient: rfc822; ada@example.org
Action: failed
Status: 5.2.2
Diagnostic-Code: smtp; 552 5.2.2 Quota exceeded

--1/mail.example.org
Content-Type: message/rfc822

{returned}

--1/mail.example.org--
"""

SIEVE_REJECT = """\
Return-Path: <>
Message-ID: <dovecot-sieve-1772460240-1-0@mail.example.org>
Date: Mon, 02 Mar 2026 14:04:00 +0000
From: Postmaster <postmaster@mail.example.org>
To: <support@example.com>
Auto-Submitted: auto-replied (rejected)
Subject: Rejected: [TOC-78342] We have received your message
MIME-Version: 1.0
Content-Type: multipart/report; report-type=disposition-notification;
\tboundary="2/mail.example.org"

--2/mail.example.org
Content-Type: text/plain; charset=utf-8

I take no mail from you.
--2/mail.example.org
Content-Type: message/disposition-notification

Reporting-UA: mail.example.org; Dovecot Mail Delivery Agent
Final-Recipient: rfc822; ada@example.org
Original-Message-ID: {about}
Disposition: automatic-action/MDN-sent-automatically; deleted

--2/mail.example.org--
"""

WAS_READ = SIEVE_REJECT.replace(
    "automatic-action/MDN-sent-automatically; deleted", "manual-action/MDN-sent-manually; displayed"
)

VACATION = """\
Return-Path: <>
Message-ID: <dovecot-sieve-1772460300-2-0@mail.example.org>
Date: Mon, 02 Mar 2026 14:05:00 +0000
From: ada@example.org
To: <support@example.com>
In-Reply-To: {about}
References: {thread} {about}
Auto-Submitted: auto-replied (vacation)
Precedence: bulk
X-Auto-Response-Suppress: All
Subject: Auto: [TOC-78342] We have received your message
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

I am away until Monday.
"""

ANSWER = """\
Return-Path: <ada@example.org>
Message-ID: <answer-{number}@mail.example.org>
Date: Mon, 02 Mar 2026 14:06:00 +0000
From: Ada Example <{sender}>
To: Example Exchange Support <{to}>
{heads}Subject: Re: [TOC-78342] We have received your message
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

{text}
"""


def report(shape: str, about: str = "<about@example.com>", thread: str = "<thread@example.com>") -> bytes:
    """A report about one of our mails."""
    returned = RETURNED.format(about=about, thread=thread)
    return shape.format(about=about, thread=thread, returned=returned).encode()


def answer(
    text: str,
    *,
    sender: str = "ada@example.org",
    about: tuple[str, ...] = (),
    number: int = 1,
    to: str = "support@example.com",
    more: str = "",
) -> bytes:
    """A person's mail. about: the Message-IDs that it answers, the latest last. more: other headers, each ended."""
    heads = f"In-Reply-To: {about[-1]}\nReferences: {' '.join(about)}\n" if about else ""
    return ANSWER.format(number=number, sender=sender, to=to, heads=heads + more, text=text).encode()
