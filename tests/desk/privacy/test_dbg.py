from tests.desk.privacy.test_account_removal import *


def test_dbg(world):
    use(world)
    logs = set()
    summ = set()
    for t, i in raw.rows():
        if t == "event-logs":
            logs.add(i["ck"]["S"])
        if t == "conversations":
            from chalicelib.models.conversations import Conversation

            summ.add(Conversation.hash_key_of(i))
        if t == "tokens" and world.account in str(i) and "ex" not in i:
            print("TOK", {k: v for k, v in i.items()})
    world.index()
    for l in logs - summ:
        print("ORPHAN", l, [i for t, i in raw.rows() if t == "event-logs" and i["ck"]["S"] == l])
    print(settings.get(world.account, accounts.NAME).document["clients"])
