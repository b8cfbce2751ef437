import json
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from infra.replay import __main__ as replay
from infra.replay import script as replay_script
from infra.replay.check import Line, Shown, Verdict, common, compare
from infra.replay.desk import Desk, Refused, Unusable, Web, awaited
from infra.replay.player import Chat
from infra.replay.script import AGENT, VISITOR, Script

HEADER = "conversationId\tturnNumber\tutteranceId\tutterance\tslot-labels\tintent\n"
HI, ASK, OK = Line(VISITOR, "hi"), Line(VISITOR, "a seat please"), Line(VISITOR, "ok")
HELLO = Line(AGENT, "hello")
SENT = [HI, HELLO, ASK, HELLO, OK, OK]


def spoken(said: list[tuple[int, str]]) -> list[tuple[str, int]]:
    return [(turn.speaker, turn.number) for turn in replay_script.turns(said)]


def shown(*lines: Line) -> list[Shown]:
    return [Shown(line, at) for at, line in enumerate(lines)]


def file(folder: Path, *rows: str) -> Path:
    path = folder / "chats.tsv"
    path.write_text(HEADER + "".join(f"{row}\n" for row in rows))
    return path


class TestScript:
    def test_a_gap_and_the_end_are_the_agents(self) -> None:
        assert spoken([(0, "hi"), (2, "a seat")]) == [(VISITOR, 0), (AGENT, 1), (VISITOR, 2), (AGENT, 3)]

    def test_turns_in_a_row_have_no_agent_between(self) -> None:
        assert spoken([(0, "hi"), (1, "hello?")]) == [(VISITOR, 0), (VISITOR, 1), (AGENT, 2)]

    def test_a_long_gap_is_one_answer_under_its_first_number(self) -> None:
        assert spoken([(0, "hi"), (4, "ok")]) == [(VISITOR, 0), (AGENT, 1), (VISITOR, 4), (AGENT, 5)]

    @pytest.mark.parametrize(("first", "greeted"), [(0, False), (1, True), (3, True)])
    def test_a_first_turn_after_nought_is_greeted(self, first: int, greeted: bool) -> None:
        assert Script("one", replay_script.turns([(first, "hi")])).is_greeted is greeted

    def test_an_empty_utterance_is_silent_and_nobody_elses(self) -> None:
        assert spoken([(0, "hi"), (1, " "), (2, "ok")]) == [(VISITOR, 0), (VISITOR, 2), (AGENT, 3)]

    def test_the_answer_names_its_turn(self) -> None:
        assert replay_script.answer(3).text == "(agent, turn 3) Thank you, one moment please."

    def test_a_file_gives_its_chats_in_order_with_the_customers_own_words(self, tmp_path: Path) -> None:
        path = file(tmp_path, 'b\t0.0\tx\t"one \n two"\tO\tgreeting', "b\t2.0\tx\tsay  it's\tO\tnone", "a\t0\tx\thi\tO\tnone")
        first, second = replay_script.read(path)
        assert (first.name, second.name) == ("b", "a")
        assert [turn.text for turn in first.turns if turn.speaker == VISITOR] == ["one \n two", "say  it's"]

    def test_the_limit_is_of_chats(self, tmp_path: Path) -> None:
        path = file(tmp_path, *(f"{name}\t{turn}\tx\thi\tO\tnone" for name in "abc" for turn in (0, 2)))
        assert [script.name for script in replay_script.read(path, limit=2)] == ["a", "b"]

    def test_another_kind_of_file_is_refused(self, tmp_path: Path) -> None:
        path = tmp_path / "other.tsv"
        path.write_text("id\ttext\n1\thi\n")
        with pytest.raises(ValueError, match="conversationId"):
            replay_script.read(path)


class TestCompare:
    def test_all_there(self) -> None:
        verdict = compare(SENT, shown(*SENT))
        assert verdict == Verdict(stored=6, in_order=6)
        assert verdict.complaints() == []

    def test_lost(self) -> None:
        verdict = compare(SENT, shown(HI, HELLO, HELLO, OK, OK))
        assert (verdict.stored, verdict.in_order, verdict.lost, verdict.doubled) == (5, 5, 1, 0)
        assert verdict.complaints() == ["1 lost"]

    def test_one_of_two_equal_ones_lost(self) -> None:
        assert compare(SENT, shown(*SENT[:-1])).lost == 1

    def test_doubled(self) -> None:
        verdict = compare(SENT, shown(HI, HI, HELLO, ASK, HELLO, OK, OK))
        assert (verdict.stored, verdict.in_order, verdict.lost, verdict.doubled) == (6, 6, 0, 1)
        assert verdict.complaints() == ["1 doubled or never sent"]

    def test_never_sent(self) -> None:
        assert compare([HI], shown(HI, Line(AGENT, "who is this?"))).doubled == 1

    def test_out_of_order(self) -> None:
        verdict = compare([HI, HELLO, ASK], shown(HI, ASK, HELLO))
        assert (verdict.stored, verdict.in_order, verdict.lost, verdict.doubled) == (3, 2, 0, 0)
        assert verdict.complaints() == ["1 out of order"]

    def test_under_the_other_sides_name(self) -> None:
        verdict = compare([HI], shown(Line(AGENT, "hi")))
        assert (verdict.lost, verdict.doubled) == (1, 1)

    def test_cut_text(self) -> None:
        assert compare([ASK], shown(Line(VISITOR, "a seat"))).lost == 1

    @pytest.mark.parametrize(("times", "backwards"), [((1, 2), 0), ((2, 2), 0), ((2, 1), 1)])
    def test_times(self, times: tuple[int, int], backwards: int) -> None:
        verdict = compare([HI, ASK], [Shown(HI, times[0]), Shown(ASK, times[1])])
        assert verdict.backwards == backwards
        assert bool(verdict.complaints()) is bool(backwards)

    def test_nothing_stored(self) -> None:
        assert compare(SENT, []) == Verdict(lost=6)

    def test_the_worse_of_two_views_counts(self) -> None:
        both = compare(SENT, shown(*SENT[1:])).worse(compare(SENT, shown(*SENT, HI)))
        assert (both.stored, both.lost, both.doubled) == (5, 1, 1)

    @pytest.mark.parametrize(
        ("ours", "theirs", "length"), [("abcd", "abcd", 4), ("abcd", "acbd", 3), ("abcd", "dcba", 1), ("", "a", 0), ("ab", "", 0)]
    )
    def test_common(self, ours: str, theirs: str, length: int) -> None:
        assert common(ours, theirs) == length


def web(answer: Callable[[httpx.Request], httpx.Response]) -> Web:
    return Web(httpx.Client(base_url="http://desk.example", transport=httpx.MockTransport(answer)))


class TestWeb:
    @pytest.fixture(autouse=True)
    def _no_waiting(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("infra.replay.desk.time.sleep", lambda _: None)

    def test_a_lost_answer_is_asked_for_again_with_the_same_request(self) -> None:
        bodies: list[bytes] = []

        def answer(request: httpx.Request) -> httpx.Response:
            bodies.append(request.content)
            if len(bodies) < 4:
                raise httpx.ReadError("lost", request=request)
            return httpx.Response(200, json={"error_code": 0})

        web(answer).ppmessage("token", "PP_SEND_MESSAGE", uuid="0190")
        assert len(bodies) == 4
        assert len(set(bodies)) == 1

    def test_after_three_more_times_it_gives_up(self) -> None:
        asked: list[httpx.Request] = []

        def answer(request: httpx.Request) -> httpx.Response:
            asked.append(request)
            raise httpx.ConnectError("away", request=request)

        with pytest.raises(httpx.ConnectError):
            web(answer).ask("GET", "/")
        assert len(asked) == 4

    def test_an_error_code_is_refused_unless_it_is_accepted(self) -> None:
        desk = web(lambda _: httpx.Response(200, json={"error_code": 25, "error_string": "device existed.", "device_uuid": "d"}))
        assert desk.ppmessage("token", "PP_CREATE_DEVICE", accepted=(0, 25))["device_uuid"] == "d"
        with pytest.raises(Refused, match="PP_SEND_MESSAGE answered 25"):
            desk.ppmessage("token", "PP_SEND_MESSAGE")

    def test_an_http_error_is_refused(self) -> None:
        with pytest.raises(Refused, match="DELETE /rooms answered 403"):
            web(lambda _: httpx.Response(403, text="no")).ask("DELETE", "/rooms?a=b")

    def test_an_empty_answer_is_none(self) -> None:
        assert web(lambda _: httpx.Response(200)).ask("DELETE", "/rooms") is None

    def test_what_never_comes_is_waited_for_and_then_not(self) -> None:
        found = iter([None, None, 7])
        assert awaited(lambda: next(found), 60) == 7
        assert awaited(lambda: None, 0) is None


class TestChat:
    def test_what_goes_wrong_is_its_problem(self) -> None:
        chat, request = Chat(Script("one", ())), httpx.Request("POST", "http://desk.example/api/PP_SEND_MESSAGE?a=b")
        for error in (Refused("no"), httpx.ReadError("lost", request=request), KeyError("uuid")):
            with chat.noting():
                raise error
        assert chat.problems[0] == "no"
        assert chat.problems[1].startswith("POST /api/PP_SEND_MESSAGE has no answer")
        assert "uuid" in chat.problems[2]

    def test_the_result_is_the_sum(self) -> None:
        chats = [Chat(Script(name, ()), sent=[HI, HELLO], answered=1, is_closed=True, assignee="a") for name in "xy"]
        chats[1].problems.append("lost one")
        chats[0].verdict, chats[1].verdict = Verdict(2, 2), Verdict(1, 1, lost=1)
        found = replay.result(chats, [], 2.0)
        assert (found.conversations, found.sent, found.stored, found.lost, found.closed) == (2, 4, 3, 1, 2)
        assert found.messages_per_second == 2.0
        assert found.problems == ["y: lost one"]


class TestCommand:
    def test_without_a_desk_it_says_so_in_a_line(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("DATA", str(tmp_path))
        assert replay.main([str(file(tmp_path, "a\t0\tx\thi\tO\tnone"))]) == 2
        assert capsys.readouterr().err.count("\n") == 1

    def test_a_desk_of_another_shape_is_unusable(self, tmp_path: Path) -> None:
        (tmp_path / "desk.json").write_text(json.dumps({"http": "http://desk.example"}))
        with pytest.raises(Unusable, match="ppmessage"):
            Desk.load(tmp_path)
