"""schemathesis asks the desk what `/openapi.json` allows, and what it does not, as each kind of caller: whatever comes back has
to be as described, and no error of ours.
"""

import base64
import re
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from schemathesis import Case, CheckContext, GenerationMode, Response
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi import checks

from chalicelib.context import ADMIN, AGENT, Caller
from chalicelib.desk.auth import tokens
from chalicelib.desk.core import cache
from chalicelib.desk.people.people import Person
from chalicelib.dialects.livechat.routes import LIVECHAT
from chalicelib.dialects.ppmessage.auth import LEVELS
from chalicelib.dialects.ppmessage.routes import PPMESSAGE
from tests import described
from tests.conformance.scene import Scene, set_up
from tests.conformance.table import DIALECTS, Row, each, every_row
from tests.running import served
from tests.world import World

pytestmark = pytest.mark.slow
#: Requests of each row, which every kind of caller sends; always the same ones.
_FEW = settings(
    max_examples=10,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
#: Rows that end tokens, or whoever holds them. They have an account of their own, and new tokens for each request.
ENDING = {
    "/api/PP_REMOVE_APP": "the account",
    "/api/PPCONSOLE_LOGOUT": "the token",
    "/api/PPKEFU_LOGOUT": "the token",
    "/api/PP_UPDATE_USER": "a person's tokens, with another password or level",
    "/api/PP_REMOVE_USER": "a person",
    "/api/PP_LEAVE_APP": "agents",
    "/api/PP_GET_API_INFO": "a client's tokens, with its secret",
    "/api/v3/anytime/apiKeys": "keys, of which the scene takes away the oldest, for there to be room",
    "/auth/user/delete": "a person",
    "/auth/addon/live_chat/operator/update": "the tokens of an agent who is switched off",
}


def no_system_error(ctx: CheckContext, response: Response, case: Case[Any]) -> None:
    """PPMessage says with 200, too, that something went wrong on our side."""
    assert b'"error_code":17' not in response.content, response.content


CHECKS = [
    not_a_server_error,
    no_system_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]


@pytest.fixture(scope="module")
def schema() -> Any:
    """What schemathesis knows of the desk; who calls is not for it to make up."""
    config = SchemathesisConfig.from_dict({"generation": {"with-security-parameters": False}})
    return schemathesis.openapi.from_dict(described.document(), config=config)


@pytest.fixture(scope="module")
def address(aws: None) -> Iterator[str]:
    with served() as address:
        yield address


@pytest.fixture(scope="module")
def lasting(aws: None) -> Iterator[dict[str, Scene]]:
    """Each dialect's account."""
    with pytest.MonkeyPatch.context() as patch:
        world = World(patch)
        yield {dialect.name: set_up(World(patch, clock_of=world)) for dialect in DIALECTS}


@pytest.fixture
def scene(lasting: dict[str, Scene], row: Row) -> Iterator[Scene]:
    """The row's account."""
    if row.endpoint.path not in ENDING:
        yield lasting[row.dialect.name]
        return
    with pytest.MonkeyPatch.context() as patch:
        yield set_up(World(patch, clock_of=lasting[row.dialect.name].world.clock_of))


def callers(scene: Scene, row: Row) -> dict[str, dict[str, str]]:
    """Headers of each kind of caller of the row's dialect: nobody, a visitor, an agent, an administrator, programs."""
    world, agent = scene.world, scene.world.agents[0]
    if row.dialect is PPMESSAGE:
        own = scene.headers(row) if row.endpoint.needs is None else {}
        return {"nobody": own} | {level: {"Authorization": f"OAuth {world.token(level)}"} for level in LEVELS}
    programs = {level: {"Authorization": f"Bearer {world.token(level)}"} for level in ("PPCOM", "THIRD_PARTY_CONSOLE")}
    bearers = {"agent": world.bearer(agent), "administrator": world.bearer(world.owner), **programs}
    keys = {str(who.email): _key(scene, who, is_named=row.dialect is not LIVECHAT) for who in (agent, world.owner)}
    if row.dialect is LIVECHAT:
        more = {f"{name} {whose}": {name: key} for name in ("api_token", "access_token") for whose, key in keys.items()}
    else:
        basic = {whose: base64.b64encode(f"{whose}:{key}".encode()).decode() for whose, key in keys.items()}
        more = {f"key {whose}": {"Authorization": f"Basic {credential}"} for whose, credential in basic.items()}
        more |= {f"{name} for an agent": {**headers, "X-Agent-ID": str(agent.email)} for name, headers in bearers.items()}
    return {"nobody": {}, **bearers, **more}


def _key(scene: Scene, who: Person, *, is_named: bool) -> str:
    holder = Caller(scene.world.account, who.level or AGENT, who.id, who.number)
    return tokens.issue(scene.world.ctx(ADMIN), holder, tokens.KEY, None, name=who.email if is_named else None)


def mended(case: Case[Any], good: dict[str, Any], variables: dict[str, str], left: set[str], *, alone: bool) -> Case[Any]:
    """The case with the fields of a call that succeeds, but for those that are left as they are; `alone` has no others."""
    fields = {name: value for name, value in good.items() if name not in left and not isinstance(value, tuple)}
    changed = case.derive()
    changed.path_parameters |= {name: value for name, value in variables.items() if name not in left}
    if case.method == "GET":
        changed.query = fields if alone else {**case.query, **fields}
    elif isinstance(case.body, dict):
        files = {name: value for name, value in case.body.items() if isinstance(good.get(name), tuple)}
        changed.body = {**(files if alone else case.body), **fields}
    return changed


def fits(case: Case[Any]) -> bool:
    """Whether the gateway would let the request through: it takes 10,240 bytes of address and headers."""
    sent = case.as_transport_kwargs("http://desk.test")
    address = requests.Request(sent["method"], sent["url"], params=sent["params"]).prepare().url
    return len(address or "") < 9_000


def succeeded(response: Response) -> bool:
    """Whether an answer is neither an error nor one of PPMessage's."""
    told = response.json() if response.content and response.headers["content-type"] == ["application/json"] else {}
    return response.status_code < 400 and not (isinstance(told, dict) and told.get("error_code"))


@each(every_row())
def test_all_answers_are_as_described(scene: Scene, address: str, schema: Any, row: Row) -> None:
    operation, path = schema[row.endpoint.path][row.endpoint.method], row.endpoint.path
    modes = [GenerationMode.POSITIVE] + ([GenerationMode.NEGATIVE] if row.endpoint.fields else [])
    made = st.one_of([operation.as_strategy(generation_mode=mode) for mode in modes])
    names = st.sampled_from(sorted({*row.endpoint.fields, *row.facts["params"], *re.findall(r"{(\w+)}", path)}) or [""])
    none: st.SearchStrategy[set[str]] = st.just(set())
    known, pattern = callers(scene, row), re.compile(re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", path))
    done: set[str] = set()

    @_FEW
    @given(made, none | st.sets(names), st.booleans())
    def ask(case: Case[Any], left: set[str], alone: bool) -> None:
        assume(fits(case))
        levels = {who: who if who in LEVELS and row.dialect is PPMESSAGE else "PPCOM" for who in known}
        good: dict[str, dict[str, Any]] = {}
        found = pattern.fullmatch(scene.path(row))
        for who, level in levels.items():
            if level not in good:
                good[level] = scene.body(row, level)
            headers = (callers(scene, row) if path in ENDING else known)[who]
            sent = mended(case, good[level], found.groupdict() if found else {}, left, alone=alone)
            response = sent.call(base_url=address, session=session, headers=dict(headers))
            sent.validate_response(response, checks=CHECKS)
            done.update({who} if succeeded(response) else ())

    with requests.Session() as session:
        ask()
    assert done, "nobody has succeeded"
    cache.clear_all()
    for secret, name in [shown for headers in known.values() for shown in _shown(headers)]:
        assert path in ENDING or tokens.check(scene.world.ctx(AGENT), secret, tokens.ACCESS, tokens.KEY, name=name)


def _shown(headers: dict[str, str]) -> Iterator[tuple[str, str | None]]:
    """The token or the key of a caller, and the name with which it is shown."""
    for name, value in headers.items():
        kind, _, credential = value.rpartition(" ")
        email, _, key = base64.b64decode(credential).decode().partition(":") if kind == "Basic" else ("", "", credential)
        if name in ("Authorization", "api_token", "access_token"):
            yield key, email or None
