"""Examples of what is sent and answered, made from the schemas of `/openapi.json`: values that could be a small shop's."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

_SCHEMAS = "#/components/schemas/"
_MOMENT, _TIME, _MILLISECONDS = "2026-01-31T09:30:00Z", "2026-01-31 09:30:00", 1_769_851_800_000
_UUID = "3f0c6f1e-8a2b-4c5d-9e7f-1a2b3c4d5e6f"
#: Texts by the end of a field's name, in lower case; the first that fits.
_TEXTS: Sequence[tuple[str, str]] = [
    (r"uuid|guid", _UUID),
    (r"e?mail|to|cc|from", "kim@shop.example"),
    (r"host|domain", "shop.example"),
    (r"date", "2026-01-31"),
    (r"createdtime|updatedat|lastseentime|savedtime|activitytime|changetime", _MOMENT),
    (r"time", _TIME),
    (r"timezone", "Europe/Berlin"),
    (r"ur[li]|link|page|icon|avatar", "https://shop.example/orders/17"),
    (r"password|secret|again", "correct horse battery staple"),
    (r"token", "a3VBZ2pUc0l6bk5QZ1VhYw"),
    (r"subject|title", "Where is my order?"),
    (r"html\w*", "<p>It is on its way.</p>"),
    (r"text\w*|body|content|answer|message|welcome", "It is on its way."),
    (r"question", "Where is my order?"),
    (r"first_?name", "Kim"),
    (r"last_?name", "Lee"),
    (r"(department|group)_?name", "Orders"),
    (r"file_?name", "receipt.pdf"),
    (r"name|fullname", "Kim Lee"),
    (r"desc|description", "Orders that are late"),
    (r"language", "en"),
    (r"mime", "text/plain"),
    (r"phone\w*|mobile", "+49 30 901820"),
    (r"logic\w*", "1 and 2"),
    (r"expression|value", "late"),
    (r"id", "17"),
]
#: Numbers by the end of a field's name.
_NUMBERS: Sequence[tuple[str, int]] = [
    (r"\w*timestamp|\w*time", _MILLISECONDS),
    (r"code|offset|min|unreadcount|unreadmentionedcount", 0),
    (r"size|return_count", 50),
    (r"expires_in|exipired_in", 86_400),
]
#: Words of a list that an example has rather than the first, and fields that an example of what is sent has though it need not.
_LIKELY = frozenset({"agent", "new", "normal", "NOTI", "online", "password", "portal", "READY", "reply", "TEXT"})
_TELLING = frozenset({"email", "name", "plainBody"})
#: Fields that are null, or false, where nothing special has happened.
_SPECIAL = frozenset({"isDeleted", "mergedIntoId", "quote", "sendFailure"})


def of(schema: Mapping[str, Any], components: Mapping[str, Any], name: str = "", *, sent: bool = False) -> Any:
    """Returns an example of a schema: of an answer all fields, of what is `sent` those that must be. `name` is the field's."""
    return _Maker(components, sent=sent).of(schema, name)


class _Maker:
    """Makes examples; `_within` are the schemas that are being made, because a schema may lead back to itself."""

    def __init__(self, components: Mapping[str, Any], *, sent: bool) -> None:
        self._components, self._sent = components, sent
        self._within: list[str] = []

    def of(self, schema: Mapping[str, Any], name: str) -> Any:
        """Returns an example of a schema under a field's name."""
        if reference := schema.get("$ref"):
            return self._referred(reference.removeprefix(_SCHEMAS), name)
        if choices := schema.get("anyOf", schema.get("oneOf")) if "properties" not in schema else None:
            return self.of(self._chosen(choices, name), name)
        if "enum" in schema:
            return next((word for word in schema["enum"] if word in _LIKELY), schema["enum"][0])
        if "const" in schema:
            return schema["const"]
        kind = schema.get("type")
        return self._plain(kind, schema, name) if kind not in ("object", "array") else self._made_of(kind, schema, name)

    def _referred(self, reference: str, name: str) -> Any:
        self._within.append(reference)
        try:
            return self.of(self._components[reference], name)
        finally:
            self._within.pop()

    def _chosen(self, choices: Sequence[Mapping[str, Any]], name: str) -> Mapping[str, Any]:
        """The first of several that is neither null nor one that is being made."""
        nothing = [one for one in choices if one.get("type") == "null"]
        said = [one for one in choices if one.get("type") != "null"]
        new = [one for one in said if one.get("$ref", "").removeprefix(_SCHEMAS) not in self._within]
        return (nothing if nothing and name in _SPECIAL else new or nothing or said)[0]

    def _made_of(self, kind: str, schema: Mapping[str, Any], name: str) -> Any:
        if kind == "array":
            items = schema.get("items", {})
            is_open = items.get("$ref", "").removeprefix(_SCHEMAS) in self._within
            return [] if is_open or schema.get("maxItems") == 0 else [self.of(items, name.removesuffix("s"))]
        fields = schema.get("properties", {})
        return {field: self.of(fields[field], field) for field in self._shown(schema, fields)}

    def _shown(self, schema: Mapping[str, Any], fields: Mapping[str, Any]) -> list[str]:
        needed = [*schema.get("required", []), *next((each.get("required", []) for each in schema.get("anyOf", ())), [])]
        shown = [name for name in fields if name in needed or (self._sent and name in _TELLING)]
        return shown or list(fields)[:3] if self._sent else list(fields)

    def _plain(self, kind: Any, schema: Mapping[str, Any], name: str) -> Any:
        if kind in ("integer", "number"):
            return max(schema.get("minimum", 0), min(schema.get("maximum", 2**53), _by_name(_NUMBERS, name, 1)))
        if kind == "boolean":
            return bool(schema.get("default", name not in _SPECIAL))
        if kind == "null":
            return None
        return self._text(schema, name) if kind == "string" else schema.get("default", "late")

    def _text(self, schema: Mapping[str, Any], name: str) -> str:
        if schema.get("format") == "date-time":
            return _MOMENT
        text = str(_by_name(_TEXTS, name, str(schema.get("default") or "late")))
        return text[: schema.get("maxLength", len(text))]


def _by_name(known: Sequence[tuple[str, Any]], name: str, otherwise: Any) -> Any:
    return next((value for end, value in known if re.search(f"(?:^|_|[a-z])(?:{end})$", name.lower())), otherwise)
