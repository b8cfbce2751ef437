"""infra/watch.yaml watches all that there is, and nothing that is not."""

import json
import re
import warnings
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from cfnlint.decode import decode
from moto import mock_aws

import app
from chalicelib import config, telemetry
from infra import gateway
from infra.stack import TEMPLATE
from tests.infra.test_policies import SOCKETS, SOURCES
from tests.infra.test_template import QUEUES

WATCH = TEMPLATE.with_name("watch.yaml")
DOCUMENT: dict[str, Any] = decode(str(WATCH))[0]
GIVEN = {"Stage": "test", "AWS::Region": "us-east-1", "Mail": "arn:aws:sns:us-east-1:123456789012:polydesk-test-alarms"}
#: Metrics of AWS that are none of a function's, a queue's or a table's.
API = {"Count", "4XXError", "5XXError", "Latency"}


def resolved(value: Any) -> Any:
    """A part of the template as CloudFormation makes it, with an address that alarms go to."""
    if isinstance(value, list):
        return [resolved(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    match next(iter(value.items())):
        case "Fn::Sub", str(text):
            return re.sub(r"\${!", "${", re.sub(r"\${([\w:]+)}", lambda found: GIVEN[found[1]], text))
        case "Ref", str(name):
            return GIVEN[name]
        case "Fn::If", [_, first, _]:
            return resolved(first)
    return {name: resolved(entry) for name, entry in value.items()}


def properties(kind: str) -> list[dict[str, Any]]:
    return [resolved(dict(entry["Properties"])) for entry in DOCUMENT["Resources"].values() if entry["Type"] == kind]


ALARMS = properties("AWS::CloudWatch::Alarm")
BOARD = json.loads(properties("AWS::CloudWatch::Dashboard")[0]["DashboardBody"])


def watched(namespace: str, metric: str, dimension: str) -> set[str]:
    """Values of the dimension for which there is an alarm on the metric."""
    alarms = [alarm for alarm in ALARMS if (alarm["Namespace"], alarm["MetricName"]) == (namespace, metric)]
    return {entry["Value"] for alarm in alarms for entry in alarm["Dimensions"] if entry["Name"] == dimension}


def shown() -> Iterator[tuple[str, str, set[str]]]:
    """Namespace, metric and names of dimensions of all that the dashboard shows."""
    for widget in BOARD["widgets"]:
        for metric in widget["properties"].get("metrics", []):
            if isinstance(metric[0], dict):
                search = re.search(r"SEARCH\('{([^}]*)} MetricName=\"(\w+)\"", metric[0]["expression"])
                assert search, metric
                namespace, *names = search[1].split(",")
                yield namespace, search[2], set(names)
            else:
                names = [part for part in metric[2:] if isinstance(part, str)]
                yield metric[0], metric[1], set(names[::2])


def functions() -> set[str]:
    """Names that Chalice gives what app.py declares."""
    return {"polydesk-test", *(f"polydesk-test-{name}" for name in [*SOURCES, *SOCKETS])}


def test_each_queue_of_dead_letters_has_an_alarm() -> None:
    dead = {f"polydesk-test-{name}" for name in QUEUES if name.endswith("-dead")}
    assert len(dead) == 10
    assert watched("AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName") == dead
    charted = next(widget for widget in BOARD["widgets"] if widget["properties"]["title"] == "Dead letters")
    assert {metric[3] for metric in charted["properties"]["metrics"]} == dead


@pytest.mark.parametrize("metric", ["Errors", "Throttles"])
def test_each_function_has_an_alarm(metric: str) -> None:
    assert watched("AWS/Lambda", metric, "FunctionName") == functions()


def test_what_comes_late_has_an_alarm() -> None:
    streams = {source.name for source in app.app.event_sources if hasattr(source, "stream_arn")}
    assert watched("AWS/Lambda", "IteratorAge", "FunctionName") == {f"polydesk-test-{name}" for name in streams}
    assert watched("AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName") == {
        "polydesk-test-routing",
        "polydesk-test-automation",
        "polydesk-test-search",
        "polydesk-test-webhooks",
    }
    (held,) = [alarm for alarm in ALARMS if {"Name": "QueueName", "Value": "polydesk-test-webhooks"} in alarm["Dimensions"]]
    assert held["Threshold"] > config.LONGEST_DELAY  # what is held back for so long is not late
    (late,) = [alarm for alarm in ALARMS if alarm["MetricName"] == telemetry.TIMER_LATENESS]
    assert (late["ExtendedStatistic"], late["Threshold"]) == ("p99", 60_000)


def test_the_api_s_errors_have_alarms_also_where_their_status_is_200() -> None:
    assert watched("AWS/ApiGateway", "5XXError", "ApiName") == {app.app.app_name}
    assert watched(telemetry.NAMESPACE, telemetry.ERRORS, "Dialect") == {"PPMessage"}


def test_what_is_measured_is_watched_and_what_is_watched_is_measured() -> None:
    alarmed = {(alarm["MetricName"], *sorted(entry["Name"] for entry in alarm["Dimensions"])) for alarm in ours()}
    charted = {(metric, *sorted(names)) for namespace, metric, names in shown() if namespace == telemetry.NAMESPACE}
    by_dialect = {telemetry.ERRORS, telemetry.REFUSED}
    measured = {(name, *(["Dialect", "Stage"] if name in by_dialect else ["Stage"])) for name in telemetry.UNITS}
    assert charted == measured
    assert alarmed <= measured


def ours() -> list[dict[str, Any]]:
    return [alarm for alarm in ALARMS if alarm["Namespace"] == telemetry.NAMESPACE]


def test_the_dashboard_shows_each_service() -> None:
    namespaces = {namespace for namespace, _, _ in shown()}
    assert namespaces == {"AWS/ApiGateway", "AWS/DynamoDB", "AWS/Lambda", "AWS/Logs", "AWS/SQS", telemetry.NAMESPACE}
    assert {metric for namespace, metric, _ in shown() if namespace == "AWS/ApiGateway"} == API
    assert [widget for widget in BOARD["widgets"] if "@initDuration" in widget["properties"].get("query", "")]


def test_what_the_gateway_throttles_is_shown_from_its_access_log() -> None:
    queries = [widget["properties"]["query"] for widget in BOARD["widgets"] if widget["type"] == "log"]
    (query,) = [query for query in queries if "THROTTLED" in query]
    assert f"'{gateway.access_log('test')}'" in query
    assert '"error":"$context.error.responseType"' in gateway._LOGGED


def test_no_widget_lies_on_another() -> None:
    places = [(widget["x"], widget["y"]) for widget in BOARD["widgets"]]
    assert len(set(places)) == len(places)
    assert all(x % 8 == 0 and y % 6 == 0 for x, y in places)


@pytest.mark.parametrize("email", ["", "ops@example.test"])
def test_the_stack_is_made_and_tells_only_the_address_it_was_given(email: str) -> None:
    given = [{"ParameterKey": "Stage", "ParameterValue": "test"}, {"ParameterKey": "AlarmEmail", "ParameterValue": email}]
    with mock_aws(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Tried to parse")
        stacks = boto3.client("cloudformation")
        stacks.create_stack(StackName="polydesk-test-watch", TemplateBody=WATCH.read_text(), Parameters=given)  # type: ignore[arg-type]
        assert stacks.describe_stacks()["Stacks"][0]["StackStatus"] == "CREATE_COMPLETE"
        told: Any = boto3.client("sns")
        assert [entry["Endpoint"] for entry in told.list_subscriptions()["Subscriptions"]] == ([email] if email else [])


def test_cloudwatch_takes_every_alarm_and_the_dashboard() -> None:
    """CloudFormation's are made here one by one, because moto's does not make them."""
    with mock_aws():
        client: Any = boto3.client("cloudwatch")
        for at, alarm in enumerate(ALARMS):
            client.put_metric_alarm(AlarmName=str(at), **alarm)
            assert alarm["AlarmActions"] == [GIVEN["Mail"]]
            assert alarm["TreatMissingData"] == "notBreaching"
        client.put_dashboard(DashboardName="polydesk-test", DashboardBody=json.dumps(BOARD))
        assert len(client.describe_alarms()["MetricAlarms"]) == len(ALARMS)
