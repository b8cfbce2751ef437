"""Files and messages that bring them, and where a download leads."""

import json
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import boto3

from chalicelib import config
from chalicelib.desk.conversations import files
from chalicelib.models import conversations
from tests.conformance.scene import Scene, message
from tests.visitors import Answer, Visitor
from tests.world import World

LONG = "é" * 65  # 130 bytes


def bring(scene: Scene, visitor: Visitor, subtype: str, body: Any, label: str = "PPCOM", **changes: Any) -> dict[str, Any]:
    """A message that brings something along."""
    text = body if isinstance(body, str) else json.dumps(body)
    sent = {"conversation_uuid": visitor.conversation, "to_uuid": visitor.conversation, "message_subtype": subtype}
    sender = {"from_uuid": visitor.id} if label == "PPCOM" else {}
    return dict(
        scene.world.pp("PP_SEND_MESSAGE", label, **message(scene, label) | sent | sender | {"message_body": text} | changes).body
    )


def newest(visitor: Visitor) -> dict[str, Any]:
    """The last message as the visitor sees it: its subtype, and its body as it is in both places."""
    world = visitor.world
    page = world.pp("PP_PAGE_HISTORY_MESSAGE", conversation_uuid=visitor.conversation, user_uuid=visitor.id, page_size=1)
    (shown,) = page.body["list"]
    letters = json.loads(shown["message_body"])
    assert (letters["ms"], letters["bo"]) == (shown["message_subtype"], shown["body"])
    return dict(shown)


def number_of(visitor: Visitor) -> int:
    """Their conversation's integer id."""
    found = conversations.get(visitor.world.account, visitor.conversation)
    assert found
    return found.number


def upload(world: World, user: str, data: bytes, name: str = "a.bin", mime: str = "application/octet-stream") -> str:
    """The id of a file that somebody has brought without a token."""
    answer = world.upload(user, data, name, mime)
    assert answer.status == 200
    return str(answer.body["fuuid"])


def upload_of_agent(world: World, data: bytes) -> str:
    """A file of the first agent, who was seen with a token just now."""
    assert world.pp("PP_GET_APP_INFO", "PPKEFU", app_uuid=world.account).body["error_code"] == 0
    return upload(world, world.agents[0].id, data)


def get(world: World, fid: str, query: str = "", **headers: str) -> Answer:
    """A download of a file."""
    return world.call("GET", f"/download/{fid}{query}", **headers)


def fetched(answer: Answer) -> dict[str, Any]:
    """What the bucket has where a download leads, and under which header it gives it."""
    assert (answer.status, answer.body) == (302, None)
    where = urlsplit(answer.headers["Location"])
    query = parse_qs(where.query)
    assert query["X-Amz-Expires"] == [str(files.LINK_SECONDS)]
    assert answer.headers["Cache-Control"] == f"private, max-age={files.LINK_SECONDS - 60}"
    stored = boto3.client("s3").get_object(Bucket=where.netloc.split(".")[0], Key=unquote(where.path[1:]))
    shown = query["response-content-disposition"][0]
    return {"key": unquote(where.path[1:]), "data": stored["Body"].read(), "mime": stored["ContentType"], "shown": shown}


def objects(*ids: str) -> list[str]:
    """Keys of the bucket that have any of these ids in them."""
    listed = boto3.client("s3").list_objects_v2(Bucket=config.ATTACHMENTS).get("Contents", [])
    return sorted(entry["Key"] for entry in listed if any(id_ in entry["Key"] for id_ in ids))
