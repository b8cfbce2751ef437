"""What common servers write where a mail of ours does not arrive, is late, or was complained of."""

OURS = "c12.2.aaaabbbbccccdddd@desk.example"
_RETURNED = f"From: Desk <help@desk.example>\nTo: bob@x.example\nSubject: Re: Order\nMessage-ID: <{OURS}>\n"


def _report(kind: str, sender: str, subject: str, *parts: tuple[str, str]) -> str:
    body = "".join(f"--b\nContent-Type: {mime}\n\n{text}\n" for mime, text in parts)
    return (
        f"From: {sender}\nTo: help@desk.example\nSubject: {subject}\nAuto-Submitted: auto-replied\nMIME-Version: 1.0\n"
        f"Content-Type: multipart/report; report-type={kind}; boundary=b\n\n{body}--b--\n"
    )


def _status(action: str, status: str, why: str) -> str:
    of = "Reporting-MTA: dns; mx.x.example\nX-Postfix-Queue-ID: 4Z\n"
    return f"{of}\nFinal-Recipient: rfc822; bob@x.example\nAction: {action}\nStatus: {status}\nDiagnostic-Code: smtp; {why}\n"


_POSTFIX = ("delivery-status", "MAILER-DAEMON@x.example (Mail Delivery System)", "Undelivered Mail Returned to Sender")
POSTFIX = _report(
    *_POSTFIX,
    ("text/plain", "This is the mail system at host mx.x.example.\n\nI'm sorry to have to inform you."),
    ("message/delivery-status", _status("failed", "5.1.1", "550 5.1.1 <bob@x.example>: no such user")),
    ("message/rfc822", f"{_RETURNED}\nthe text"),
)
LATE = _report(
    *_POSTFIX,
    ("text/plain", "Your message could not be delivered for 4 hours. It will be retried."),
    ("message/delivery-status", _status("delayed", "4.4.1", "connect to x.example: timed out")),
    ("text/rfc822-headers", _RETURNED),
)
EXCHANGE = _report(
    "delivery-status",
    "Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@x.example>",
    "Undeliverable: Re: Order",
    ("text/html", "<p>Your message to bob@x.example couldn't be delivered.</p>"),
    ("message/delivery-status", _status("failed", "5.1.10", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found")),
    ("text/rfc822-headers", f"{_RETURNED}References: <c12.1.aaaabbbbccccdddd@desk.example> <{OURS}>"),
)
QMAIL = (
    "From: MAILER-DAEMON@mx.x.example\nTo: help@desk.example\nSubject: failure notice\n\n"
    "Hi. This is the qmail-send program at mx.x.example.\nI'm afraid I wasn't able to deliver your message to these addresses.\n"
    "This is a permanent error; I've given up. Sorry it didn't work out.\n\n"
    "<bob@x.example>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n"
    f"--- Below this line is a copy of the message.\n\nReturn-Path: <help@desk.example>\n{_RETURNED}\nthe text\n"
)
EXIM = (
    "From: Mail Delivery System <Mailer-Daemon@mx.x.example>\nX-Failed-Recipients: bob@x.example\nAuto-Submitted: auto-replied\n"
    "To: help@desk.example\nSubject: Mail delivery failed: returning message to sender\n\n"
    "This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one "
    "or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n  bob@x.example\n"
    "    all relevant MX records point to non-existent hosts\n\n"
    f"------ This is a copy of the message, including all the headers. ------\n\n{_RETURNED}\nthe text\n"
)
ARF = _report(
    "feedback-report",
    "complaints@x.example",
    "Fw: Re: Order",
    ("text/plain", "This is an email abuse report."),
    ("message/feedback-report", "Feedback-Type: abuse\nUser-Agent: X/1\nVersion: 1\n"),
    ("message/rfc822", f"{_RETURNED}\nthe text"),
)
READ = _report(
    "disposition-notification",
    "bob@x.example",
    "Read: Re: Order",
    ("text/plain", "Your message was read."),
    ("message/disposition-notification", f"Original-Message-ID: <{OURS}>\nDisposition: manual-action/MDN-sent; displayed\n"),
)
VACATION = (
    f"From: bob@x.example\nTo: help@desk.example\nIn-Reply-To: <{OURS}>\nAuto-Submitted: auto-replied\nSubject: Away\n\n"
    f"I am away.\n\n> Message-ID: <{OURS}>\n"
)
