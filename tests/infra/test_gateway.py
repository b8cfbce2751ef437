"""How many requests the deployed APIs take."""

from typing import Any

import boto3
import pytest
from moto import mock_aws

from infra import gateway, project
from infra.aws import CannotDeploy


@pytest.fixture
def api() -> Any:
    """A REST API with a stage that was never throttled."""
    with mock_aws():
        client = boto3.client("apigateway")
        id_ = client.create_rest_api(name="polydesk")["id"]
        root = client.get_resources(restApiId=id_)["items"][0]["id"]
        client.put_method(restApiId=id_, resourceId=root, httpMethod="GET", authorizationType="NONE")
        client.put_integration(restApiId=id_, resourceId=root, httpMethod="GET", type="MOCK")
        client.create_deployment(restApiId=id_, stageName="v1")
        yield id_


def test_a_stage_takes_so_many_requests_a_second_and_another_number_after_a_change(api: str) -> None:
    for rate in (1_000, 50, 50):
        gateway.throttle(api, "v1", rate)
        (settings,) = boto3.client("apigateway").get_stage(restApiId=api, stageName="v1")["methodSettings"].values()
        assert (settings.get("throttlingRateLimit"), settings.get("throttlingBurstLimit")) == (rate, 2 * rate)


class Sockets:
    """A WebSocket API's stage, which moto does not change."""

    def __init__(self, takes: bool) -> None:
        self.takes, self.asked = takes, dict[str, Any]()

    def update_stage(self, **asked: Any) -> dict[str, Any]:
        self.asked = asked
        return asked if self.takes else {}


def test_sockets_are_throttled_alike_or_the_deployment_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    willing, unwilling = Sockets(takes=True), Sockets(takes=False)
    monkeypatch.setattr(boto3, "client", lambda _: willing)
    gateway.throttle_sockets("api", "v1", 70)
    assert willing.asked["DefaultRouteSettings"] == {"ThrottlingRateLimit": 70.0, "ThrottlingBurstLimit": 140}
    monkeypatch.setattr(boto3, "client", lambda _: unwilling)
    with pytest.raises(CannotDeploy):
        gateway.throttle_sockets("api", "v1", 70)


def test_a_stage_sets_its_throttle(monkeypatch: pytest.MonkeyPatch) -> None:
    assert project.throttle("dev") == 1_000
    for chosen, fails in (("250", False), ("0", True), ("many", True)):
        stages = {"stages": {"dev": {"environment_variables": {"POLYDESK_THROTTLE": chosen}}}}
        monkeypatch.setattr(project, "configured", lambda _, stages=stages: stages)
        if fails:
            with pytest.raises(CannotDeploy, match="POLYDESK_THROTTLE"):
                project.throttle("dev")
        else:
            assert project.throttle("dev") == 250
