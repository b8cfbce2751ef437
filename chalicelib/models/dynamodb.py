"""DynamoDB: the one connection of all tables."""

import random
import time
from typing import Any

from botocore.config import Config
from botocore.session import Session
from pynamodb.connection import Connection
from pynamodb.exceptions import VerboseClientError

from chalicelib.models import capacity, descriptions, json_bodies, quick_client

#: Times that a write is repeated after it met another one, and the longest pause before the first repetition, in seconds.
_CONFLICTS, _PAUSE = 5, 0.02
CONFLICT = "TransactionConflict"
_USER_AGENT = "polydesk"


class _Connection(Connection):
    _quickened: Any = None

    @property
    def session(self) -> Session:
        """Returns botocore's session. Its clients say who they are in a word: botocore makes its own long name anew for each
        request, which takes a twentieth of a post's CPU. They read JSON in C.
        """
        session = super().session
        if session.get_default_client_config() is None:
            session.set_default_client_config(Config(user_agent=_USER_AGENT))
            session.register_component("response_parser_factory", json_bodies.Factory())
            session.register_component("data_loader", descriptions.loader(session))
        return session

    @property
    def client(self) -> Any:
        """Returns botocore's client of DynamoDB, with parts of ours."""
        client = super().client
        if client is not self._quickened:
            quick_client.quicken(client, self.session)
            self._quickened = client
        return client

    def make_client(self) -> None:
        """Makes the client, unless there is one."""
        _ = self.client

    def dispatch(self, operation_name: str, operation_kwargs: dict[str, Any]) -> dict[str, Any]:
        """Sends a request, without pynamodb's listeners."""
        return self._make_api_call(operation_name, operation_kwargs)

    def _make_api_call(self, operation_name: str, operation_kwargs: dict[str, Any]) -> dict[str, Any]:
        """Sends it again, a few times, for a write that met another one at the same item.

        Nothing of such a write is stored and none of its conditions has failed, so it says nothing about the row. Asks for the
        consumed capacity where somebody collects it.
        """
        if (units := capacity.collected()) is None:
            return self._insist(operation_name, operation_kwargs)
        answer = self._insist(operation_name, {**operation_kwargs, "ReturnConsumedCapacity": "TOTAL"})
        units.add(operation_name, answer.get("ConsumedCapacity"))
        return answer

    def _insist(self, operation_name: str, operation_kwargs: dict[str, Any]) -> dict[str, Any]:
        for attempt in range(_CONFLICTS):
            try:
                return super()._make_api_call(operation_name, operation_kwargs)
            except VerboseClientError as error:
                if not _is_conflict(error):
                    raise
                time.sleep(random.uniform(0, _PAUSE * 2**attempt))  # noqa: S311 (no secret)
        return super()._make_api_call(operation_name, operation_kwargs)


def _is_conflict(error: VerboseClientError) -> bool:
    """Returns whether another write was the only obstacle."""
    if error.response["Error"]["Code"] in ("TransactionConflictException", "TransactionInProgressException"):
        return True
    return {reason.code for reason in error.cancellation_reasons if reason} == {CONFLICT}


#: One client for all tables and threads: a client costs more than a hundred calls.
connection = _Connection(connect_timeout_seconds=3, read_timeout_seconds=10, max_retry_attempts=3, max_pool_connections=64)
