"""Files and texts without a token: taken where the person, or anybody of the account, was seen within the hour."""

from tests import policies
from tests.desk.core.floods import ELSEWHERE
from tests.desk.core.floods import at_an_own_address as at_an_own_address
from tests.e2e.test_sockets import device_of
from tests.lambdas import counted
from tests.websockets import Socket
from tests.world import World


def test_a_file_without_a_token_is_taken_from_who_was_seen_at_the_same_address_within_the_hour(world: World) -> None:
    visitor, another = world.visitor(), world.visitor()
    assert "fuuid" in world.upload(visitor.id, b"words").body
    with world.at(ELSEWHERE):
        assert world.upload(visitor.id, b"words").body["error_code"] == 20
        assert (
            world.pp("PP_PAGE_HISTORY_MESSAGE", conversation_uuid=visitor.conversation, user_uuid=visitor.id).body["error_code"]
            == 0
        )
        assert "fuuid" in world.upload(visitor.id, b"words").body
        assert world.upload(another.id, b"words").body["error_code"] == 20
    world.now += 3_599_000
    assert "fuuid" in world.upload(visitor.id, b"words").body
    world.now += 1_000
    assert world.upload(visitor.id, b"words").body["error_code"] == 20


def test_an_agent_s_uuid_is_no_proof_and_their_token_or_socket_is(world: World) -> None:
    agent, key = world.agents[0], world.token("PPCOM")
    visitor = world.visitor()
    headers = {"Authorization": f"OAuth {key}"}
    assert world.upload(agent.id, b"words").body["error_code"] == 20
    assert world.upload(agent.id, b"words", **headers).body["error_code"] == 7, "a visitors' token is public"
    for endpoint in ("PP_GET_USER_INFO", "PP_GET_APP_INFO", "PPCOM_GET_DEFAULT_CONVERSATION", "PP_GET_USER_CONVERSATION_LIST"):
        world.pp(endpoint, app_uuid=world.account, user_uuid=agent.id, from_uuid=agent.id, device_uuid="d")
    world.pp("PP_PAGE_HISTORY_MESSAGE", user_uuid=agent.id, conversation_uuid=visitor.conversation)
    assert world.upload(agent.id, b"words").body["error_code"] == 20, "naming them in a call is none either"
    device = device_of(world, 0)
    assert Socket(source=ELSEWHERE).auth(world, agent.id, device, "PPKEFU", world.token("PPKEFU"))["code"] == 0
    assert world.upload(agent.id, b"words").body["error_code"] == 20
    with world.at(ELSEWHERE):
        assert "fuuid" in world.upload(agent.id, b"words").body
        assert world.upload(world.agents[1].id, b"words").body["error_code"] == 20
    assert world.pp("PP_GET_APP_INFO", "PPKEFU", app_uuid=world.account).body["error_code"] == 0
    assert "fuuid" in world.upload(agent.id, b"words").body


def test_a_program_s_token_proves_each_of_its_account(world: World, other: World) -> None:
    with world.at(ELSEWHERE):
        assert world.upload(world.agents[1].id, b"words").body["error_code"] == 20
        assert world.pp("PP_GET_APP_INFO", "THIRD_PARTY_KEFU", app_uuid=world.account).body["error_code"] == 0
        assert "fuuid" in world.upload(world.agents[1].id, b"words").body
        assert world.upload(other.agents[1].id, b"words").body["error_code"] == 20


def test_a_text_without_a_token_is_taken_where_anybody_was_seen(world: World) -> None:
    with world.at(f"10.1.{world.account[-1]}.9"):
        with counted() as sent:
            assert world.form("/upload_txt", content_txt="x" * 60_000).body["error_code"] == 20
        assert sent == ["BatchGetItem"]
        world.visitor()
        assert world.form("/upload_txt", content_txt="words").body["error_code"] == 0


def test_another_process_knows_who_was_seen(world: World) -> None:
    visitor = world.visitor()
    policies.forget()
    assert "fuuid" in world.upload(visitor.id, b"words").body
    policies.forget()
    world.now += 3_600_000
    assert world.upload(visitor.id, b"words").body["error_code"] == 20


def test_who_was_seen_is_stored_once_in_half_an_hour(world: World) -> None:
    visitor = world.visitor()
    visitor.say("hello")
    stored = []
    for _ in range(8):
        world.now += 10 * 60_000
        world.tokens.clear()
        with counted() as sent:
            visitor.history()
        stored.append("TransactWriteItems" in sent)
    assert stored.count(True) >= 2
    world.now += 1_000
    with counted() as sent:
        visitor.history()
    assert "TransactWriteItems" not in sent
