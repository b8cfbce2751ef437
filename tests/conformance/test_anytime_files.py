"""Anytime's attachments, message by message reading, mentions, and HTML, which never does harm in any dialect."""

import base64
import json
from typing import Any

import pytest

from chalicelib.models import storage
from chalicelib.rules import ids
from tests.conformance.brought import bring, fetched, newest, number_of, upload
from tests.conformance.scene import Scene, attachment
from tests.conformance.test_anytime import refused
from tests.conformance.writes import number as number
from tests.conformance.writes import post
from tests.pictures import picture
from tests.visitors import Answer, Visitor

BASE = "/api/v3/anytime"
HOSTILE = "<script>a1()</script><p onclick=a2() style='x: a3'>Hi</p><a href='javascript:a4()'>l</a><svg onload=a5()></svg>"
HOSTILE += "<img src='data:image/svg+xml,a6' onerror=a7()><style>a8 {}</style><iframe src='https://a9.test'></iframe>"


def call(scene: Scene, method: str, path: str, body: Any = None, at: int = 0) -> Answer:
    return scene.world.call(method, f"{BASE}{path}", body, **scene.world.bearer(scene.world.agents[at]))


def listed(scene: Scene, number: int, query: str = "") -> dict[str, Any]:
    answer = call(scene, "GET", f"/conversations/{number}/messages{query}")
    assert answer.status == 200, answer
    return dict(answer.body)


def asking(scene: Scene) -> tuple[Visitor, int]:
    visitor = scene.world.asking()
    return visitor, number_of(visitor)


# --- attachments


def test_an_uploaded_file_is_named_by_a_message_and_opens(scene: Scene) -> None:
    visitor, number = asking(scene)
    form = ("über.txt", "text/plain", b"words")
    shown = scene.world.form_data(f"{BASE}/attachments", scene.bearer(), file=form).body
    guid = shown["guid"]
    alone = {"guid": guid, "id": guid, "fileName": "über.txt", "isAvailable": True}
    alone["url"] = f"https://desk.test/download/{guid}?file_name=%C3%BCber.txt"
    assert shown == alone | {"attachment": alone}
    other = attachment(scene)
    given = {"type": "reply", "plainBody": "see", "attachments": [shown, {"id": other.upper().lower()}]}
    message = post(scene, number, given).body["message"]
    assert [file["guid"] for file in message["attachments"]] == [guid, other]
    assert message["attachments"][0] == alone
    assert fetched(scene.world.call("GET", f"/download/{guid}?file_name=x.txt"))["data"] == b"words"
    assert listed(scene, number)["messages"][-1] == message
    body = newest(visitor)
    assert body["message_subtype"] == "TXT"
    text = scene.world.call("GET", f"/download/{json.loads(body['body'])['fid']}").raw.decode()
    assert text == f"see\nüber.txt: https://desk.test/download/{guid}\nnotes.txt: https://desk.test/download/{other}"


def test_a_file_alone_is_shown_in_the_widget_as_what_it_is(scene: Scene) -> None:
    visitor, number = asking(scene)
    for name, data, subtype in (("a.txt", b"words", "FILE"), ("a.png", picture(), "IMAGE")):
        form = (name, "application/octet-stream", data)
        guid = scene.world.form_data(f"{BASE}/attachments", scene.bearer(), file=form).body["guid"]
        message = post(scene, number, {"type": "reply", "attachments": [{"guid": guid}]}).body["message"]
        assert (message["plainBody"], message["htmlBody"]) == (name, name)
        assert newest(visitor)["message_subtype"] == subtype


@pytest.mark.parametrize(
    "named", [[{"guid": "nothing"}], [{"guid": "0190f5c7-1111-7000-8000-00000000000a"}], [{}], [{"guid": ""}], [{"guid": 1}], "x"]
)
def test_what_is_no_file_of_the_caller_is_named(scene: Scene, number: int, named: Any) -> None:
    answer = post(scene, number, {"type": "reply", "plainBody": "words", "attachments": named})
    assert (refused(answer), answer.body["message"].startswith("attachments")) == (400, True), answer.body
    assert [message["plainBody"] for message in listed(scene, number)["messages"]][-1] != "words"


def test_another_agent_s_file_is_not_sent(scene: Scene, number: int) -> None:
    answer = scene.world.call(
        "POST",
        f"{BASE}/conversations/{number}/messages",
        {"type": "reply", "attachments": [{"guid": attachment(scene)}]},
        **scene.world.bearer(scene.world.agents[1]),
    )
    assert (refused(answer), answer.body["message"].startswith("attachments")) == (400, True)


def test_more_than_20_mb_in_all_is_refused_in_both_dialects(scene: Scene) -> None:
    visitor, number = asking(scene)
    guid = call(scene, "POST", "/attachments/uploads", {"fileName": "film.mp4", "size": 20 * 1024 * 1024 - 5}).body["guid"]
    early = post(scene, number, {"type": "reply", "attachments": [{"guid": guid}]})
    assert (refused(early), "has not been uploaded" in early.body["message"]) == (400, True)
    storage.put(f"incoming/{guid}", b"x" * (20 * 1024 * 1024 - 5), "application/octet-stream")
    assert call(scene, "GET", f"/attachments/{guid}").body["isAvailable"]
    assert post(scene, number, {"type": "reply", "attachments": [{"guid": guid}]}).status == 200
    assert post(scene, number, {"type": "reply", "attachments": [{"guid": attachment(scene)}]}).status == 200
    before = listed(scene, number)
    late = post(scene, number, {"type": "note", "plainBody": "one more", "attachments": [{"guid": attachment(scene)}]})
    said = "attachments are too large: a conversation has room for 20 MB of files in all"
    assert (refused(late), late.body["message"]) == (400, said)
    assert bring(scene, visitor, "FILE", {"fid": upload(scene.world, visitor.id, b"x")})["error_code"] == 16
    assert listed(scene, number) == before


def test_a_form_for_the_bucket_takes_one_object_of_one_size(scene: Scene) -> None:
    shown = call(scene, "POST", "/attachments/uploads", {"fileName": "film.mp4", "size": 7}).body
    assert shown.keys() == {"guid", "url", "fields"}
    assert shown["fields"]["key"] == f"incoming/{shown['guid']}"
    policy = json.loads(base64.b64decode(shown["fields"]["policy"]))
    assert ["content-length-range", 7, 7] in policy["conditions"]
    assert {"key": f"incoming/{shown['guid']}"} in policy["conditions"]
    assert not call(scene, "GET", f"/attachments/{shown['guid']}").body["isAvailable"]
    for size in (0, -1, 20 * 1024 * 1024 + 1, 2**40):
        answer = call(scene, "POST", "/attachments/uploads", {"fileName": "film.mp4", "size": size})
        assert (refused(answer), answer.body["message"].startswith("size")) == (400, True)


def test_an_unavailable_file_opens_for_nobody(scene: Scene, number: int) -> None:
    guid = attachment(scene)
    post(scene, number, {"type": "reply", "plainBody": "words", "attachments": [{"guid": guid}]})
    assert not call(scene, "PUT", f"/attachments/{guid}", {"isAvailable": False}, at=1).body["isAvailable"]
    for path in ("download", "download/download", "ppkefu/download", "ppkefu/material"):
        for headers in ({}, {"Authorization": f"OAuth {scene.world.token('PPKEFU')}"}):
            assert scene.world.call("GET", f"/{path}/{guid}", **headers).status == 404
    assert listed(scene, number)["messages"][-1]["attachments"][0]["isAvailable"] is False
    whole = call(scene, "GET", f"/conversations/{number}?include=messages").body["conversation"]["messages"]
    assert whole[-1]["attachments"][0]["isAvailable"] is False
    assert call(scene, "PUT", f"/attachments/{guid}", {"isAvailable": True}).body["isAvailable"]
    assert scene.world.call("GET", f"/download/{guid}").status == 302
    assert call(scene, "DELETE", f"/attachments/{guid}").body == {"guid": guid}
    assert scene.world.call("GET", f"/download/{guid}").status == 404
    assert call(scene, "GET", f"/attachments/{guid}").body["isAvailable"] is False


def test_an_attachment_of_nobody_or_of_another_account_is_404(scene: Scene, rival: Scene) -> None:
    theirs = attachment(rival)
    for guid in (theirs, "nothing", "0190f5c7-1111-7000-8000-00000000000a"):
        for method, body in (("GET", None), ("PUT", {"isAvailable": False}), ("DELETE", {})):
            assert refused(call(scene, method, f"/attachments/{guid}", body)) == 404
    assert rival.world.call("GET", f"/download/{theirs}").status == 302


# --- messages, one by one and page by page


def test_pages_lead_to_older_messages_and_back(scene: Scene) -> None:
    _, number = asking(scene)
    for count in range(6):
        post(scene, number, {"type": "note" if count % 2 else "reply", "plainBody": str(count)})
    everything = listed(scene, number)
    assert everything.keys() == {"messages"}
    texts = [message["plainBody"] for message in everything["messages"]]
    assert texts[-6:] == [str(count) for count in range(6)]
    page = listed(scene, number, "?pageSize=3&include=sender")
    seen: list[Any] = []
    assert "nextPage" not in page
    while True:
        seen = page["messages"] + seen
        assert all(message["sender"] for message in page["messages"] if message["senderId"])
        if "previousPage" not in page:
            break
        newer, page = page, dict(scene.world.call("GET", page["previousPage"].partition("desk.test")[2], **scene.bearer()).body)
        back = scene.world.call("GET", page["nextPage"].partition("desk.test")[2], **scene.bearer()).body
        assert back["messages"] == newer["messages"]
    assert [message["plainBody"] for message in seen] == texts
    for wrong in ("cursor=x", "cursor=0", "cursor=-1", "pageSize=0", "pageSize=1001", "cursor=1234567890", "cursor=%D9%A3"):
        answer = call(scene, "GET", f"/conversations/{number}/messages?{wrong}")
        assert (refused(answer), answer.body["message"].startswith(wrong.partition("=")[0])) == (400, True)


def test_one_message_is_found_by_its_id_in_its_conversation(scene: Scene, number: int) -> None:
    note = post(scene, number, {"type": "note", "plainBody": "psst"}).body["message"]
    path = f"/conversations/{number}/messages/{note['id']}"
    assert call(scene, "GET", path).body == {"message": note}
    sender = call(scene, "GET", f"{path}?include=sender").body["message"]["sender"]
    assert sender["id"] == scene.world.agents[0].number
    other = number + 1 if number != scene.number - 1 else number + 2
    for id_ in (note["id"] + 1, ids.message_number(number, 0), ids.message_number(other, 1), 1, 0, -1):
        assert refused(call(scene, "GET", f"/conversations/{number}/messages/{id_}")) == 404, id_


def test_reading_and_unreading_a_message_marks_the_conversation(scene: Scene) -> None:
    _, number = asking(scene)
    shown = listed(scene, number)["messages"][0]
    for word, is_read in (("read", True), ("unread", False)):
        answer = call(scene, "PUT", f"/conversations/{number}/messages/{shown['id']}/{word}", {})
        assert (answer.status, answer.body["message"]) == (200, shown)
        assert call(scene, "GET", f"/conversations/{number}").body["conversation"]["isRead"] is is_read
    for word in ("read", "unread", "resend"):
        assert refused(call(scene, "PUT", f"/conversations/{number}/messages/{shown['id'] + 99}/{word}", {})) == 404


# --- mentions


def mention(number: int) -> str:
    return f'<span data-id="{number}" class="athighlight">@x</span>'


def test_a_note_mentions_agents_and_ignores_others(scene: Scene, number: int) -> None:
    first, second = (agent.number for agent in scene.world.agents[1:3])
    html = f"<p>{mention(second)} {mention(first)} {mention(second)} {mention(10**9)}</p>"
    note = post(scene, number, {"type": "note", "htmlBody": html}).body["message"]
    assert (note["mentionedAgentIds"], note["htmlBody"], note["plainBody"]) == ([second, first], html, "@x @x @x @x")
    assert listed(scene, number)["messages"][-1] == note
    reply = post(scene, number, {"type": "reply", "htmlBody": html}).body["message"]
    assert (reply["mentionedAgentIds"], reply["htmlBody"]) == ([], "<p>{0} {0} {0} {0}</p>".format("<span>@x</span>"))


# --- HTML


def test_hostile_html_comes_out_of_no_dialect(scene: Scene) -> None:
    visitor, number = asking(scene)
    for type_ in ("note", "reply"):
        message = post(scene, number, {"type": type_, "htmlBody": HOSTILE}).body["message"]
        assert message["htmlBody"] == '<p>Hi</p><a rel="noopener nofollow">l</a><img>'
        assert message["plainBody"] == "Hi\n\nl"
    scene.world.settle()
    shown = [
        call(scene, "GET", f"/conversations/{number}/messages").raw,
        call(scene, "GET", f"/conversations/{number}?include=messages").raw,
        scene.world.call("GET", "/cs-chat-ticket/v1/tickets", **scene.bearer()).raw,
        json.dumps(newest(visitor)).encode(),
        json.dumps(visitor.info()).encode(),
    ]
    for answer in shown:
        for at in range(1, 10):
            assert f"a{at}(".encode() not in answer and f"a{at}.test".encode() not in answer, (at, answer)
        assert b"<script" not in answer and b"javascript:" not in answer


def test_a_text_is_shown_as_html_too(scene: Scene) -> None:
    visitor, number = asking(scene)
    visitor.say("<script>alert(1)</script>\n1 < 2")
    shown = listed(scene, number)["messages"][-1]
    assert shown["htmlBody"] == "&lt;script&gt;alert(1)&lt;/script&gt;<br>1 &lt; 2"
    assert shown["plainBody"] == "<script>alert(1)</script>\n1 < 2"


def test_a_repeated_key_with_the_same_html_is_the_same_message(scene: Scene, number: int) -> None:
    given = {"type": "note", "htmlBody": "<p onclick=x>Hi"}
    first = post(scene, number, given, Idempotency_Key="html").body
    assert post(scene, number, given, Idempotency_Key="html").body == first
    assert refused(post(scene, number, given | {"htmlBody": "<p>Ho"}, Idempotency_Key="html")) == 409


def test_html_that_grows_too_long_is_named(scene: Scene, number: int) -> None:
    answer = post(scene, number, {"type": "note", "htmlBody": "&" * 50_000, "plainBody": "a"})
    assert (refused(answer), answer.body["message"].startswith("htmlBody")) == (400, True)
