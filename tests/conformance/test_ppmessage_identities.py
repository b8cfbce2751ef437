"""Who a page says its visitor is: believed if it is signed or the account trusts addresses, else only noted."""

import hashlib
import hmac
from typing import Any

import pytest

from chalicelib.context import ADMIN
from chalicelib.desk.core import cache
from chalicelib.desk.core.errors import NotFound
from chalicelib.desk.people import agents, people, registration
from chalicelib.models import settings, unique_names
from tests.conformance.cases_apps import address
from tests.conformance.scene import Scene
from tests.conformance.test_ppmessage_apps import ask, call, code
from tests.world import World

EMAIL, IDENTITY = "PP_GET_USER_UUID", "PPCOM_GET_USER_UUID"


def trust(scene: Scene, is_on: bool = True) -> None:
    """The account believes whoever names a customer's address or id, or does not."""
    answer = ask(scene, "PP_UPDATE_APP_INFO", trusts_addresses=is_on)
    assert (answer["error_code"], answer["trusts_addresses"]) == (0, is_on)


def renewed(scene: Scene) -> str:
    """A new secret for the shop's server."""
    return str(ask(scene, "PP_GET_API_INFO", user_uuid=scene.world.owner.id, renew="IDENTITY")["identity_secret"])


def signed(secret: str, name: str) -> str:
    """What the shop's server makes of a customer's id or address, as every such shop does."""
    return hmac.new(secret.encode(), name.encode(), hashlib.sha256).hexdigest()


def named(scene: Scene, **given: Any) -> dict[str, Any]:
    """What a browser that nobody knows is told where its page names its visitor."""
    return ask(scene, IDENTITY, "PPCOM", **{"ppcom_trace_uuid": address()} | given)


def user(scene: Scene, endpoint: str = IDENTITY, token: str | None = None, **given: Any) -> str:
    """The uuid that a page is given, on a fresh token unless one is given; it must be given one."""
    body = {"app_uuid": scene.world.account, **({"ppcom_trace_uuid": address()} if endpoint == IDENTITY else {}), **given}
    answer = call(scene, endpoint, token or scene.world.token("PPCOM"), **body)
    assert answer["error_code"] == 0, answer
    return str(answer["user_uuid"])


def seen(scene: Scene, who: str, label: str = "PPKEFU") -> dict[str, Any]:
    return ask(scene, "PP_GET_USER_INFO", label, user_uuid=who)


@pytest.fixture(autouse=True)
def distrusting(scene: Scene) -> None:
    """What an account is unless its owner changes it."""
    trust(scene, False)


def test_where_addresses_are_trusted_a_customers_e_mail_is_one_user_and_an_agents_is_29(scene: Scene, rival: Scene) -> None:
    trust(scene)
    trust(rival)
    email = address()
    first = ask(scene, EMAIL, "PPCOM", user_email=email)["user_uuid"]
    assert ask(scene, EMAIL, "PPCOM", user_email=f" {email.upper()} ", user_fullname="X")["user_uuid"] == first
    shown = ask(scene, "PP_GET_USER_INFO", "PPCOM", user_uuid=first)
    assert (shown["user_fullname"], shown["is_email_verified"]) == (email.split("@")[0], True)
    assert ask(rival, EMAIL, "PPCOM", user_email=email)["user_uuid"] != first
    assert user(scene, user_email=email, user_name="Y") == first
    assert seen(scene, first)["user_fullname"] == email.split("@")[0]


@pytest.mark.parametrize("trusts", [True, False])
def test_an_agents_address_is_29_and_what_is_none_28(scene: Scene, trusts: bool) -> None:
    trust(scene, trusts)
    for endpoint in (EMAIL, IDENTITY):
        given = {"ppcom_trace_uuid": "t"} if endpoint == IDENTITY else {}
        for agent in (scene.world.agents[0], scene.world.owner):
            assert code(scene, endpoint, "PPCOM", user_email=agent.email.upper(), **given) == 29
        assert code(scene, endpoint, "PPCOM", user_email="none", **given) == 28
    assert named(scene, user_id=scene.world.agents[0].email)["error_code"] == 29


def test_whoever_knows_an_address_or_an_id_reads_nothing_of_that_customer(scene: Scene) -> None:
    email, customer = address(), f"customer {address()}"
    created = ask(scene, "PP_CREATE_USER", user_email=email, user_fullname="Cu Stomer")["uuid"]
    secret = renewed(scene)
    own = user(scene, user_id=customer, signature=signed(secret, customer))
    conversation = ask(scene, "PPCOM_GET_DEFAULT_CONVERSATION", "PPCOM", user_uuid=own, device_uuid="d")["uuid"]
    strangers = [
        user(scene, EMAIL, user_email=email),
        user(scene, EMAIL, user_email=email.upper()),
        user(scene, user_email=email),
        user(scene, user_id=email),
        user(scene, user_id=customer),
        user(scene, user_id=customer, user_email=email),
    ]
    assert len({created, own, *strangers}) == 8
    for each in strangers:
        shown = seen(scene, each)
        assert (shown["is_email_verified"], shown["is_anonymous_user"]) == (False, True)
        given = {"user_uuid": each, "conversation_uuid": conversation}
        assert code(scene, "PP_PAGE_HISTORY_MESSAGE", "PPCOM", **given) == 26
        assert ask(scene, "PP_GET_USER_CONVERSATION_LIST", "PPCOM", user_uuid=each)["list"] == []
    assert (seen(scene, created)["user_email"], seen(scene, created)["is_email_verified"]) == (email, True)
    assert people.get_by_email(scene.world.ctx(ADMIN), email).id == created


def test_an_unsigned_address_is_noted_for_agents_and_is_nobodys(scene: Scene) -> None:
    email = address()
    token = scene.world.token("PPCOM")
    first = user(scene, EMAIL, token, user_email=email, user_fullname="Cu Stomer", user_icon="https://x.example/i.png")
    assert user(scene, EMAIL, token, user_email=email.upper()) == first, "the same token is the same contact again"
    assert user(scene, EMAIL, token, user_email=address()) != first
    shown = seen(scene, first)
    told = {name: shown[name] for name in ("user_fullname", "user_email", "is_email_verified", "user_icon")}
    assert told == {
        "user_fullname": "Cu Stomer",
        "user_email": email,
        "is_email_verified": False,
        "user_icon": "https://x.example/i.png",
    }
    assert unique_names.find(scene.world.account, "email", email) is None
    with pytest.raises(NotFound):
        people.get_by_email(scene.world.ctx(ADMIN), email)
    assert registration.is_free(scene.world.ctx(ADMIN), email)
    assert seen(scene, user(scene, EMAIL, user_email=email))["user_fullname"] == email.split("@")[0]


def test_the_vendors_client_of_a_known_customer_starts_and_writes(scene: Scene) -> None:
    token = scene.world.token("PPCOM")

    def boot(endpoint: str, **given: Any) -> dict[str, Any]:
        answer = call(scene, endpoint, token, app_uuid=scene.world.account, **given)
        assert answer["error_code"] in (0, 25), (endpoint, answer)
        return answer

    email = address()
    me = boot(EMAIL, user_email=email, user_fullname=None, user_icon=None)["user_uuid"]
    assert boot("GET_YVOBJECT_DETAIL", uuid=me, type="DU")["email"] == email
    device = {"user_uuid": me, "device_id": "d", "device_ostype": "BROWSER", "ppcom_trace_uuid": None}
    made = boot("PP_CREATE_DEVICE", **device)["device_uuid"]
    chat = boot("PPCOM_GET_DEFAULT_CONVERSATION", user_uuid=me, device_uuid=made)["uuid"]
    sent = {"from_uuid": me, "from_type": "DU", "to_uuid": chat, "to_type": "AP", "conversation_uuid": chat, "uuid": chat}
    boot("PP_SEND_MESSAGE", **sent, message_type="NOTI", message_subtype="TEXT", message_body="hello")
    assert [one["body"] for one in boot("PP_PAGE_HISTORY_MESSAGE", conversation_uuid=chat, user_uuid=me)["list"]] == ["hello"]


TOLD: dict[str, Any] = {
    "user_name": "Cu Stomer",
    "user_mobile": "+49 1",
    "user_icon": "https://x.example/i.png",
    "company_name": "Shop AG",
    "user_createtime": 1_700_000_000_000,
}


def test_what_a_page_tells_of_its_visitor_is_noted_on_the_contact_of_the_browser(scene: Scene) -> None:
    own = ask(scene, "PP_CREATE_ANONYMOUS", "PPCOM", ppcom_trace_uuid="browser 9")["user_uuid"]
    email = address()
    given = {"ppcom_trace_uuid": "browser 9", "user_id": 4711, "user_email": email, **TOLD}
    answer = named(scene, **given)
    assert (answer["user_uuid"], answer["uuid"]) == (own, own)
    shown = seen(scene, own)
    told = {name: shown[name] for name in ("user_fullname", "user_mobile", "user_company", "user_id", "user_email", "user_icon")}
    assert told == {
        "user_fullname": "Cu Stomer",
        "user_mobile": "+49 1",
        "user_company": "Shop AG",
        "user_id": "4711",
        "user_email": email,
        "user_icon": "https://x.example/i.png",
    }
    assert (shown["is_email_verified"], shown["ppcom_trace_uuid"]) == (False, "browser 9")
    assert people.get(scene.world.ctx(ADMIN), own).registered_at == 1_700_000_000_000
    assert named(scene, ppcom_trace_uuid="browser 9", user_id="4711", user_name="", user_mobile="")["user_uuid"] == own
    assert (seen(scene, own)["user_fullname"], seen(scene, own)["user_mobile"]) == ("Cu Stomer", "+49 1")
    assert named(scene, ppcom_trace_uuid="browser 9")["user_uuid"] == own
    for field, value in (("user_name", "N" * 257), ("user_mobile", "1" * 65), ("user_icon", "i" * 1025), ("user_id", "u" * 257)):
        answer = named(scene, ppcom_trace_uuid="browser 9", **{field: value})
        assert answer["error_code"] == 28 and answer["error_detail"].startswith(f"{field}: "), answer
    for moment in (-1, 1e300, 2**60 + 1):
        assert "user_createtime: " in named(scene, user_id="7", user_createtime=moment)["error_detail"]
    assert named(scene, user_id="7", company_name="c" * 257)["error_detail"].startswith("company_name: ")
    assert ask(scene, IDENTITY, "PPCOM", user_id="7")["error_code"] == 6
    assert named(scene, ppcom_trace_uuid="browser 9", user_name="  ", user_id=" ")["user_uuid"] == own
    assert seen(scene, own)["user_fullname"] == "Cu Stomer"
    blank = ask(scene, EMAIL, "PPCOM", user_email="  ")
    assert (blank["error_code"], blank["error_detail"]) == (6, "user_email is required")


def test_where_ids_are_trusted_the_shops_id_alone_finds_the_contact(scene: Scene, rival: Scene) -> None:
    trust(scene)
    trust(rival)
    first = user(scene, user_id=4712, user_name="Cu Stomer", user_email="cu@shop.test")
    assert user(scene, user_id="4712", user_name="Somebody Else", user_mobile="+49 1") == first
    shown = seen(scene, first)
    assert (shown["user_fullname"], shown["user_mobile"], shown["is_email_verified"]) == ("Cu Stomer", "+49 1", False)
    assert user(scene, user_id="4713") != first
    assert user(rival, user_id="4712") != first
    agents.remove(scene.world.ctx(ADMIN), first)
    assert user(scene, user_id="4712") != first


def test_a_signature_opens_the_customers_own_contact_from_any_browser(scene: Scene) -> None:
    email, secret = address(), renewed(scene)
    created = ask(scene, "PP_CREATE_USER", user_email=email, user_fullname="Cu Stomer")["uuid"]
    assert user(scene, EMAIL, user_email=email, signature=signed(secret, email)) == created
    assert user(scene, user_email=email, signature=signed(secret, email).upper()) == created
    upper = email.upper()
    assert user(scene, user_email=upper, signature=signed(secret, upper)) == created
    assert user(scene, user_email=upper, signature=signed(secret, email)) == created
    assert user(scene, user_id=email, signature=signed(secret, email)) == created, "an id that is an address is that address"
    first = user(scene, user_id="9", user_email=email, signature=signed(secret, "9"), **TOLD)
    assert first != created
    assert user(scene, user_id="9", user_name="New Name", signature=signed(secret, "9")) == first
    shown = seen(scene, first)
    assert (shown["user_fullname"], shown["user_mobile"], shown["user_email"]) == ("New Name", "+49 1", email)
    assert shown["is_email_verified"] is False, "the signature is of the id alone"
    assert people.get_by_email(scene.world.ctx(ADMIN), email).id == created


def test_a_bad_signature_is_refused_whatever_it_is_of(scene: Scene, rival: Scene) -> None:
    secret, foreign = renewed(scene), renewed(rival)
    email = address()
    good = signed(secret, email)
    wrong: list[dict[str, Any]] = [
        {"user_email": email, "signature": signed(foreign, email)},
        {"user_email": address(), "signature": good},
        {"user_email": email, "user_id": "another", "signature": good},
        {"user_id": "another@shop.test", "user_email": email, "signature": good},
        {"user_id": "1", "signature": signed(secret, "2")},
        {"user_id": "Ann", "signature": signed(secret, "ann")},
        {"user_id": "Ann", "signature": hashlib.sha256(b"Ann").hexdigest()},
        *({"user_email": email, "signature": bad} for bad in (" ", "0", good[:-1], f"{good} ", "é" * 64)),
    ]
    for trusts in (False, True):
        trust(scene, trusts)
        for given in wrong:
            assert (named(scene, **given)["error_code"], given) == (20, given)
    assert code(scene, EMAIL, "PPCOM", user_email=email, signature=signed(foreign, email)) == 20
    assert named(scene, signature=good)["error_code"] == 6
    blank = {"user_id": " ", "user_email": email}
    assert named(scene, **blank, signature=signed(secret, " "))["error_code"] == 20, "a blank id is none"
    assert named(scene, **blank, signature=good)["error_code"] == 0
    assert named(scene, user_email=email, signature=good)["error_code"] == 0


def test_an_account_without_a_secret_takes_no_signature_and_a_new_secret_ends_the_old_one(scene: Scene, world: World) -> None:
    none_yet = Scene(world, world.visitor(), 1)
    assert named(none_yet, user_id="1", signature=signed("", "1"))["error_code"] == 20
    old, new = renewed(none_yet), renewed(none_yet)
    assert old != new and len(new) >= 43
    assert named(none_yet, user_id="1", signature=signed(old, "1"))["error_code"] == 20
    assert named(none_yet, user_id="1", signature=signed(new, "1"))["error_code"] == 0


def test_the_secret_is_told_once_to_the_owners_console_and_stands_where_nothing_else_reads_it(scene: Scene) -> None:
    secret = renewed(scene)
    owner = scene.world.owner.id
    assert ask(scene, "PP_GET_API_INFO", user_uuid=owner)["identity_secret"] is None
    assert code(scene, "PP_GET_API_INFO", "THIRD_PARTY_CONSOLE", user_uuid=owner, renew="IDENTITY") == 20
    assert code(scene, "PP_GET_API_INFO", "PPCOM", user_uuid=owner, renew="IDENTITY") == 4
    answers = [ask(scene, "PP_GET_APP_INFO", label) for label in ("PPCOM", "PPKEFU", "PPCONSOLE")]
    assert secret not in repr(answers) + repr([row.document for row in settings.load(scene.world.account).values()])
    user(scene, user_id="1", signature=signed(secret, "1"))
    assert secret not in repr([vars(clear.__self__) for clear in cache._all])  # type: ignore[attr-defined]


def test_the_owner_alone_says_that_addresses_are_trusted_and_visitors_are_not_told(scene: Scene) -> None:
    assert code(scene, "PP_UPDATE_APP_INFO", "THIRD_PARTY_CONSOLE", trusts_addresses=True) == 39
    assert ask(scene, "PP_GET_APP_INFO")["trusts_addresses"] is False
    assert ask(scene, "PP_GET_APP_INFO", "PPCOM")["trusts_addresses"] is None


def test_who_is_removed_frees_what_is_theirs_and_nothing_that_they_only_claimed(scene: Scene) -> None:
    email, customer, secret = address(), f"customer {address()}", renewed(scene)
    created = ask(scene, "PP_CREATE_USER", user_email=email, user_fullname="Cu Stomer")["uuid"]
    own = user(scene, user_id=customer, signature=signed(secret, customer))
    claimant = user(scene, user_id=customer, user_email=email)
    agents.remove(scene.world.ctx(ADMIN), claimant)
    assert user(scene, user_id=customer, signature=signed(secret, customer)) == own
    assert user(scene, user_email=email, signature=signed(secret, email)) == created
    for each in (created, own):
        agents.remove(scene.world.ctx(ADMIN), each)
    assert user(scene, user_id=customer, signature=signed(secret, customer)) not in (own, created)
    assert user(scene, user_email=email, signature=signed(secret, email)) not in (own, created)
