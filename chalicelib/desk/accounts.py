"""Accounts: what a company has set. Read whole, in one request a minute."""

from dataclasses import asdict, dataclass, field

from chalicelib.context import Context
from chalicelib.desk.cache import TimedCache
from chalicelib.desk.errors import Invalid, NotFound
from chalicelib.desk.retry import contended
from chalicelib.models import settings
from chalicelib.models.settings import Setting
from chalicelib.rules import deadlines
from chalicelib.rules.deadlines import AutoClose as AutoClose

_ACCOUNT, _AUTO_CLOSE = "account#", "auto_close#"
#: How a new conversation finds its agent: the least loaded one online, or nobody (all agents see it).
LEAST_LOADED, EVERYONE = "least_loaded", "everyone"


@dataclass(frozen=True, slots=True)
class Account:
    """An account and its settings. Times are epoch milliseconds."""

    id: str
    name: str
    owner: str
    created_at: int
    updated_at: int
    allocation: str = LEAST_LOADED
    welcome: str | None = None
    #: Shown to the visitor when the silence is noticed.
    warning: str = "Are you still there? This chat will be closed soon if we hear nothing from you."
    #: The account's own words for a presence, as `{"lunch": "away"}`.
    status_aliases: dict[str, str] = field(default_factory=dict)
    auto_close: AutoClose = field(default_factory=AutoClose)

    @property
    def routed(self) -> bool:
        """Whether conversations are given to one agent."""
        return self.allocation != EVERYONE

    def looks_again_at(self, now: int) -> int | None:
        """When routing looks again at a conversation that waits from `now` on, both epoch milliseconds."""
        return deadlines.reassign_at(now, 0, self.auto_close) if self.routed else None


_cache: TimedCache[Account] = TimedCache()


def create(ctx: Context, name: str, owner: str, **given: str) -> Account:
    """Stores a new account under the context's account id."""
    document = {"name": name, "owner": owner, "created_at": ctx.now, "updated_at": ctx.now, **given}
    settings.put(Setting(ctx.account, _ACCOUNT), document)
    return load(ctx)


def load(ctx: Context) -> Account:
    """The caller's account: no request where a warm process has it, else one. Raises NotFound."""
    return _cache.get(ctx.account, ctx.now) or _cache.put(ctx.account, _read(ctx)[0], ctx.now)


def _read(ctx: Context) -> tuple[Account, dict[str, Setting]]:
    rows = settings.load(ctx.account)
    if _ACCOUNT not in rows:
        raise NotFound("account", ctx.account)
    auto_close = AutoClose(**rows[_AUTO_CLOSE].document) if _AUTO_CLOSE in rows else AutoClose()
    return Account(id=ctx.account, auto_close=auto_close, **rows[_ACCOUNT].document), rows


def set_auto_close(ctx: Context, changes: dict[str, int | bool]) -> AutoClose:
    """Changes the fields given; holds for deadlines set from now on, in other processes after a minute at most.

    Raises Invalid for spans that can't be.
    """

    def attempt() -> AutoClose:
        account, rows = _read(ctx)
        wanted = AutoClose(**(asdict(account.auto_close) | changes))
        if wanted.warn_after > wanted.close_after:
            raise Invalid("warn_after", "must not be later than close_after")
        settings.put(rows.get(_AUTO_CLOSE) or Setting(ctx.account, _AUTO_CLOSE), asdict(wanted))
        return wanted

    wanted = contended(ctx, attempt)
    _cache.forget(ctx.account)
    return wanted
