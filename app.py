"""The contents page: every route family, queue, stream and schedule lambda, a line each."""

from functools import partial
from typing import Any, cast

from chalice.app import Chalice, CloudWatchEvent, DynamoDBEvent, Rate, Request, Response, SQSEvent, WebsocketEvent

from chalicelib import startup  # isort: skip  # the first, because it lasts while all others are imported
from chalicelib import config, telemetry
from chalicelib.dialects.anytime import webhook_payloads
from chalicelib.dialects.anytime.routes import ANYTIME
from chalicelib.dialects.endpoint import Dialect
from chalicelib.dialects.gateway import address_of, identify, received, respond, serve, source_of
from chalicelib.dialects.livechat.routes import LIVECHAT
from chalicelib.dialects.oneview.routes import ONEVIEW
from chalicelib.dialects.ppmessage import socket
from chalicelib.dialects.ppmessage.mapping import socket as words
from chalicelib.dialects.ppmessage.routes import PPMESSAGE
from chalicelib.jobs import automate, batch, count, deliver, inbound, index, mail, mail_events, notify, relay, route, timers

telemetry.configure()
app = Chalice(app_name="polydesk", configure_logs=False)  # telemetry does
app.register_middleware(identify, "all")
app.experimental_feature_flags.update(["WEBSOCKETS"])
# Forms with files come, and pictures go. API Gateway looks at the first type alone that a browser accepts, and browsers differ.
app.api.binary_types = ["*/*"]

DIALECTS = [PPMESSAGE, ANYTIME, ONEVIEW, LIVECHAT]
#: Paths of each dialect: all below a base that are so many segments deep. The endpoint tables know the rest, so that an
#: unknown path is refused in the dialect's words, and Anytime's match whatever their case.
FAMILIES = [
    (PPMESSAGE, "/api", 1, 1),
    (PPMESSAGE, "/ppauth", 1, 1),
    (PPMESSAGE, "/upload", 0, 1),
    (PPMESSAGE, "/upload_txt", 0, 0),
    (PPMESSAGE, "/download", 1, 2),
    (PPMESSAGE, "/identicon", 1, 1),
    (PPMESSAGE, "/ppkefu", 1, 2),
    (PPMESSAGE, "/widget.js", 0, 0),
    (ANYTIME, "/api", 2, 7),
    (ANYTIME, "/oauth", 1, 1),
    (ONEVIEW, "/cs-chat-ticket", 0, 8),
    (LIVECHAT, "/auth", 1, 6),
]
#: The desk's own pages, and the files that they are made of.
PAGES = ["/", "/console", "/demo", "/docs", "/signup", "/static/{p1}", "/static/{p1}/{p2}", "/static/{p1}/{p2}/{p3}"]
#: What is counted may wait for more of it, two seconds: a transaction then counts many messages.
COUNTED: dict[str, Any] = {"batch_size": 100, "maximum_batching_window_in_seconds": 2}
METHODS = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]


def _serve(dialect: Dialect, base: str, shallowest: int, deepest: int) -> None:
    """Registers a family for every method and content type, because the dialect refuses in its own words."""

    def handler(**_: str) -> Response:
        return serve(dialect, cast(Request, app.current_request))

    for depth in range(shallowest, deepest + 1):
        path = base + "".join(f"/{{p{at}}}" for at in range(1, depth + 1))
        app.route(path, methods=METHODS, content_types=["*/*"], name=f"{dialect.name}{path}")(handler)


for family in FAMILIES:
    _serve(*family)


@app.route("/openapi.json", methods=METHODS, content_types=["*/*"])
def describe() -> Response:
    from chalicelib.dialects import openapi  # only now, because few ask

    method = cast(Request, app.current_request).method
    with telemetry.Line("request", method=method, route="/openapi.json") as line:
        answer = openapi.answer(DIALECTS, received(cast(Request, app.current_request)))
        line.add(status=answer.status)
        return respond(answer)


def _page(**_: str) -> Response:
    from chalicelib.pages import routes  # only now, because programs, queues and streams need none

    request = cast(Request, app.current_request)
    return respond(routes.serve(received(request), address_of(request)))


for path in PAGES:
    app.route(path, methods=METHODS, content_types=["*/*"], name=f"pages{path}")(_page)


# From the horizon: a mapping misses nothing that was written while it was being created. Chalice can't ask for partial responses,
# so what gives them starts with batches of one; infra/deploy.py asks, and makes them larger.
@app.on_dynamodb_record(stream_arn=config.stream_arn("conversations"), batch_size=1, starting_position="TRIM_HORIZON")
def relay_conversations(event: DynamoDBEvent) -> dict[str, Any]:
    return relay.relay("conversations", _records(event))


@app.on_dynamodb_record(stream_arn=config.stream_arn("people"), batch_size=1, starting_position="TRIM_HORIZON")
def relay_people(event: DynamoDBEvent) -> dict[str, Any]:
    return relay.relay("people", _records(event))


@app.on_dynamodb_record(stream_arn=config.stream_arn("conversations"), starting_position="TRIM_HORIZON", **COUNTED)
def count_conversations(event: DynamoDBEvent) -> None:
    count.count("conversations", _records(event))


@app.on_dynamodb_record(stream_arn=config.stream_arn("people"), starting_position="TRIM_HORIZON", **COUNTED)
def count_people(event: DynamoDBEvent) -> None:
    count.count("people", _records(event))


@app.on_sqs_message(queue=config.queue("routing"), batch_size=1)
def route_conversations(event: SQSEvent) -> dict[str, Any]:
    return batch.each(_records(event), route.route)


@app.on_sqs_message(queue=config.queue("timers"), batch_size=1)
def fire_timers(event: SQSEvent) -> dict[str, Any]:
    return batch.each(_records(event), timers.fire)


@app.on_sqs_message(queue=config.queue("notify"), batch_size=1)
def notify_sockets(event: SQSEvent) -> dict[str, Any]:
    return batch.each(_records(event), partial(notify.notify, words=words))


@app.on_ws_connect()
def websocket_connect(event: WebsocketEvent) -> dict[str, int]:
    """Everybody may, so often; who it is they say in their first message."""
    return {"statusCode": socket.opened(source_of(event))}


@app.on_ws_message()
def websocket_message(event: WebsocketEvent) -> None:
    socket.serve(event.connection_id, event.body, source_of(event))


@app.on_ws_disconnect()
def websocket_disconnect(event: WebsocketEvent) -> None:
    socket.gone(event.connection_id)


@app.on_sqs_message(queue=config.queue("mail"), batch_size=1)
def send_mail(event: SQSEvent) -> dict[str, Any]:
    return batch.each(_records(event), mail.send)


@app.on_sqs_message(queue=config.queue("inbound"), batch_size=1)
def receive_mail(event: SQSEvent) -> dict[str, Any]:
    return batch.each(_records(event), inbound.receive)


@app.on_sqs_message(queue=config.queue("mail-events"), batch_size=1)
def note_mail_events(event: SQSEvent) -> dict[str, Any]:
    return batch.each(_records(event), mail_events.note)


@app.on_sqs_message(queue=config.queue("automation"), batch_size=1)
def fire_triggers(event: SQSEvent) -> dict[str, Any]:
    return batch.each(_records(event), automate.automate)


@app.on_sqs_message(queue=config.queue("search"), batch_size=1)
def index_words(event: SQSEvent) -> dict[str, Any]:
    return batch.each(_records(event), index.index)


@app.on_sqs_message(queue=config.queue("webhooks"), batch_size=1)
def deliver_webhooks(event: SQSEvent) -> dict[str, Any]:
    return batch.each(_records(event), partial(deliver.deliver, words=webhook_payloads))


@app.schedule(Rate(1, unit=Rate.MINUTES))
def sweep_timers(event: CloudWatchEvent) -> None:
    timers.sweep()


def _records(event: DynamoDBEvent | SQSEvent) -> list[dict[str, Any]]:
    return event.to_dict()["Records"]  # type: ignore[no-any-return]


startup.finish()
