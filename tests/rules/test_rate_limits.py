import pytest

from chalicelib.rules.rate_limits import Limit, configured, network_of

KNOWN = {"visitors": Limit("new visitors", 60, 60), "uploads": Limit("files", 10, 3600, step=5)}


def test_a_stage_changes_some_limits_or_turns_all_off() -> None:
    assert configured(KNOWN, "") == KNOWN
    assert configured(KNOWN, " off ") == {}
    changed = configured(KNOWN, "uploads=3/7")
    assert changed == {**KNOWN, "uploads": Limit("files", 3, 7)}, "a step goes with what is allowed"


@pytest.mark.parametrize(
    "wrong", ["downloads=1/2", "visitors", "visitors=1", "visitors=1/0", "visitors=-1/2", "visitors=a/b", "off on"]
)
def test_a_setting_that_is_none_is_refused_by_name(wrong: str) -> None:
    with pytest.raises(ValueError, match="POLYDESK_LIMITS"):
        configured(KNOWN, wrong)


def test_a_client_s_network_is_one_source() -> None:
    assert network_of("192.0.2.1") == "192.0.2.1" != network_of("192.0.2.2")
    assert network_of("2001:db8::1") == network_of("2001:db8:0:ff::1") != network_of("2001:db8:0:100::1")
    assert network_of("::ffff:192.0.2.1") == "192.0.2.1"
    assert (network_of(""), network_of("test-invoke-source-ip")) == ("", "test-invoke-source-ip")
