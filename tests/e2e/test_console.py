"""The console in a real browser: a day of agents, with a visitor on a page that has the chat, and of their administrator."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, Page, Route, expect

from tests.e2e.consoles import Console, ago, ask, asking, bring, counted, unread
from tests.e2e.site import IN_CHROMIUM
from tests.running import Desk
from tests.waiting import until

pytestmark = IN_CHROMIUM


def types(field: Locator, shown: Locator) -> None:
    """Types until that is shown: what was typed before somebody watched is not told of."""

    def is_shown() -> bool:
        field.press_sequentially("m")
        return shown.is_visible()

    until(is_shown)


def late_one(desk: Desk) -> int:
    """A conversation of the second agent's that begins to be urgent some seconds before five minutes have passed: its number."""
    owner, contact = desk.json["owner"], {"contact": "cora"}
    urgent = {"when": "logicalExpression", "logicExpression": "1", "list": [{"fieldId": 7, "matchType": "is", "value": "urgent"}]}
    ask(desk, "POST", "SLAPolicies", {"name": "Urgent", "firstRespondWithin": 5.01 / 60, "conditions": urgent}, owner)
    asked = {"conversation": "late", "id": "1", "body": "Too late?", "created_at": ago(seconds=285)}
    bring(
        desk,
        [
            {"type": "agent", "id": "ben", "email": desk.json["agents"][1]["email"], "name": "Ben Agent"},
            {"type": "contact", "id": "cora", "name": "Cora"},
            {"type": "conversation", "id": "late", "subject": "Late", "status": "new", "assignee": "ben"}
            | {"created_at": asked["created_at"]}
            | contact,
            {"type": "message"} | asked | contact,
        ],
    )
    listed = ask(desk, "GET", "conversations")["conversations"]
    number = next(int(one["id"]) for one in listed if one["lastMessage"] == "Too late?")
    ask(desk, "PUT", f"conversations/{number}", {"priority": "urgent"}, owner)
    return number


def test_the_day_of_an_agent(desk: Desk, shop: Page, console: Callable[..., Console], tmp_path: Path) -> None:
    ask(
        desk,
        "POST",
        "cannedResponses",
        {"name": "Greeting", "textContent": "Hello {{contact.name}}, I am {{agent.name}}."},
        desk.json["owner"],
    )
    ask(desk, "POST", "tags", {"name": "parcel"}, desk.json["owner"])
    late = late_one(desk)
    ada = console()
    before = unread(desk)
    ada.titled(before)
    ada.accessible()
    said, log = shop.get_by_label("Your message"), shop.get_by_role("log")
    said.fill("Where is my parcel? https://shop.example/a?b=1)")
    said.press("Enter")
    row = ada.rows.filter(has_text="Where is my parcel?")
    expect(row).to_have_count(1)
    ada.titled(before + 1)
    expect(ada.views.get_by_role("link", name=re.compile(rf"^Mine.*{before + 1} unread"))).to_be_visible()
    ada.open("Where is my parcel?")
    link = ada.messages.get_by_role("link", name="https://shop.example/a?b=1")
    assert (link.get_attribute("href"), link.get_attribute("rel")) == (
        "https://shop.example/a?b=1",
        "noopener noreferrer nofollow",
    )
    ada.titled(before)

    ada.reply.press_sequentially("/greet")
    ada.page.get_by_role("option", name="Greeting").click()
    expect(ada.reply).to_have_value(re.compile(r"^Hello .+, I am Ada Agent\. ?$"))
    ada.reply.press("Control+Enter")
    expect(log.get_by_text("I am Ada Agent.")).to_be_visible()
    picture = tmp_path / "label.txt"
    picture.write_text("42")
    ada.page.locator("input[type=file]").set_input_files(picture)
    expect(ada.page.locator(".composer").get_by_text("label.txt")).to_be_visible()
    ada.write("Here is the label.")
    expect(log.get_by_text("label.txt")).to_be_visible()
    expect(ada.messages.get_by_role("link", name="Download label.txt")).to_be_visible()

    ben = console(1)
    ada.button("Note").click()
    ada.reply.press_sequentially("@ben")
    ada.page.locator(".suggestions").get_by_role("option", name="Ben Agent").click()
    ada.reply.press_sequentially("can you take this?")
    ada.button("Send").click()
    note = ada.messages.get_by_role("listitem").filter(has_text="can you take this?")
    expect(note).to_contain_text("Note · only agents see this")
    expect(ben.views.get_by_role("link", name=re.compile("^Mentions.*1 unread"))).to_be_visible()
    ben.view("Mentions")
    ben.open("Here is the label.")
    expect(ben.messages.get_by_text("can you take this?")).to_be_visible()
    ben.button("Assign to me").click()
    expect(ben.button("Assign to me")).to_be_disabled()
    expect(ada.rows.filter(has_text="Here is the label.")).to_have_count(0)

    types(said, ben.page.get_by_text("is typing…"))
    types(ada.reply, ben.page.get_by_text(re.compile("Ada Agent.*(is|are) typing")))
    types(ben.reply, ada.page.get_by_text(re.compile("Ben Agent.*(is|are) typing")))
    ada.accessible()

    ben.page.get_by_role("combobox", name="Add a tag").fill("parcel")
    ben.page.get_by_role("combobox", name="Add a tag").press("Enter")
    expect(ben.button("Remove the tag parcel")).to_be_visible()
    other = asking(desk, "It is me again")
    ben.button("Merge…").click()
    ben.accessible()
    ben.page.get_by_label("Number of the conversation to merge into this").fill(str(other))
    ben.page.get_by_role("dialog").get_by_role("button", name="Merge…").click()
    expect(ben.messages.get_by_text("It is me again")).to_be_visible()
    target = ben.page.url
    ben.page.goto(re.sub(r"\d+$", str(other), target))
    expect(ben.page).to_have_url(target)
    ben.button("Close conversation").click()
    expect(ben.button("Reopen")).to_be_visible()
    number = int(re.search(r"/(\d+)$", ben.page.url)[1])  # type: ignore[index]
    closed = ask(desk, "GET", f"conversations/{number}")["conversation"]
    assert (closed["status"], len(closed["tagIds"]), closed["agentAssigneeId"]) == ("closed", 1, 3)
    assert [url for url in (*ada.sent, *ben.sent) if not url.startswith((desk.json["http"], "data:", "about:"))] == []

    # Nobody has answered the other one in time, which was counted as soon as it was urgent.
    ben.view("Mine")
    row = ben.rows.filter(has_text="Too late?")
    expect(row.get_by_text(re.compile("^SLA .+ over$"))).to_be_visible()
    ben.open("Too late?")
    ben.button("Show changes").click()
    expect(ben.messages.get_by_text("The time of service ran out")).to_be_visible()
    ben.accessible()
    assert ben.page.url.endswith(f"/{late}")

    until(lambda: counted(desk, "volume", "closedConversations") and counted(desk, "sla", "breachedTickets"))
    owner = console(who=desk.json["owner"])
    owner.page.get_by_role("navigation", name="Screens").get_by_role("link", name="Reports").click()
    for report, column in (("Volume", "Closed"), ("SLA", "Breaches")):
        owner.page.get_by_role("link", name=report).click()
        told = owner.page.get_by_role("row", name="Total").get_by_role("cell")
        names = owner.page.locator(".reports table thead th")
        expect(names.filter(has_text=column)).to_be_visible()
        expect(told.nth(names.all_inner_texts().index(column) - 1)).to_have_text(re.compile("^[1-9]"))


def test_an_administrator_sets_the_account_up(desk: Desk, console: Callable[..., Console]) -> None:
    owner = console(who=desk.json["owner"])
    page = owner.page
    page.get_by_role("navigation", name="Screens").get_by_role("link", name="Settings").click()

    def new(kind: str, add: str, name: str = "Name", **given: str) -> None:
        page.get_by_role("navigation", name="Settings").get_by_role("link", name=kind, exact=True).click()
        page.get_by_role("link", name=add).click()
        for label, text in ({name: given.pop("called")} | given).items():
            page.get_by_role("textbox", name=label).fill(text)

    def create() -> None:
        owner.button("Create").click()

    new("Canned replies", "New canned reply", called="Sizes", Text="We have S, M and L.")
    owner.accessible()
    create()
    expect(page.get_by_role("row", name=re.compile("Sizes.*We have S"))).to_be_visible()
    owner.accessible()

    new("Tags", "New tag", called="wholesale")
    create()
    new("Tags", "New tag", called="wholesale")
    create()
    name = page.get_by_role("textbox", name="Name")
    expect(name).to_have_accessible_description("tag is taken: wholesale")
    expect(name).to_be_focused()
    expect(name).to_have_value("wholesale")
    owner.accessible()

    new("Departments", "New department", called="Returns")
    page.get_by_label("Ben Agent").check()
    create()
    expect(page.get_by_role("row", name=re.compile("Returns.*Ben Agent"))).to_be_visible()

    new("Triggers", "New trigger", called="Urgent mails")
    owner.button("Add a condition").click()
    condition = page.get_by_role("group", name="Condition 1")
    condition.get_by_label("Field").select_option("Subject")
    condition.get_by_label("Value").fill("broken")
    owner.button("Add a value").click()
    page.get_by_role("group", name="Row 1").get_by_label("Field").select_option("Priority")
    page.get_by_role("group", name="Row 1").get_by_label("Value").select_option("Urgent")
    create()
    page.set_viewport_size({"width": 390, "height": 780})
    expect(page.get_by_role("row", name=re.compile("Urgent mails"))).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.set_viewport_size({"width": 1400, "height": 860})
    page.get_by_role("link", name="Urgent mails").click()
    expect(condition.get_by_label("Value")).to_have_value("broken")
    owner.accessible()
    trigger = ask(desk, "GET", "triggers", None, desk.json["owner"])["triggers"][0]
    assert [(one["fieldId"], one["matchType"], one["value"]) for one in trigger["conditions"]["list"]] == [
        (16, "contains", "broken")
    ]
    assert [(one["fieldId"], one["value"]) for one in trigger["autoUpdate"]] == [(7, "urgent")]

    new("Webhooks", "New webhook", name="Address", called="http://hooks.example/desk")
    create()
    address = page.get_by_role("textbox", name="Address")
    expect(address).to_have_accessible_description(re.compile("Address must begin with https://"))
    address.fill("https://hooks.example/desk")
    create()
    secret = page.get_by_role("textbox", name="Secret").input_value()
    assert len(secret) > 20
    owner.accessible()
    owner.button("Close").click()
    page.get_by_role("link", name="https://hooks.example/desk").click()
    expect(page.get_by_role("heading", name="Deliveries")).to_be_visible()
    assert secret not in page.content()
    owner.button("Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_text("Nothing here yet")).to_be_visible()
    assert [kind["name"] for kind in ask(desk, "GET", "cannedResponses")["cannedResponses"]][-1] == "Sizes"

    new("Routing rules", "New rule", called="Returns")
    owner.button("Add a condition").click()
    condition.get_by_label("Field").select_option("Last message")
    condition.get_by_label("Value").fill("send back")
    page.get_by_label("Goes to").select_option("A department")
    page.get_by_label("Department", exact=True).select_option("Returns")
    held: list[Route] = []
    page.route("**/customRules", lambda route: held.append(route) if route.request.method == "POST" else route.continue_())
    create()
    page.get_by_role("navigation", name="Settings").get_by_role("link", name="Routing", exact=True).click()
    page.get_by_label("By", exact=True).select_option("Routing rules")
    with page.expect_response("**/customRules") as made:  # who has gone on to another screen is not brought back
        held.pop().continue_()
    made.value.finished()
    page.evaluate("new Promise(requestAnimationFrame)")
    owner.button("Save").click()
    until(lambda: ask(desk, "GET", "routing/1")["routingrule"]["type"] == "customRules")
    page.get_by_role("textbox", name="Message").fill("May I send back the hat?")
    owner.button("Try it").click()
    expect(page.get_by_text("The rule “Returns” matches, so it goes to the department Returns.")).to_be_visible()
    owner.accessible()

    page.get_by_role("link", name="Working time").click()
    page.get_by_role("checkbox", name="Saturday").check()
    page.get_by_label("Saturday to").fill("12:30")
    owner.button("Save").click()
    until(lambda: ask(desk, "GET", "workingTime")["workingTimes"][5]["endMin"] == 30)
    owner.accessible()
    page.get_by_role("link", name="Domains").click()
    page.get_by_role("row", name=re.compile("^localhost")).get_by_role("link").click()
    expect(page.get_by_text("<script async")).to_be_visible()
