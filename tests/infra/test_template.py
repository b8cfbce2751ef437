"""infra/template.yaml and the models say the same of every table, and every resource is as safe as it is meant to be."""

from typing import Any

import pytest
from cfnlint.decode import decode
from pynamodb.models import Model

from chalicelib import config
from chalicelib.models import (
    base,
    connections,
    contact_words,
    conversations,
    details,
    devices,
    drafts,
    event_logs,
    files,
    junk_emails,
    labels,
    memberships,
    messages,
    people,
    rate_windows,
    receipts,
    received_mails,
    repeats,
    search_rows,
    search_turns,
    sequences,
    settings,
    statistics_rows,
    timers,
    tokens,
    topics,
    unique_names,
    viewers,
    webhook_deliveries,
)
from infra.stack import TEMPLATE

MODELS: list[type[Model]] = [
    rate_windows.RateWindow,
    unique_names.UniqueName,
    connections.Connection,
    contact_words.ContactWord,
    search_rows.WordsRow,
    conversations.Conversation,
    sequences.Sequence,
    devices.Device,
    event_logs.LogEntry,
    files.File,
    messages.Message,
    people.Person,
    receipts.Receipt,
    received_mails.ReceivedMail,
    repeats.Repeat,
    settings.Setting,
    statistics_rows.Statistic,
    timers.Timer,
    tokens.Token,
    topics.Topic,
    webhook_deliveries.WebhookDelivery,
]
#: Models whose rows stand in another's table: its keys, but not its indexes, are theirs.
LODGERS: list[type[Model]] = [
    details.Details,
    drafts.Draft,
    labels.Label,
    memberships.Membership,
    search_rows.WordBlock,
    search_turns.Turn,
    viewers.Viewers,
]
LODGERS += [webhook_deliveries.WebhookTurn, webhook_deliveries.WebhookState]
LODGERS += [junk_emails.JunkEmail, junk_emails.JunkText]
STREAMED = {"conversations", "people"}
EXPIRING = dict.fromkeys(
    [
        "connections",
        "event-logs",
        "files",
        "mails",
        "rate-windows",
        "receipts",
        "repeats",
        "statistics",
        "timers",
        "tokens",
        "topics",
        "webhook-deliveries",
    ],
    "ex",
)
RESOURCES: dict[str, Any] = decode(str(TEMPLATE))[0]["Resources"]


def resources(kind: str) -> list[Any]:
    return [entry for entry in RESOURCES.values() if entry["Type"] == kind]


def name_of(value: Any) -> str:
    return str(value["Fn::Sub"]).removeprefix("polydesk-${Stage}-")


TABLES = {name_of(table["Properties"]["TableName"]): table for table in resources("AWS::DynamoDB::Table")}
QUEUES = {name_of(queue["Properties"]["QueueName"]): queue["Properties"] for queue in resources("AWS::SQS::Queue")}


def short(model: type[Model]) -> str:
    return str(model.Meta.table_name).removeprefix(config.table(""))


def keys(schema: Any) -> list[tuple[str, str]]:
    return sorted((entry["AttributeName"], entry["KeyType"]) for entry in schema)


def index_facts(index: Any) -> tuple[Any, ...]:
    projection = index.get("Projection") or index["projection"]
    attributes = sorted(projection.get("NonKeyAttributes", []))
    return keys(index.get("KeySchema") or index["key_schema"]), projection["ProjectionType"], attributes


def test_every_table_has_a_model_and_every_model_a_table() -> None:
    assert {short(model) for model in MODELS} == set(TABLES)
    assert set(base.Table.__subclasses__()) == {*MODELS, *LODGERS}
    for lodger in LODGERS:
        assert keys(lodger._get_schema()["key_schema"]) == keys(TABLES[short(lodger)]["Properties"]["KeySchema"])


@pytest.mark.parametrize("model", MODELS, ids=short)
def test_the_model_has_the_table_s_keys_attributes_and_indexes(model: type[Model]) -> None:
    table, schema = TABLES[short(model)]["Properties"], model._get_schema()
    assert keys(schema["key_schema"]) == keys(table["KeySchema"])
    assert sorted(map(str, schema["attribute_definitions"])) == sorted(
        str(dict(entry)) for entry in table["AttributeDefinitions"]
    )
    for ours, theirs in (
        ("global_secondary_indexes", "GlobalSecondaryIndexes"),
        ("local_secondary_indexes", "LocalSecondaryIndexes"),
    ):
        declared = {index["IndexName"]: index_facts(index) for index in table.get(theirs, [])}
        assert {index["index_name"]: index_facts(index) for index in schema[ours]} == declared  # type: ignore[literal-required]


@pytest.mark.parametrize("name", TABLES)
def test_a_table_has_room_to_project_a_second_version_of_any_index(name: str) -> None:
    indexes = TABLES[name]["Properties"].get("GlobalSecondaryIndexes", [])
    projected = [len(index["Projection"].get("NonKeyAttributes", [])) for index in indexes]
    assert sum(projected) + max(projected, default=0) <= 100, "which is as many as DynamoDB allows a table"


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_on_demand_encrypted_recoverable_and_kept(name: str) -> None:
    table = TABLES[name]
    properties = table["Properties"]
    assert properties["BillingMode"] == "PAY_PER_REQUEST"
    assert properties["DeletionProtectionEnabled"] is True
    assert properties["SSESpecification"] == {"SSEEnabled": True}
    assert properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["DeletionPolicy"] == table["UpdateReplacePolicy"] == "Retain"
    streams = {"StreamViewType": "NEW_AND_OLD_IMAGES"} if name in STREAMED else None
    assert properties.get("StreamSpecification") == streams
    expiry = {"AttributeName": EXPIRING[name], "Enabled": True} if name in EXPIRING else None
    assert properties.get("TimeToLiveSpecification") == expiry


@pytest.mark.parametrize("name", [name for name in QUEUES if not name.endswith("-dead")])
def test_a_queue_has_a_dead_letter_queue_and_outlives_its_lambda(name: str) -> None:
    queue = QUEUES[name]
    dead = queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]
    assert name_of(RESOURCES[dead]["Properties"]["QueueName"]) == f"{name}-dead"
    assert queue["VisibilityTimeout"] >= 6 * 30
    assert queue["SqsManagedSseEnabled"]


@pytest.mark.parametrize("name", [name for name in QUEUES if name.endswith("-dead")])
def test_dead_letters_are_encrypted_and_kept_for_as_long_as_may_be(name: str) -> None:
    assert QUEUES[name]["SqsManagedSseEnabled"]
    assert QUEUES[name]["MessageRetentionPeriod"] == 14 * 86_400


def test_the_bucket_is_private_encrypted_and_for_tls_alone() -> None:
    (bucket,) = resources("AWS::S3::Bucket")
    assert set(bucket["Properties"]["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket["Properties"]["BucketEncryption"]
    (cors,) = bucket["Properties"]["CorsConfiguration"]["CorsRules"]
    assert (cors["AllowedMethods"], cors["AllowedOrigins"]) == (["GET", "HEAD", "POST"], ["*"])
    (policy,) = resources("AWS::S3::BucketPolicy")
    statement, of_mail = policy["Properties"]["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    condition, ses, nothing = of_mail["Fn::If"]
    assert (condition, ses["Principal"], nothing) == ("GetsMail", {"Service": "ses.amazonaws.com"}, {"Ref": "AWS::NoValue"})
    assert ses["Resource"] == {"Fn::Sub": "${Attachments.Arn}/inbound/*"} and ses["Action"] == "s3:PutObject"


def test_nothing_of_incoming_mail_is_made_unless_it_has_a_domain() -> None:
    kinds = ("AWS::SES::ReceiptRule", "AWS::SES::ReceiptRuleSet", "AWS::SNS::Subscription")
    made = [entry for entry in RESOURCES.values() if entry["Type"] in kinds]
    assert len(made) >= 3 and {
        entry.get("Condition") for entry in made if "MailArrived" in str(entry) or "Rule" in entry["Type"]
    } == {"GetsMail"}


def test_what_the_bucket_has_lost_can_be_had_back_for_as_long_as_a_table_s_past_and_no_longer() -> None:
    (bucket,) = resources("AWS::S3::Bucket")
    assert bucket["Properties"]["VersioningConfiguration"] == {"Status": "Enabled"}
    rules = bucket["Properties"]["LifecycleConfiguration"]["Rules"]
    expiring = {rule["Prefix"]: rule for rule in rules if "ExpirationInDays" in rule}
    days = {prefix: rule["ExpirationInDays"] for prefix, rule in expiring.items()}
    assert days == {"incoming/": 1, "inbound/": 30, "junk/": 31, "exports/": 3}
    for rule in expiring.values():
        assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": 1}, "what nobody has taken up goes for good"
    everywhere = [rule for rule in rules if "Prefix" not in rule]
    assert {"NoncurrentDays": 35} in [rule.get("NoncurrentVersionExpiration") for rule in everywhere]
    assert True in [rule.get("ExpiredObjectDeleteMarker") for rule in everywhere]
