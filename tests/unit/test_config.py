"""Settings come by name, and a missing one is the template's fault."""

from pathlib import Path

import boto3
import pytest

from mall import config, errors


def test_a_missing_setting_names_itself_and_is_not_the_callers_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MALL_TABLE_PARCELS", raising=False)

    with pytest.raises(config.ConfigurationMissing, match="MALL_TABLE_PARCELS") as caught:
        config.table("parcels")

    assert isinstance(caught.value, errors.Unavailable)


def test_resources_go_by_their_logical_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MALL_TABLE_API_KEYS", "production-api-keys")
    monkeypatch.setenv("MALL_BUCKET_SITE", "a-bucket")
    monkeypatch.setenv("MALL_QUEUE_DEAD_LETTERS", "https://sqs/1")
    monkeypatch.setenv("MALL_KEY_ACCESS_TOKENS", "arn:key")
    monkeypatch.setenv("MALL_MACHINE_CHECKOUT", "arn:machine")
    monkeypatch.setenv("MALL_BUS", "news")

    assert config.table("api-keys") == config.table("api_keys") == "production-api-keys"
    assert config.bucket("site") == "a-bucket"
    assert config.queue("dead-letters") == "https://sqs/1"
    assert config.key("access_tokens") == "arn:key"
    assert config.machine("checkout") == "arn:machine"
    assert config.bus() == "news"


def test_settings_are_read_when_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MALL_STAGE", "one")
    assert config.stage() == "one"

    monkeypatch.setenv("MALL_STAGE", "two")
    assert config.stage() == "two"


def test_readers_are_the_writers_where_there_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MALL_DATABASE_URLS", "postgresql://a, postgresql://b,")
    monkeypatch.delenv("MALL_DATABASE_READER_URLS", raising=False)
    assert config.database_urls(reader=True) == config.database_urls() == ("postgresql://a", "postgresql://b")

    monkeypatch.setenv("MALL_DATABASE_READER_URLS", "postgresql://c,postgresql://d")
    assert config.database_urls(reader=True) == ("postgresql://c", "postgresql://d")
    assert config.database_urls() == ("postgresql://a", "postgresql://b")


def test_an_empty_endpoint_is_aws_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "")
    assert config.endpoint() is None

    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")
    assert config.endpoint() == "http://127.0.0.1:4566"


def test_a_secret_is_read_once(aws: object) -> None:
    config.secret.cache_clear()
    secrets = boto3.client("secretsmanager")
    secrets.create_secret(Name="test/payment-key", SecretString="first")
    try:
        assert config.secret("payment-key") == "first"
        secrets.put_secret_value(SecretId="test/payment-key", SecretString="second")
        assert config.secret("payment-key") == "first"
    finally:
        secrets.delete_secret(SecretId="test/payment-key", ForceDeleteWithoutRecovery=True)
        config.secret.cache_clear()


def test_only_the_configuration_reads_the_environment() -> None:
    layer = Path(config.__file__).parent
    readers = {
        str(path.relative_to(layer))
        for path in layer.rglob("*.py")
        if "os.environ" in path.read_text() or "getenv" in path.read_text()
    }

    assert readers == {"config.py"}
