"""The routes of app.py are ones that API Gateway accepts."""

import os
import subprocess
import sys
from collections import defaultdict
from types import NoneType
from typing import Any, get_type_hints

import pytest

import app
from chalicelib import config
from infra.package import ROOT
from tests.infra.test_template import QUEUES, STREAMED


def test_one_position_has_one_variable_name() -> None:
    names: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for path in app.app.routes:
        parts = path.strip("/").split("/")
        for at, part in enumerate(parts):
            if part.startswith("{"):
                names[tuple("{}" if before.startswith("{") else before for before in parts[:at])].add(part)
    assert {where: found for where, found in names.items() if len(found) > 1} == {}


def test_there_are_fewer_resources_than_the_gateway_allows_and_none_ends_in_a_slash() -> None:
    resources = {"/".join(path.split("/")[:depth]) for path in app.app.routes for depth in range(2, path.count("/") + 2)}
    assert len(resources) <= 300
    assert [path for path in app.app.routes if path.endswith("/")] == ["/"]


def test_every_row_of_every_table_is_reached_by_a_family_of_its_dialect() -> None:
    for dialect in app.DIALECTS:
        for endpoint in dialect.endpoints:
            families = [row for row in app.FAMILIES if row[0] is dialect and f"{endpoint.path}/".startswith(f"{row[1]}/")]
            depths = [
                depth for _, base, low, high in families for depth in range(low, high + 1) if within(endpoint.path, base, depth)
            ]
            assert depths, endpoint.path


def within(path: str, base: str, depth: int) -> bool:
    return path.removeprefix(base).count("/") == depth


def test_the_lambdas_listen_to_queues_and_streams_that_the_template_has() -> None:
    sources: dict[str, list[Any]] = defaultdict(list)
    for source in app.app.event_sources:
        sources[type(source).__name__].append(source)
    assert {source.queue for source in sources["SQSEventConfig"]} == {
        config.queue(name) for name in QUEUES if not name.endswith("-dead")
    }
    assert {source.stream_arn for source in sources["DynamoDBEventConfig"]} == {config.stream_arn(name) for name in STREAMED}


def test_what_answers_with_what_failed_is_created_with_batches_of_one() -> None:
    """Until the deployment has set ReportBatchItemFailures, AWS takes such an answer for success."""
    sizes = {source.name: source.batch_size for source in app.app.event_sources if hasattr(source, "batch_size")}
    answers = {name for name in sizes if get_type_hints(getattr(app, name).func)["return"] is not NoneType}
    assert {name: sizes[name] for name in answers} == dict.fromkeys(answers, 1)
    assert answers == sizes.keys() - {"count_conversations", "count_people"}


def test_garbage_is_collected_once_all_is_imported_and_nothing_imported_is_looked_through() -> None:
    script = "import gc, app; assert gc.isenabled() and gc.get_freeze_count() > 100_000, gc.get_freeze_count()"
    subprocess.run([sys.executable, "-c", script], check=True, cwd=ROOT)


@pytest.mark.parametrize("name, is_made", [({}, False), ({"AWS_LAMBDA_FUNCTION_NAME": "api"}, True)])
def test_a_function_has_its_client_before_the_first_request(name: dict[str, str], is_made: bool) -> None:
    script = "import app; from chalicelib.models.dynamodb import connection; print(bool(connection._client))"
    environment = {key: value for key, value in os.environ.items() if key != "AWS_LAMBDA_FUNCTION_NAME"} | name
    ran = subprocess.run([sys.executable, "-c", script], check=True, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert ran.stdout.strip() == str(is_made)
