"""The contents page: every route family, queue, stream and schedule lambda, a line each."""

from typing import Any, cast

from chalice.app import Chalice, CloudWatchEvent, DynamoDBEvent, Rate, Request, Response, SQSEvent

from chalicelib import config
from chalicelib.dialects import openapi
from chalicelib.dialects.anytime.routes import ANYTIME
from chalicelib.dialects.endpoint import Dialect
from chalicelib.dialects.gateway import respond, serve
from chalicelib.dialects.http import Answer
from chalicelib.dialects.livechat.routes import LIVECHAT
from chalicelib.dialects.oneview.routes import ONEVIEW
from chalicelib.dialects.ppmessage.routes import PPMESSAGE
from chalicelib.jobs import relay, route, timers

app = Chalice(app_name="polydesk")

DIALECTS = [PPMESSAGE, ANYTIME, ONEVIEW, LIVECHAT]
#: Path families of each dialect. The endpoint tables know the rest, so that an unknown path is refused in the dialect's
#: words; Anytime's `v3/anytime` are variables because its paths match whatever their case, and the gateway's don't.
FAMILIES = [
    (PPMESSAGE, "/api/{endpoint}"),
    (PPMESSAGE, "/ppauth/{endpoint}"),
    (ANYTIME, "/oauth/{endpoint}"),
    (ANYTIME, "/api/{endpoint}/{product}/{resource}"),
    (ANYTIME, "/api/{endpoint}/{product}/{resource}/{id}"),
    (ANYTIME, "/api/{endpoint}/{product}/{resource}/{id}/{part}"),
    (ANYTIME, "/api/{endpoint}/{product}/{resource}/{id}/{part}/{sub}"),
    (ANYTIME, "/api/{endpoint}/{product}/{resource}/{id}/{part}/{sub}/{verb}"),
    (ONEVIEW, "/cs-chat-ticket/v1/{resource}"),
    (ONEVIEW, "/cs-chat-ticket/v1/{resource}/{id}"),
    (ONEVIEW, "/cs-chat-ticket/v1/{resource}/{id}/{part}"),
    (LIVECHAT, "/auth/{resource}"),
    (LIVECHAT, "/auth/user/{verb}"),
    (LIVECHAT, "/auth/addon/live_chat/{noun}/{part}"),
    (LIVECHAT, "/auth/addon/live_chat/{noun}/{part}/{verb}"),
]
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def _serve(dialect: Dialect, path: str) -> None:
    """Registers a path family: every method and content type, because the dialect refuses in its own words."""

    def handler(**_: str) -> Response:
        return serve(dialect, cast(Request, app.current_request))

    app.route(path, methods=METHODS, content_types=["*/*"], name=f"{dialect.name}{path}")(handler)


for family in FAMILIES:
    _serve(*family)


@app.route("/openapi.json", methods=["GET", "OPTIONS"])
def describe() -> Response:
    return respond(Answer(openapi.document(DIALECTS), headers=openapi.CORS.as_headers()))


@app.on_dynamodb_record(stream_arn=config.stream_arn("conversations"), batch_size=100)
def relay_conversations(event: DynamoDBEvent) -> None:
    relay.relay("conversations", _records(event))


@app.on_dynamodb_record(stream_arn=config.stream_arn("people"), batch_size=100)
def relay_people(event: DynamoDBEvent) -> None:
    relay.relay("people", _records(event))


# One message an invocation: a failure then returns that message alone to its queue.
@app.on_sqs_message(queue=config.queue("routing"), batch_size=1)
def route_conversations(event: SQSEvent) -> None:
    for record in event:
        route.route(record.body)


@app.on_sqs_message(queue=config.queue("timers"), batch_size=1)
def fire_timers(event: SQSEvent) -> None:
    for record in event:
        timers.fire(record.body)


@app.schedule(Rate(1, unit=Rate.MINUTES))
def sweep_timers(event: CloudWatchEvent) -> None:
    timers.sweep()


def _records(event: DynamoDBEvent) -> list[dict[str, Any]]:
    return event.to_dict()["Records"]  # type: ignore[no-any-return]
