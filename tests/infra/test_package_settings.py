"""What a stage's settings make of a package: policies bound to the stage, and addresses and domains that are refused."""

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from infra import deploy, gateway, package
from infra import project as project_
from infra.aws import CannotDeploy
from tests.infra.stages import configure

#: What a stage in another partition binds its policies to.
CHINA = package.Bounds("dev", "aws-cn", "cn-north-1", "111122223333", "v2", "sockets")


def statements(project: Path) -> list[dict[str, Any]]:
    """Those of all policies of a built project."""
    policies = list((project / ".chalice").glob("policy-*.json"))
    assert len(policies) == len(list((package.ROOT / ".chalice").glob("policy-*.json")))
    return [statement for policy in policies for statement in json.loads(policy.read_text())["Statement"]]


def of_action(found: list[dict[str, Any]], action: str) -> list[dict[str, Any]]:
    """Statements that allow the action."""
    return [statement for statement in found if action in statement["Action"]]


@pytest.fixture
def policies(tmp_path: Path) -> Path:
    """A project of the policies alone, as they are written."""
    shutil.copytree(package.ROOT / ".chalice", tmp_path / ".chalice", ignore=shutil.ignore_patterns("deploy*"))
    return tmp_path


def test_the_policies_are_bound_to_one_stage_of_one_account(policies: Path) -> None:
    package.narrow(policies, CHINA)
    assert statements(policies)
    for statement in statements(policies):
        bound = [resource for resource in statement["Resource"] if resource.startswith("arn:aws-cn:")]
        place = (":cn-north-1:111122223333:", "-111122223333-cn-north-1")
        assert all(any(part in resource for part in place) for resource in bound)
        named = ("polydesk-dev", ":identity/*", ":sockets/v2/")
        assert all(any(name in resource for name in named) for resource in bound)
        assert bound or statement["Resource"] == ["*"]


def test_no_policy_is_larger_than_a_role_s_inline_policies_may_be(policies: Path) -> None:
    domain = f"arn:aws:es:ap-southeast-2:111122223333:domain/{'d' * 28}"
    package.narrow(policies, replace(CHINA, stage="s" * 16, region="ap-southeast-2", domain=domain))
    sizes = {policy.name: len(re.sub(r"\s", "", policy.read_text())) for policy in (policies / ".chalice").glob("policy-*.json")}
    assert sizes
    assert {name: size for name, size in sizes.items() if size > 10_240} == {}


def test_a_function_sends_to_the_sockets_of_its_own_api_and_to_none_before_there_is_one(policies: Path) -> None:
    package.narrow(policies, CHINA)
    resources = {each for of in of_action(statements(policies), "execute-api:ManageConnections") for each in of["Resource"]}
    start = "arn:aws-cn:execute-api:cn-north-1:111122223333:sockets/v2"
    assert resources == {f"{start}/POST/@connections/*", f"{start}/DELETE/@connections/*"}


def test_no_function_may_send_to_sockets_before_there_are_any(policies: Path) -> None:
    package.narrow(policies, replace(CHINA, sockets=None))
    assert of_action(statements(policies), "execute-api:ManageConnections") == []


def test_functions_reach_their_stage_s_index_in_its_domain_of_opensearch_and_none_without_one(policies: Path) -> None:
    domain = "arn:aws-cn:es:cn-north-1:111122223333:domain/search"
    package.narrow(policies, replace(CHINA, domain=domain))
    allowed: dict[str, list[str]] = {}
    for policy in (policies / ".chalice").glob("policy-*.json"):
        for statement in json.loads(policy.read_text())["Statement"]:
            for action in (each for each in statement["Action"] if each.startswith("es:")):
                allowed.setdefault(f"{policy.stem.removeprefix('policy-')} {action}", []).extend(statement["Resource"])
    index = f"{domain}/polydesk-dev-conversations"
    assert allowed == {
        "api_handler es:ESHttpPost": [f"{index}/*"],
        "index_words es:ESHttpDelete": [f"{index}/*"],
        "index_words es:ESHttpPut": [f"{index}/*", index],
        "fire_timers es:ESHttpDelete": [f"{index}/*"],
    }
    shutil.copytree(package.ROOT / ".chalice", policies / ".chalice", dirs_exist_ok=True)
    package.narrow(policies, CHINA)
    assert ":es:" not in json.dumps(statements(policies))


@pytest.mark.parametrize("address", ["https://search-one.us-east-1.es.amazonaws.com", "https://search.shop.example:9443/"])
def test_a_stage_s_domain_of_opensearch_is_two_settings(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    configure(monkeypatch, {})
    assert project_.search_domain("dev") == ""
    arn = "arn:aws:es:us-east-1:111122223333:domain/one"
    configure(monkeypatch, {"environment_variables": {"POLYDESK_SEARCH": address, "POLYDESK_SEARCH_ARN": arn}})
    assert project_.search_domain("dev") == arn


@pytest.mark.parametrize(
    ("address", "arn", "told"),
    [
        ("https://a.example", "", "POLYDESK_SEARCH_ARN must be the ARN of POLYDESK_SEARCH's domain, arn:aws:es:us-east-1:"),
        ("", "arn:aws:es:us-east-1:111122223333:domain/one", "POLYDESK_SEARCH must be the address"),
        ("http://a.example", "arn:aws:es:us-east-1:111122223333:domain/one", "POLYDESK_SEARCH must be the address"),
        ("https://a.example", "arn:aws:es:eu-west-1:111122223333:domain/one", "POLYDESK_SEARCH_ARN must be"),
        ("https://a.example", "arn:aws:es:us-east-1:111122223333:domain/*", "POLYDESK_SEARCH_ARN must be"),
        ("https://a.example", "arn:aws:aoss:us-east-1:111122223333:collection/one", "POLYDESK_SEARCH_ARN must be"),
    ],
)
def test_half_a_domain_is_refused_before_anything_is_deployed(
    monkeypatch: pytest.MonkeyPatch, address: str, arn: str, told: str
) -> None:
    configure(monkeypatch, {"environment_variables": {"POLYDESK_SEARCH": address, "POLYDESK_SEARCH_ARN": arn}})
    with pytest.raises(CannotDeploy, match=told):
        deploy._check_settings("dev")


def test_mail_is_sent_from_what_ses_has_verified_in_the_account_and_told_to_the_stage(policies: Path) -> None:
    package.narrow(policies, CHINA)
    (statement,) = of_action(statements(policies), "ses:SendEmail")
    start = "arn:aws-cn:ses:cn-north-1:111122223333"
    assert statement["Resource"] == [f"{start}:identity/*", f"{start}:configuration-set/polydesk-dev-mail"]


@pytest.mark.parametrize(
    "given, address", [("", ""), ("desk@shop.example", "desk@shop.example"), ("Desk <desk@shop.example>", "desk@shop.example")]
)
def test_the_sender_is_the_stage_s(monkeypatch: pytest.MonkeyPatch, given: str, address: str) -> None:
    configure(monkeypatch, {"environment_variables": {"POLYDESK_MAIL_FROM": given}})
    assert project_.check_sender("dev") == address


@pytest.mark.parametrize("given", ["desk", "*@*.*", "Desk <>", "a@b@c.example"])
def test_a_sender_that_is_no_address_is_refused_before_anything_is_deployed(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    configure(monkeypatch, {"environment_variables": {"POLYDESK_MAIL_FROM": given}})
    with pytest.raises(CannotDeploy, match="POLYDESK_MAIL_FROM must be an address"):
        project_.check_sender("dev")


def test_the_throttle_is_the_environment_s_then_the_stage_s(monkeypatch: pytest.MonkeyPatch) -> None:
    configure(monkeypatch, {})
    assert gateway.Throttle.of(project_.throttle("dev")) == gateway.Throttle(500, 1000)
    configure(monkeypatch, {"throttle": "50/80"})
    assert gateway.Throttle.of(project_.throttle("dev")) == gateway.Throttle(50, 80)
    monkeypatch.setenv("POLYDESK_THROTTLE", "7/9")
    assert gateway.Throttle.of(project_.throttle("dev")) == gateway.Throttle(7, 9)
    for wrong in ("7", "0/1", "7/", "a/b", "7/9/1"):
        with pytest.raises(CannotDeploy, match="requests a second"):
            gateway.Throttle.of(wrong)


@pytest.mark.parametrize("given", ["", "mail.shop.example"])
def test_the_domain_whose_mail_a_stage_gets_is_a_setting(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    configure(monkeypatch, {"environment_variables": {"POLYDESK_MAIL_DOMAIN": given}})
    assert project_.mail_domain("dev") == given


def test_what_is_no_domain_is_refused_before_anything_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    configure(monkeypatch, {"environment_variables": {"POLYDESK_MAIL_DOMAIN": "support@shop.example"}})
    with pytest.raises(CannotDeploy, match="POLYDESK_MAIL_DOMAIN must be a domain"):
        project_.mail_domain("dev")
