"""SMTP of `make run`: who is let in, and that what is taken is on the queue before that is said."""

import smtplib
from collections.abc import Callable, Iterator

import pytest

from chalicelib.desk.channels import arrivals, blocked_senders
from chalicelib.desk.core import rate_limits
from chalicelib.models import queues
from infra import smtp
from tests.desk.channels.mails import ANN, mail, mailbox
from tests.desk.channels.test_inbound import inbox, texts
from tests.waiting import free_port
from tests.world import World

MOST = 100_000
Send = Callable[..., tuple[int, str]]


@pytest.fixture
def port(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Where a server listens."""
    found = free_port()
    monkeypatch.setattr(arrivals, "MOST_BYTES", MOST)
    listener = smtp.serve(found)
    yield found
    listener.stop()


@pytest.fixture
def send(port: int) -> Send:
    """Sends bytes to recipients, and returns what the last answer was."""

    def sent(raw: bytes, *recipients: str, source: str = ANN, options: tuple[str, ...] = ()) -> tuple[int, str]:
        with smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
            client.ehlo()
            answers = [client.mail(source, options), *(client.rcpt(one) for one in recipients)]
            refused = next((answer for answer in answers if answer[0] != 250), None)
            code, words = refused or client.data(raw)
            return code, words.decode()

    return sent


def test_mail_to_nobody_is_refused_with_words_and_what_is_taken_becomes_a_conversation(world: World, send: Send) -> None:
    code, words = send(b"", "nobody@nowhere.example")
    assert (code, words) == (550, "5.1.1 No such address here: nobody@nowhere.example")
    ours = mailbox(world)
    assert send(mail(ours, "x" * 5_000).as_bytes(), ours.upper()) == (250, "OK")
    world.settle()
    (found,) = inbox(world)
    assert texts(world, found["id"]) == ["x" * 5_000]


def test_clients_beyond_the_most_are_sent_away_until_others_have_gone(
    world: World, port: int, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "MOST_CONNECTIONS", 3)
    ours = mailbox(world)
    crowd = [smtplib.SMTP("127.0.0.1", port, timeout=20) for _ in range(3)]
    for _ in range(5):
        with pytest.raises(smtplib.SMTPConnectError) as refused:
            smtplib.SMTP("127.0.0.1", port, timeout=20)
        assert refused.value.smtp_code == 421 and "try again" in str(refused.value.smtp_error)
    for one in crowd:
        one.quit()
    assert send(mail(ours).as_bytes(), ours) == (250, "OK")


def test_a_mail_that_is_too_large_or_from_a_blocked_sender_is_refused(world: World, send: Send) -> None:
    ours = mailbox(world)
    blocked_senders.block(world.as_agent(), "evil.example", blocked_senders.REJECT_DOMAIN)
    large = mail(ours, "x\n" * MOST).as_bytes()
    assert [send(large, ours)[0], send(large, ours, options=(f"SIZE={MOST + 1}",))[0]] == [552, 552]
    for sender in ("a@evil.example", "Nobody; A <a@evil.example>"):
        code, words = send(mail(ours).as_bytes().replace(b"Ann Example <ann@customer.example>", sender.encode()), ours)
        assert code == 550 and "refused" in words
    world.settle()
    assert inbox(world) == []


def test_what_cannot_be_stored_may_come_again(world: World, send: Send) -> None:
    ours = mailbox(world)
    with world.monkeypatch.context() as broken:
        broken.setattr(queues, "send", None)
        assert send(mail(ours).as_bytes(), ours)[0] == 451
    assert send(mail(ours).as_bytes(), ours)[0] == 250


@pytest.mark.parametrize("limit", ["mails_from", "account_mails"])
def test_large_mails_count_for_more(world: World, send: Send, limit: str) -> None:
    ours = mailbox(world)
    world.monkeypatch.setattr(rate_limits, "_MAIL_BYTES", 10_000)
    rate_limits.use(f"{limit}=5/60")
    try:
        answers = [send(mail(ours, "x\n" * 6_000).as_bytes(), ours)[0] for _ in range(3)]
    finally:
        rate_limits.use("off")
    assert answers == [250, 250, 451]


@pytest.mark.parametrize(
    ("limit", "whose", "others"),
    [
        ("mails_from", "from this sender", 250),
        ("account_mails", "to this account", 451),
        ("source_mails", "from this server", 451),
    ],
)
def test_what_comes_too_often_may_come_later(world: World, send: Send, limit: str, whose: str, others: int) -> None:
    ours = mailbox(world)
    rate_limits.use(f"{limit}=1/60")
    try:
        assert send(mail(ours).as_bytes(), ours)[0] == 250
        code, words = send(mail(ours).as_bytes(), ours)
        assert code == 451 and f"too many mails {whose}; try again in " in words
        assert send(mail(ours, sender="bob@other.example").as_bytes(), ours)[0] == others
        world.now += 61_000
        assert send(mail(ours).as_bytes(), ours)[0] == 250
    finally:
        rate_limits.use("off")
    world.settle()
    assert len(inbox(world)) == (3 if others == 250 else 2)
