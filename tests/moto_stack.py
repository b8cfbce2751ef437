"""The stack of infra/template.yaml in moto: made once in a process, kept as it was then, and put back for each test file."""

import copyreg
import io
import pickle
from functools import cache
from threading import RLock
from typing import Any

import boto3
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from moto.core.base_backend import BackendDict

from infra import stack

_LOCK = type(RLock())
#: Private keys of moto's KMS, which nobody changes.
_keys: list[RSAPrivateKey] = []


class _Pickler(pickle.Pickler):
    dispatch_table = copyreg.dispatch_table | {_LOCK: lambda _: (RLock, ())}

    def persistent_id(self, one: Any) -> int | None:
        if not isinstance(one, RSAPrivateKey):
            return None
        _keys.append(one)
        return len(_keys) - 1


class _Unpickler(pickle.Unpickler):
    def persistent_load(self, at: int) -> RSAPrivateKey:
        return _keys[at]


@cache
def _made() -> tuple[list[Any], bytes]:
    """Makes the stack, and the address that mails are from. Moto's services that have something of it then, and all they have."""
    stack.create("test")
    boto3.client("sesv2").create_email_identity(EmailIdentity="desk@desk.test")
    services = list(BackendDict._instances)  # type: ignore[misc]
    kept = io.BytesIO()
    _Pickler(kept).dump([{name: dict(account) for name, account in service.items()} for service in services])
    return services, kept.getvalue()


def make() -> None:
    """Tables, queues and bucket without anything in them, in a mock that has just begun."""
    services, kept = _made()
    for service, accounts in zip(services, _Unpickler(io.BytesIO(kept)).load(), strict=True):
        for name, regions in accounts.items():
            for region, backend in regions.items():
                service[name][region] = backend
