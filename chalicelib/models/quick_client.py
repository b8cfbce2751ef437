"""Botocore's client of DynamoDB with parts that take less CPU, which is what Lambda bills.

Its hooks, retries, checksums, errors and settings stay. The signer comes in by a hook; the other parts take the place of
attributes that botocore keeps for itself: where the runtime's version has no such attribute, it goes on with its own part.
"""

import os
import ssl
from typing import Any

from botocore.httpsession import URLLib3Session, get_cert_path
from botocore.serialize import JSONSerializer
from botocore.session import Session
from botocore.utils import get_environ_proxies

from chalicelib.models import json_bodies, signing, transport


class Endpoints:
    """Botocore's resolver, asked once for each operation: no table is named by its ARN, so a request's parameters say nothing of
    where it goes.
    """

    def __init__(self, resolver: Any) -> None:
        self._resolver, self._known = resolver, dict[str, Any]()

    def construct_endpoint(self, operation_model: Any, **given: Any) -> Any:
        """Returns where an operation's requests go."""
        known = self._known.get(operation_model.name)
        if known is None:
            known = self._known[operation_model.name] = self._resolver.construct_endpoint(operation_model, **given)
        return known

    def __getattr__(self, name: str) -> Any:
        return getattr(self._resolver, name)


def quicken(client: Any, session: Session) -> None:
    """Puts our parts into a client that does not check its parameters."""
    client.meta.events.register_first("choose-signer.dynamodb", signing.choose)
    if type(getattr(client, "_serializer", None)) is JSONSerializer:
        client._serializer = json_bodies.Serializer()
    if getattr(client, "_ruleset_resolver", None):
        client._ruleset_resolver = Endpoints(client._ruleset_resolver)
    endpoint, settings = getattr(client, "_endpoint", None), client.meta.config
    is_direct = not (settings.proxies or get_environ_proxies(client.meta.endpoint_url))
    if is_direct and type(getattr(endpoint, "http_session", None)) is URLLib3Session:
        limits = settings.connect_timeout, settings.read_timeout, settings.max_pool_connections
        client._endpoint.http_session = transport.Session(*limits, lambda: tls(session))


def tls(session: Session) -> ssl.SSLContext:
    """Returns settings with the authorities that botocore trusts."""
    trusted = session.get_config_variable("ca_bundle") or os.environ.get("REQUESTS_CA_BUNDLE") or get_cert_path(True)
    return ssl.create_default_context(cafile=trusted)
