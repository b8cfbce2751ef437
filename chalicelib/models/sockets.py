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
    """Sends a text to a socket. One request. Returns False if it has gone."""
    try:
        client().post_to_connection(ConnectionId=connection, Data=text.encode())
    except ClientError as error:
        if not _has_gone(error):
            raise
        return False
    return True


def close(connection: str) -> None:
    """Closes a socket, if it is still there. One request."""
    try:
        client().delete_connection(ConnectionId=connection)
    except ClientError as error:
        if not _has_gone(error):
            raise


def _has_gone(error: ClientError) -> bool:
    """Returns whether the answer is 410, or 400 for a bad socket id."""
    return error.response["Error"]["Code"] in ("GoneException", "BadRequestException")
