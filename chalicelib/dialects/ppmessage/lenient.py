"""What the vendor's clients send differently from the documents, read as they mean it. The only place where this is done."""

from collections.abc import Mapping
from functools import cache
from typing import Any, get_args

import msgspec

from chalicelib.dialects.endpoint import Endpoint
from chalicelib.dialects.ppmessage.wire.loose import Loose


def read(endpoint: Endpoint, given: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the request without optional fields that are an empty text, which clients send for what they do not know.

    Where an endpoint `clears` a field by an empty text, it stays. Numbers and booleans become text in fields that are Loose.
    """
    optional, loose = _known(endpoint.request)
    return {
        name: _text(value) if name in loose else value for name, value in given.items() if value != "" or name not in optional
    }


@cache
def _known(shape: type[msgspec.Struct]) -> tuple[frozenset[str], frozenset[str]]:
    """Names of a request's fields in which an empty text counts as missing, and of those that are Loose."""
    fields = msgspec.structs.fields(shape)
    optional = (field.encode_name for field in fields if not (field.required or getattr(shape, "clears", False)))
    loose = (field.encode_name for field in fields if Loose in (field.type, *get_args(field.type)))
    return frozenset(optional), frozenset(loose)


def _text(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool | int | float) else value
