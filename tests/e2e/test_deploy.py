"""`make deploy` and `make destroy` as processes, with the real `chalice`, on moto's control plane."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import app
from chalicelib.models.settings import Setting
from infra.project import configured
from infra.stack import tables
from tests.e2e.cloud import Cloud, checkout, cloud
from tests.policies import FUNCTIONS

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Tried to parse"),  # moto's CloudFormation knows no bucket policies
]
LAMBDAS = FUNCTIONS.keys() - {"api_handler"}


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """A cloud with stage dev, deployed before it has an address of its own."""
    with cloud(tmp_path_factory.mktemp("data")) as found:
        found.deploy("dev", "--no-smoke", POLYDESK_PUBLIC_URL="")
        yield found


def test_every_function_has_its_role_settings_environment_and_log_group(aws: Cloud) -> None:
    functions, config = aws.functions("dev"), configured("dev")
    (api,) = aws.apis("dev")
    assert functions.keys() == {"polydesk-dev", *(f"polydesk-dev-{name}" for name in LAMBDAS)}
    assert len({function["Role"] for function in functions.values()}) == len(functions)
    kept = {group["logGroupName"]: group["retentionInDays"] for group in aws.client("logs").describe_log_groups()["logGroups"]}
    for name, function in functions.items():
        short = name.removeprefix("polydesk-dev-") if name != "polydesk-dev" else "api_handler"
        own = config.get("lambda_functions", {}).get(short, {})
        assert function["Role"].endswith(f"/polydesk-dev-{short}")
        assert function["MemorySize"] == own.get("lambda_memory_size", config["lambda_memory_size"])
        assert function["Timeout"] == own.get("lambda_timeout", config["lambda_timeout"])
        assert function["LoggingConfig"] == {"LogFormat": "JSON", "ApplicationLogLevel": "INFO"}
        environment = function["Environment"]["Variables"]
        assert environment["POLYDESK_STAGE"] == "dev"
        assert environment["POLYDESK_PUBLIC_URL"] == f"https://{api}.execute-api.us-east-1.amazonaws.com/v1"
        assert kept[f"/aws/lambda/{name}"] == 30


def test_a_role_may_reach_its_own_stage_and_region_alone(aws: Cloud) -> None:
    iam, (sockets,) = aws.client("iam"), aws.sockets("dev")
    sending = set()
    for role in aws.roles("dev"):
        text = json.dumps(aws.policy(role))
        assert "polydesk-dev" in text and "polydesk-*" not in text and ":*:*:" not in text
        assert ("ses:" in text) is role.endswith(("api_handler", "send_mail"))
        sending |= {part.split(":")[-1] for part in text.split('"') if "@connections" in part}
        assert {"Key": "polydesk:region", "Value": "us-east-1"} in iam.list_role_tags(RoleName=role)["Tags"]
    assert sending == {f"{sockets}/v1/POST/@connections/*", f"{sockets}/v1/DELETE/@connections/*"}


def test_no_table_of_a_stage_can_be_deleted_and_its_bucket_keeps_versions(aws: Cloud) -> None:
    described = [aws.client("dynamodb").describe_table(TableName=table)["Table"] for table in tables("dev")]
    assert {each["DeletionProtectionEnabled"] for each in described} == {True}
    bucket = next(each["Name"] for each in aws.client("s3").list_buckets()["Buckets"] if "-dev-" in each["Name"])
    assert aws.client("s3").get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    assert "Update:Delete" in aws.client("cloudformation").get_stack_policy(StackName="polydesk-dev")["StackPolicyBody"]


def test_both_apis_let_through_only_so_much_and_the_functions_alone_are_traced(aws: Cloud) -> None:
    assert aws.throttles("dev") == [(500, 1000)] * 2
    (api,) = aws.apis("dev")
    assert not aws.client("apigateway").get_stage(restApiId=api, stageName="v1").get("tracingEnabled")
    assert {function["TracingConfig"]["Mode"] for function in aws.functions("dev").values()} == {"Active"}


def test_every_mapping_asks_for_partial_responses_and_streams_give_up_into_a_queue(aws: Cloud) -> None:
    mappings = aws.mappings("dev")
    sources = {type(source).__name__ for source in app.app.event_sources}
    assert sources >= {"SQSEventConfig", "DynamoDBEventConfig"}
    assert len(mappings) == sum(
        type(each).__name__ in ("SQSEventConfig", "DynamoDBEventConfig") for each in app.app.event_sources
    )
    for mapping in mappings:
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        if ":sqs:" in mapping["EventSourceArn"]:
            of_queue = {"routing": 20, "notify": 20, "timers": 100, "webhooks": 40}
            most = of_queue.get(mapping["EventSourceArn"].rpartition("-")[2], 10)
            assert (mapping["BatchSize"], mapping["ScalingConfig"]) == (10, {"MaximumConcurrency": most})
        else:
            counts = "-count_" in mapping["FunctionArn"]  # which knows a batch that comes again by its first record
            assert (mapping["BatchSize"], mapping["MaximumRetryAttempts"]) == (100, 50)
            assert mapping["BisectBatchOnFunctionError"] is not counts
            assert mapping["DestinationConfig"]["OnFailure"]["Destination"].endswith(":polydesk-dev-stream-dead")


def test_the_api_has_the_app_s_routes_all_to_its_function_and_may_call_it(aws: Cloud) -> None:
    ((api, methods),) = aws.apis("dev").items()
    assert methods.keys() == {f"{method} {path}" for path, views in app.app.routes.items() for method in views}
    assert {uri.split(":function:")[1] for uri in methods.values()} == {"polydesk-dev/invocations"}
    assert aws.grants("polydesk-dev") == [f"apigateway.amazonaws.com arn:aws:execute-api:us-east-1:123456789012:{api}/*"]
    client = aws.client("apigateway")
    assert [stage["stageName"] for stage in client.get_stages(restApiId=api)["item"]] == ["v1"]
    refusals = {each["responseType"]: each for each in client.get_gateway_responses(restApiId=api)["items"]}
    unknown = {"MISSING_AUTHENTICATION_TOKEN", "INVALID_SIGNATURE"}
    assert refusals.keys() == {"DEFAULT_4XX", "DEFAULT_5XX", "THROTTLED", *unknown}
    assert refusals["THROTTLED"]["responseParameters"]["gatewayresponse.header.Retry-After"] == "'1'"
    for kind, refusal in refusals.items():
        assert refusal["responseParameters"]["gatewayresponse.header.Access-Control-Allow-Origin"] == "'*'"
        said = '"there is no such path"' if kind in unknown else "$context.error.messageString"
        assert refusal["responseTemplates"] == {"application/json": f'{{"message":{said}}}'}
        assert (refusal.get("statusCode") == "404") == (kind in unknown)


def test_the_sockets_have_their_routes_and_what_sends_to_them_knows_where_they_are(aws: Cloud) -> None:
    ((api, routes),) = aws.sockets("dev").items()
    assert routes == {"$connect": "websocket_connect", "$disconnect": "websocket_disconnect", "$default": "websocket_message"}
    for name in routes.values():
        (grant,) = aws.grants(f"polydesk-dev-{name}")
        assert grant == f"apigateway.amazonaws.com arn:aws:execute-api:us-east-1:123456789012:{api}/*"
    for function in aws.functions("dev").values():
        given = function["Environment"]["Variables"]["POLYDESK_SOCKET_API"]
        assert given == f"https://{api}.execute-api.us-east-1.amazonaws.com/v1"


def test_the_schedule_calls_its_function(aws: Cloud) -> None:
    (rule,) = aws.rules("dev")
    assert (rule["Name"], rule["ScheduleExpression"]) == ("polydesk-dev-sweep_timers-event", "rate(1 minute)")
    (target,) = aws.client("events").list_targets_by_rule(Rule=rule["Name"])["Targets"]
    assert target["Arn"] == aws.functions("dev")["polydesk-dev-sweep_timers"]["FunctionArn"]
    assert aws.grants("polydesk-dev-sweep_timers") == [f"events.amazonaws.com {rule['Arn']}"]


def test_another_machine_goes_on_and_takes_away_what_was_doubled(aws: Cloud) -> None:
    before, counts = aws.picture("dev"), aws.counts("dev")
    shutil.rmtree(aws.checkout / ".chalice" / "deployed")
    shutil.rmtree(aws.data / "build" / "dev")
    double(aws)
    assert aws.counts("dev") != counts
    said = aws.deploy("dev", "--no-smoke", POLYDESK_PUBLIC_URL="")
    assert "no change" in said and "a second one that was never deployed" in said and "of no use" in said
    assert aws.counts("dev") == counts and aws.picture("dev") == before
    assert (aws.checkout / ".chalice" / "deployed" / "dev.json").exists()


def double(aws: Cloud) -> None:
    """What a plain retry of an interrupted `chalice deploy` would leave."""
    (methods,) = aws.apis("dev").values()
    integration = {"type": "aws_proxy", "httpMethod": "POST", "uri": next(iter(methods.values()))}
    paths = {"/openapi.json": {"get": {"responses": {}, "x-amazon-apigateway-integration": integration}}}
    document = {"swagger": "2.0", "info": {"title": "polydesk", "version": "1.0"}, "paths": paths}
    aws.client("apigateway").import_rest_api(body=json.dumps(document))
    mapping = aws.mappings("dev")[0]
    again = {"EventSourceArn": mapping["EventSourceArn"], "FunctionName": mapping["FunctionArn"], "StartingPosition": "LATEST"}
    aws.client("lambda").create_event_source_mapping(**again)


def test_a_change_is_applied_and_nothing_else(aws: Cloud, tmp_path: Path) -> None:
    before = aws.picture("dev")
    changed = checkout(tmp_path / "changed")
    config = changed / ".chalice" / "config.json"
    document = json.loads(config.read_text())
    document["stages"]["dev"] |= {"lambda_memory_size": 768, "tags": {"team": "desk"}, "throttle": "50/80"}
    config.write_text(json.dumps(document))
    role = {"op": "replace", "path": "/cloudwatchRoleArn", "value": "arn:aws:iam::123456789012:role/gateway-logs"}
    aws.client("apigateway").update_account(patchOperations=[role])
    assert "answers are as documented" in aws.deploy("dev", "--watch", "ops@desk.test", cwd=changed)
    after = aws.picture("dev")
    desk = aws.environment["POLYDESK_PUBLIC_URL"]
    for function in after["functions"].values():
        assert function["MemorySize"] == 768 and function["Environment"]["Variables"]["POLYDESK_PUBLIC_URL"] == desk
    assert aws.throttles("dev") == [(50, 80)] * 2
    assert {**after, "functions": 0, "throttles": 0} == {**before, "functions": 0, "throttles": 0}
    (api,) = aws.apis("dev")
    assert aws.watched_by("dev") == ["ops@desk.test"]
    logged = aws.client("apigateway").get_stage(restApiId=api, stageName="v1")["accessLogSettings"]
    assert logged["destinationArn"].endswith(":log-group:/aws/apigateway/polydesk-dev")
    assert json.loads(logged["format"])["status"] == "$context.status"
    assert "$context.path" not in logged["format"], "a file's id opens it, and is in its path"


def test_a_region_has_stages_of_its_own(aws: Cloud) -> None:
    ran = aws.run("infra.deploy", "dev", AWS_REGION="eu-west-1")
    assert ran.returncode == 2 and "stage dev lives in us-east-1" in ran.stdout
    for service, operation, listed in (("lambda", "list_functions", "Functions"), ("dynamodb", "list_tables", "TableNames")):
        elsewhere: Any = aws.session.client(service, region_name="eu-west-1", endpoint_url=aws.url)  # type: ignore[call-overload]
        assert getattr(elsewhere, operation)()[listed] == []


def test_an_account_is_made_once_and_its_owner_gets_in(aws: Cloud) -> None:
    ran = aws.run("infra.account", "Acme", "olga@acme.example", POLYDESK_STAGE="dev")
    assert ran.returncode == 0, ran.stdout
    made = json.loads(ran.stdout)
    assert made["account"]["name"] == "Acme" and made["owner"]["password"] and made["agents"] == []
    named = Setting.raw(account=made["account"]["app_uuid"], name="account#")
    assert aws.client("dynamodb").get_item(TableName="polydesk-dev-settings", Key=named)["Item"]
    again = aws.run("infra.account", "Acme", "olga@acme.example", POLYDESK_STAGE="dev")
    assert again.returncode == 2 and "olga@acme.example is an agent on this desk already" in again.stdout
    nowhere = aws.run("infra.account", "Acme", "olga@acme.example", POLYDESK_STAGE="nowhere")
    assert nowhere.returncode == 2 and "stage nowhere is not deployed in us-east-1" in nowhere.stdout


def test_a_link_for_a_first_account_was_shown_once_and_more_are_made_when_asked_for(aws: Cloud) -> None:
    first = aws.run("infra.setup", "--first", "--address", "https://desk.example", POLYDESK_STAGE="dev")
    assert (first.returncode, first.stdout) == (0, "")
    another = aws.run("infra.setup", "--address", "https://desk.example", POLYDESK_STAGE="dev")
    assert re.match(r"sign up   https://desk\.example/signup#\S{40,}", another.stdout), another.stdout


def test_destroy_keeps_the_data_and_the_next_deployment_finds_it(aws: Cloud) -> None:
    people = rows(aws, "dev")
    before = aws.counts("dev")
    destroyed = aws.run("infra.destroy", "dev")
    assert destroyed.returncode == 0, destroyed.stdout
    assert aws.watched_by("dev") == []
    assert +aws.counts("dev") == {"stacks": 1}
    assert rows(aws, "dev") == people
    aws.deploy("dev", "--no-smoke")
    assert aws.counts("dev") == before and rows(aws, "dev") == people


def rows(aws: Cloud, stage: str) -> dict[str, list[Any]]:
    client = aws.client("dynamodb")
    return {table.removeprefix(f"polydesk-{stage}-"): client.scan(TableName=table)["Items"] for table in tables(stage)}


def test_a_stage_comes_back_from_its_past_as_another_one(aws: Cloud) -> None:
    people = rows(aws, "dev")
    for _ in range(2):
        ran = aws.run("infra.restore", "dev", "back")
        assert ran.returncode == 0, ran.stdout
    assert rows(aws, "back") == people and people["people"]
    dynamodb = aws.client("dynamodb")
    for table in tables("dev"):
        old, new = table, table.replace("-dev-", "-back-")
        described = [dynamodb.describe_table(TableName=name)["Table"].get("StreamSpecification") for name in (old, new)]
        assert described[0] == described[1]
        expiry = [
            dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"].get("AttributeName") for name in (old, new)
        ]
        assert expiry[0] in (None, expiry[1])  # moto's CloudFormation sets no expiry
        assert "ENABLED" in str(dynamodb.describe_continuous_backups(TableName=new)["ContinuousBackupsDescription"])
    aws.deploy("back", "--no-smoke")
    assert aws.counts("back") == aws.counts("dev") and rows(aws, "back") == people


def test_data_goes_only_once_the_stage_s_name_is_typed(aws: Cloud) -> None:
    ran = aws.run("infra.destroy", "back", "--data-too", "yes", typed="dev\n")
    assert ran.returncode == 2 and "nothing has been deleted" in ran.stdout
    assert aws.functions("back")
    bucket = next(each["Name"] for each in aws.client("s3").list_buckets()["Buckets"] if "-back-" in each["Name"])
    for _ in range(2):
        aws.client("s3").put_object(Bucket=bucket, Key="a", Body=b"a")
    aws.client("s3").delete_object(Bucket=bucket, Key="a")
    ran = aws.run("infra.destroy", "back", "--data-too", "yes", typed="back\n")
    assert ran.returncode == 0, ran.stdout
    assert +aws.counts("back") == {}
    left = [
        *aws.client("dynamodb").list_tables()["TableNames"],
        *(each["Name"] for each in aws.client("s3").list_buckets()["Buckets"]),
    ]
    assert left and not [name for name in left if "-back-" in name]
    assert aws.counts("dev")["functions"] == len(LAMBDAS) + 1
