"""A forgotten password: a link by mail, once, and the same answer whoever asks."""

import re
from typing import Any

import boto3
import pytest

import app
from chalicelib import config
from chalicelib.context import ADMIN, AGENT, STRANGER, SYSTEM, VISITOR, Caller, Context
from chalicelib.desk.auth import logins, tokens
from chalicelib.desk.core.errors import Exists, NotAuthenticated
from chalicelib.desk.people import people, recovery, registration
from chalicelib.desk.people.registration import CreateAgent
from chalicelib.models import mail
from chalicelib.models import people as people_rows
from tests.conformance.login_pages import Page
from tests.lambdas import counted
from tests.mails import sent
from tests.visitors import Answer
from tests.world import PASSWORD, World

NEW = "a new long one"


def ask(world: World, email: str, label: str = "PPCONSOLE_BEFORE_LOGIN") -> Answer:
    return world.pp("PPCONSOLE_SEND_NEW_PASSWORD", label, user_email=email)


def mails(world: World) -> list[tuple[str, str]]:
    """Addresses and texts of what was sent to the account's people."""
    world.settle()
    shown = [(one.to[0], one.text) for one in sent()]
    return [(to, text) for to, text in shown if to.endswith(world.agents[0].email.partition("@")[2])]


def link(world: World, email: str) -> str:
    """The code of the latest mail's link."""
    assert ask(world, email).body["error_code"] == 0
    to, text = mails(world)[-1]
    assert to == email
    found = re.search(rf"{config.PUBLIC_URL}/ppauth/reset\?code=([\w.-]+)\s", text)
    assert found, text
    return found[1]


def reset(world: World, code: str, new: str = NEW, again: str | None = None) -> Answer:
    return world.form("/ppauth/reset", code=code, new_password=new, again=new if again is None else again)


def works(world: World, email: str, password: str) -> bool:
    try:
        logins.log_in_plain(world.ctx(ADMIN), email, password)
    except NotAuthenticated:
        return False
    return True


def test_a_link_lets_its_holder_choose_a_new_password_once(world: World) -> None:
    ada = world.agents[0]
    code = link(world, ada.email)
    for _ in range(2):
        shown = world.call("GET", f"/ppauth/reset?code={code}")
        assert (shown.status, Page(shown).hidden()) == (200, {"code": code}), "a mail scanner uses nothing up"
    assert reset(world, code).status == 200
    assert (works(world, ada.email, NEW), works(world, ada.email, PASSWORD)) == (True, False)
    assert works(world, world.agents[1].email, PASSWORD)
    for answer in (reset(world, code, "another new one"), world.call("GET", f"/ppauth/reset?code={code}")):
        assert (answer.status, Page(answer).all("form")) == (400, [])
    assert works(world, ada.email, NEW)


def test_all_their_tokens_end_and_other_links(world: World) -> None:
    ada = world.agents[0]
    first, second = link(world, ada.email), link(world, ada.email)
    holder = Caller(world.account, AGENT, ada.id, ada.number)
    issued = {kind: tokens.issue(world.ctx(ADMIN), holder, kind, 3_000) for kind in (tokens.ACCESS, tokens.REFRESH)}
    assert reset(world, first).status == 200
    for kind, secret in issued.items():
        with pytest.raises(NotAuthenticated):
            tokens.check(world.ctx(ADMIN), secret, kind)
    assert reset(world, second, "another new one").status == 400


def test_it_unlocks_their_login(world: World) -> None:
    ada = world.agents[0]
    for _ in range(10):
        assert not works(world, ada.email, "wrong")
    assert not works(world, ada.email, PASSWORD)
    assert reset(world, link(world, ada.email)).status == 200
    assert works(world, ada.email, NEW)


def test_a_link_lives_half_an_hour(world: World) -> None:
    code = link(world, world.agents[0].email)
    world.now += 1_799_000
    assert world.call("GET", f"/ppauth/reset?code={code}").status == 200
    world.now += 1_000
    assert world.call("GET", f"/ppauth/reset?code={code}").status == 400
    assert reset(world, code).status == 400
    assert works(world, world.agents[0].email, PASSWORD)


def test_the_answer_and_the_work_are_the_same_for_nobody(world: World) -> None:
    somebody, nobody = world.agents[0].email, f"nobody@{world.account[-12:]}.test"
    ask(world, "warm@desk.test")
    with counted() as known:
        first = ask(world, somebody)
    with counted() as unknown:
        second = ask(world, nobody)
    assert first.body == second.body
    assert known == unknown == ["UpdateItem", "SendMessageBatch"]
    assert [to for to, _ in mails(world)] == [somebody]


def test_an_address_gets_three_mails_an_hour(world: World) -> None:
    email = world.agents[0].email
    assert {ask(world, spelt).body["error_code"] for spelt in [email, email.upper(), f" {email} "] * 3} == {0}
    assert [to for to, _ in mails(world)] == [email] * 3
    world.now += 3_600_000
    world.tokens.clear()
    ask(world, email)
    assert len(mails(world)) == 4


def test_another_tenants_requests_do_not_use_up_the_owners(world: World, other: World) -> None:
    email = world.agents[0].email
    for _ in range(20):
        assert ask(other, email).body["error_code"] == 0
    assert mails(world) == []
    ask(world, email)
    assert [to for to, _ in mails(world)] == [email]


def asked_from(world: World, email: str, source: str) -> None:
    caller = Caller(world.account, VISITOR, client="PPCONSOLE_BEFORE_LOGIN")
    recovery.request_mail(Context(caller, now=world.now, pause=lambda _: None, source=source), email, "/ppauth/reset")


def test_strangers_use_up_what_they_may_ask_for_and_not_what_the_holder_may(world: World) -> None:
    email, home = world.agents[0].email, "192.0.2.1"
    logins.log_in_plain(Context(Caller("", STRANGER), now=world.now, pause=lambda _: None, source=home), email, PASSWORD)
    for count in range(recovery.MOST_SENT):
        for _ in range(recovery.MOST_MAILS + 1):
            asked_from(world, email, f"198.51.100.{count}")
    assert len(mails(world)) == recovery.MOST_SENT
    asked_from(world, email, home)
    assert len(mails(world)) == recovery.MOST_SENT + 1


def test_a_reset_that_fails_costs_no_link(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ada = world.agents[0]
    code = link(world, ada.email)

    def crash(*_: Any, **__: Any) -> None:
        raise ConnectionError

    with monkeypatch.context() as broken:
        broken.setattr(people_rows, "_next_generation", crash)
        with pytest.raises(ConnectionError):
            recovery.reset_password(world.ctx(ADMIN), code, NEW)
    assert works(world, ada.email, PASSWORD)
    assert reset(world, code).status == 200
    assert (works(world, ada.email, NEW), works(world, ada.email, PASSWORD)) == (True, False)


def test_of_two_resets_at_once_one_counts(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ada = world.agents[0]
    code, end_logins = link(world, ada.email), people_rows.revoke_logins

    def late(*given: Any) -> None:
        monkeypatch.setattr(people_rows, "revoke_logins", end_logins)
        recovery.reset_password(world.ctx(ADMIN), code, "the faster one")
        end_logins(*given)

    monkeypatch.setattr(people_rows, "revoke_logins", late)
    with pytest.raises(NotAuthenticated):
        recovery.reset_password(world.ctx(ADMIN), code, NEW)
    assert (works(world, ada.email, "the faster one"), works(world, ada.email, NEW)) == (True, False)


def test_a_reset_takes_the_code_with_the_password(world: World) -> None:
    code = link(world, world.agents[0].email)
    with counted() as sent:
        recovery.reset_password(world.ctx(ADMIN), code, NEW)
    assert sent.count("TransactWriteItems") == 1 and sent.count("DeleteItem") == 1, "that of the count of wrong passwords"


def test_no_mail_tells_a_password_and_no_row_the_link(world: World) -> None:
    code = link(world, world.agents[0].email)
    rows = str(boto3.client("dynamodb").scan(TableName=config.table("tokens"))["Items"])
    assert code not in rows and code.split(".")[0] not in rows
    assert PASSWORD not in str(mails(world))


def test_another_accounts_people_get_no_mail_from_here(world: World, other: World) -> None:
    assert ask(world, other.agents[0].email).body["error_code"] == 0
    world.settle()
    assert mails(other) == []


def test_who_signed_up_in_a_console_may_ask_there(world: World) -> None:
    email = f"newcomer@{world.account[-12:]}.test"
    given = {"app_name": "N", "user_email": email, "user_fullname": "N", "user_password": "x" * 40}
    assert world.pp("PPCONSOLE_SIGNUP", "PPCONSOLE_BEFORE_LOGIN", **given).body["error_code"] == 0
    assert reset(world, link(world, email)).status == 200
    assert works(world, email, NEW)


def test_a_wrong_choice_leaves_the_link_good(world: World) -> None:
    code = link(world, world.agents[0].email)
    for new, again in [(NEW, "other"), ("short", "short"), ("", ""), ("x" * 257, "x" * 257), (NEW, "")]:
        answer = reset(world, code, new, again)
        assert (answer.status, Page(answer).hidden()) == (400, {"code": code})
        assert [one["role"] for one in Page(answer).all("p") if "role" in one] == ["alert"]
        assert NEW not in answer.raw.decode()
    assert reset(world, code).status == 200


def test_other_secrets_are_no_links(world: World) -> None:
    holder = Caller(world.account, AGENT, world.agents[0].id)
    kinds = (tokens.ACCESS, tokens.REFRESH, tokens.KEY, tokens.CODE)
    wrong = [tokens.issue(world.ctx(ADMIN), holder, kind, 60) for kind in kinds]
    for code in [*wrong, "", "x", "é" * 3_000, '"><script>', "a.b.c", world.clients["PPCONSOLE"][1]]:
        answer = reset(world, code)
        assert (answer.status, "script" in {tag for tag, _ in Page(answer).elements}) == (400, False)
    assert works(world, world.agents[0].email, PASSWORD)


def test_a_link_opens_nothing_else(world: World) -> None:
    headers = {"Authorization": f"OAuth {link(world, world.agents[0].email)}"}
    assert world.call("POST", "/api/PP_GET_APP_INFO", {"app_uuid": world.account}, **headers).body["error_code"] == 4


@pytest.mark.parametrize("email", ["", "x", "a@b c", "a@b@c", "@", "x" * 300 + "@desk.test", "a@b\r\nBcc: c@d"])
def test_what_is_no_address_is_refused(world: World, email: str) -> None:
    assert ask(world, email).body["error_code"] in (6, 28)


def test_an_address_that_mail_does_not_know_gets_none(world: World) -> None:
    assert not recovery.send_mail(world.ctx(SYSTEM), "é@desk.test", "/x")


def test_without_a_sender_nothing_is_sent_and_the_log_says_so_once(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(mail._NEEDED, "POLYDESK_MAIL_FROM", "")
    mail.is_set_up.cache_clear()
    for _ in range(2):
        assert ask(world, world.agents[0].email).body["error_code"] == 0
        assert mails(world) == []
    monkeypatch.undo()
    mail.is_set_up.cache_clear()
    told = [record.getMessage() for record in caplog.records if "POLYDESK" in record.getMessage()]
    assert told == ["no mail is sent, because POLYDESK_MAIL_FROM is not set"]


def test_the_mail_is_in_its_readers_language(world: World) -> None:
    email = f"li@{world.account[-12:]}.test"
    given = {"app_name": "N", "user_email": email, "user_fullname": "N", "user_password": "x", "user_language": "zh_CN"}
    world.pp("PPCONSOLE_SIGNUP", "PPCONSOLE_BEFORE_LOGIN", **given)
    link(world, email)
    assert "新密码" in mails(world)[-1][1]


def test_what_is_no_event_of_mail_fails_so_that_it_is_told(world: World) -> None:
    body = '{"event":"agent.removed.v1","account":"a","at":1,"agent":"b"}'
    with pytest.raises(ExceptionGroup):
        app.send_mail({"Records": [{"body": body, "messageId": "1"}]}, None)
    assert mails(world) == []


def test_an_address_at_a_host_in_another_script_is_one_persons_and_gets_its_mail(world: World) -> None:
    host = world.agents[0].email.partition("@")[2]
    made = registration.create_agent(world.ctx(ADMIN), CreateAgent(f"Ada@bücher.{host}", "Ada", PASSWORD))
    assert made.email == f"ada@xn--bcher-kva.{host}"
    for spelling in (f"ada@BÜCHER.{host}", f"ada@xn--bcher-kva.{host}", f" ada@bu\u0308cher.{host}"):
        with pytest.raises(Exists):
            registration.create_agent(world.ctx(ADMIN), CreateAgent(spelling, "Ada again", PASSWORD))
        assert people.get_agent_by_email(world.ctx(ADMIN), spelling).id == made.id
        assert ask(world, spelling).body["error_code"] == 0
        assert mails(world)[-1][0] == made.email


def test_an_address_that_no_mail_can_be_sent_to_is_refused_by_name(world: World) -> None:
    answer = ask(world, "jürgen@desk.test").body
    assert answer["error_code"] == 28
    assert answer["error_detail"] == "user_email: has characters before the @ to which no mail can be sent"
