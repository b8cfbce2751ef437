"""The pages that a browser shows: logging in, and choosing a new password. No script, nothing from other sites."""

# ruff: noqa: RUF001 (a Chinese sentence has Chinese commas)

import base64
import hashlib
from collections.abc import Mapping
from html import escape
from string import Template

from chalicelib.dialects.http import Answer

_STYLE = """:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{margin:0;min-height:100vh;display:grid;place-items:center;background:Canvas;color:CanvasText}
main{box-sizing:border-box;width:min(24rem,100%);padding:2rem 1.5rem}
h1{font-size:1.5rem;margin:0 0 .5rem}
p{margin:0 0 1rem;overflow-wrap:anywhere}
input+p{margin-top:.5rem}
label{display:block;margin:1rem 0 .25rem;font-weight:600}
input,button{box-sizing:border-box;width:100%;padding:.65rem .75rem;font:inherit;border-radius:.5rem}
input{border:1px solid GrayText;background:Field;color:FieldText}
button{margin-top:1.5rem;border:0;background:#1d4ed8;color:#fff;font-weight:600;cursor:pointer}
:focus-visible{outline:3px solid #3b82f6;outline-offset:2px}
[role=alert],[role=status]{border-left:4px solid #dc2626;padding:.25rem .75rem}
[role=status]{border-color:#16a34a}"""
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_PAGE = Template("""<!doctype html>
<html lang="$lang"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title><style>$style</style></head>
<body><main><h1>$title</h1>
$body</main></body></html>
""")
_WORDS = {
    "en": {
        "login": "Sign in",
        "goes_to": "You sign in to {account} and go on to {host}.",
        "email": "E-mail",
        "password": "Password",
        "wrong": "The e-mail or the password is wrong.",
        "locked": "Too many wrong passwords. Try again in {minutes} minutes.",
        "cannot": "This sign-in can't go on",
        "bad_client": "The program that sent you here is not known, or has not registered the address to return to. "
        "Go back to it, and tell the people who run it.",
        "reset": "Choose a new password",
        "new_password": "New password",
        "again": "New password again",
        "save": "Save",
        "length": "It has 8 characters at least.",
        "bad_length": "The new password must have 8 to 256 characters.",
        "differ": "The two passwords are not the same.",
        "dead": "This link can't be used",
        "bad_code": "It has been used already, or is older than half an hour. Ask for another one.",
        "changed": "Your password is changed",
        "go_on": "You have been signed out everywhere. Sign in with the new password.",
    },
    "zh": {
        "login": "登录",
        "goes_to": "您将登录 {account}，然后前往 {host}。",
        "email": "电子邮箱",
        "password": "密码",
        "wrong": "邮箱或密码不正确。",
        "locked": "密码错误次数过多，请在 {minutes} 分钟后重试。",
        "cannot": "无法继续登录",
        "bad_client": "带您来到此页的程序未知，或未登记其返回地址。请返回该程序并告知其运营者。",
        "reset": "设置新密码",
        "new_password": "新密码",
        "again": "再次输入新密码",
        "save": "保存",
        "length": "至少 8 个字符。",
        "bad_length": "新密码须为 8 至 256 个字符。",
        "differ": "两次输入的密码不一致。",
        "dead": "此链接无法使用",
        "bad_code": "链接已被使用，或已超过半小时。请重新申请。",
        "changed": "密码已更改",
        "go_on": "您已在所有设备上退出。请使用新密码登录。",
    },
}
_LANGUAGES = {"en": "en", "zh": "zh-CN"}


def words(accept_language: str) -> tuple[str, dict[str, str]]:
    """The browser's preferred language of those there are, else English, and its words."""
    liked = [_liking(part) for part in accept_language.split(",")[:20]]
    _, best = max(((quality, tag) for quality, tag in liked if tag in _WORDS and quality > 0), default=(0, "en"), key=_first)
    return _LANGUAGES[best], _WORDS[best]


def _first(liking: tuple[float, str]) -> float:
    return liking[0]


def _liking(part: str) -> tuple[float, str]:
    tag, _, parameters = part.partition(";")
    name, _, value = parameters.strip().partition("=")
    try:
        quality = float(value) if name == "q" else 1.0
    except ValueError:
        quality = 0.0
    return quality, tag.strip().lower().split("-")[0]


def login(language: str, values: Mapping[str, str], hidden: Mapping[str, str], trouble: str = "") -> str:
    """The login form. `values` say where it leads, `hidden` are hidden fields, `trouble` is what was wrong, as text."""
    _, text = words(language)
    email = _field("user_email", text["email"], "email", "username", values.get("email", ""), focus=not values.get("email"))
    password = _field("user_password", text["password"], "password", "current-password", focus=bool(values.get("email")))
    intro = f"<p>{escape(text['goes_to'].format(account=values['account'], host=values['host']))}</p>\n"
    return _shown(language, "login", intro + _form("auth", hidden, trouble, [email, password], text["login"]))


def reset(language: str, hidden: Mapping[str, str], trouble: str = "") -> str:
    """The form for a new password."""
    _, text = words(language)
    first = _field("new_password", text["new_password"], "password", "new-password", focus=True, hint=text["length"])
    fields = [first, _field("again", text["again"], "password", "new-password")]
    return _shown(language, "reset", _form("reset", hidden, trouble, fields, text["save"]))


def note(language: str, title: str, body: str, role: str = "alert") -> str:
    """A page that says one thing; `title` and `body` name words."""
    return _shown(language, title, f'<p role="{role}">{escape(words(language)[1][body])}</p>\n')


def _field(name: str, label: str, kind: str, known_as: str, value: str = "", *, focus: bool = False, hint: str = "") -> str:
    described = f' aria-describedby="{name}_hint"' if hint else ""
    more = (f' value="{escape(value)}"' if value else "") + (" autofocus" if focus else "") + described
    told = f'<p id="{name}_hint">{escape(hint)}</p>\n' if hint else ""
    return (
        f'<label for="{name}">{escape(label)}</label>\n'
        f'<input id="{name}" name="{name}" type="{kind}" autocomplete="{known_as}" maxlength="256" required{more}>\n{told}'
    )


def _form(action: str, hidden: Mapping[str, str], trouble: str, fields: list[str], button: str) -> str:
    alert = f'<p role="alert">{escape(trouble)}</p>\n' if trouble else ""
    kept = "".join(f'<input type="hidden" name="{name}" value="{escape(value)}">\n' for name, value in hidden.items())
    inside = "".join([kept, *fields, f'<button type="submit">{escape(button)}</button>\n'])
    return f'{alert}<form method="post" action="{action}">\n{inside}</form>\n'


def _shown(language: str, title: str, body: str) -> str:
    lang, text = words(language)
    return _PAGE.substitute(lang=lang, title=escape(text[title]), style=_STYLE, body=body)


def answer(page: str, status: int = 200, goes_on_to: str = "", **headers: str) -> Answer:
    """A page that is neither cached nor framed. `goes_on_to` is the origin that its form may lead to."""
    # Browsers apply form-action to the redirect after a form, too.
    to = " ".join(filter(None, ["'self'", goes_on_to]))
    policy = f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action {to}; frame-ancestors 'none'; base-uri 'none'"
    sent = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": policy,
        "X-Frame-Options": "DENY",
        "X-Content-Type-Options": "nosniff",
        "Vary": "Accept-Language",
        **UNSEEN,
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    return Answer(page.encode(), status, sent)


#: Headers of a page that is only for its reader and leaks nothing to the next one.
UNSEEN = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
