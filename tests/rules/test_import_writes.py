"""What an import stores together, so that every quarter of an hour counts what was said in it, and by whom."""

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.rules import quarters
from chalicelib.rules.import_writes import MOST, MOST_BYTES, Said, together
from chalicelib.rules.status import CONTACT, STAFF

MINUTE = 60_000


def said(minute: int, who: str, *, is_public: bool = True, size: int = 10) -> Said:
    return Said(minute * MINUTE, is_public, who, CONTACT if who == "c" else STAFF, size)


def parts(*told: Said) -> list[str]:
    """Who wrote what is stored together, notes in capitals."""
    return ["".join(one.sender if one.is_public else one.sender.upper() for one in part) for part in together(told)]


def test_a_chat_of_a_quarter_takes_two_writes() -> None:
    assert parts(*[said(at, "ca"[at % 2]) for at in range(10)]) == ["ca", "cacacaca"]


def test_each_quarter_and_each_agent_in_it_ends_a_write() -> None:
    told = [said(1, "c"), said(14, "c"), said(16, "c"), said(17, "a"), said(18, "b"), said(19, "a"), said(31, "a"), said(32, "c")]
    assert parts(*told) == ["cc", "ca", "b", "a", "a", "c"]


def test_a_note_stands_in_front_of_public_messages() -> None:
    told = [
        said(1, "a", is_public=False),
        said(2, "c"),
        said(3, "a", is_public=False),
        said(99, "a", is_public=False),
        said(100, "c"),
    ]
    assert parts(*told) == ["Ac", "AAc"]


def test_a_write_has_a_bound() -> None:
    assert [len(part) for part in together([said(1, "c")] * (MOST + 1))] == [MOST, 1]
    assert [len(part) for part in together([said(1, "c", size=MOST_BYTES - 1)] * 2)] == [1, 1]


@given(st.lists(st.tuples(st.integers(0, 7), st.sampled_from("cab"), st.booleans()), max_size=40))
def test_what_its_last_public_message_says_is_what_was_said_in_each_quarter(told: list[tuple[int, str, bool]]) -> None:
    """Statistics see of a write how many public messages came, and the time and the writer of the last one."""
    at, every = 0, list[Said]()
    for later, who, is_public in told:
        at += later
        every.append(said(at, who, is_public=is_public or who == "c"))
    counted, agents = dict[int, int](), set[tuple[int, str]]()
    for part in together(every):
        public = [one for one in part if one.is_public]
        if public:
            quarter = quarters.quarter(public[-1].at)
            counted[quarter] = counted.get(quarter, 0) + len(public)
            agents |= {(quarter, public[-1].sender)} if public[-1].sender_kind == STAFF else set()
    by_hand = [one for one in every if one.is_public]
    assert [one for part in together(every) for one in part] == every
    assert counted == {quarter: sum(quarters.quarter(one.at) == quarter for one in by_hand) for quarter in counted}
    assert sum(counted.values()) == len(by_hand)
    assert agents == {(quarters.quarter(one.at), one.sender) for one in by_hand if one.sender_kind == STAFF}
