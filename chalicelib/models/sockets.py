"""Sending to a socket: API Gateway's management API. `config.SOCKET_API` is its address; `make run` serves the same."""

from functools import cache
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from chalicelib import config
from chalicelib.models import base

if TYPE_CHECKING:
    from mypy_boto3_apigatewaymanagementapi import ApiGatewayManagementApiClient


@cache
def client() -> "ApiGatewayManagementApiClient":
    """The one client for sockets."""
    return base.connection.session.create_client(  # type: ignore[return-value]
        "apigatewaymanagementapi", endpoint_url=config.socket_api()
    )


def send(connection: str, text: str) -> bool:
    """Sends a text to a socket: one request. False where it has gone."""
    try:
        client().post_to_connection(ConnectionId=connection, Data=text.encode())
    except ClientError as error:
        if not _has_gone(error):
            raise
        return False
    return True


def close(connection: str) -> None:
    """Ends a socket, if it is there still: one request."""
    try:
        client().delete_connection(ConnectionId=connection)
    except ClientError as error:
        if not _has_gone(error):
            raise


def _has_gone(error: ClientError) -> bool:
    """410; and 400 for an id that is no socket's."""
    return error.response["Error"]["Code"] in ("GoneException", "BadRequestException")
