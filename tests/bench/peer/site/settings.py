"""django-helpdesk as its documentation sets it up, on PostgreSQL, with what a real one would have: no debug, kept connections.

PEER_DATABASE names the database; PEER_MENDED=1 adds what `mended.py` mends.
"""

import os

MENDED = os.environ.get("PEER_MENDED") == "1"
SECRET_KEY = os.environ["PEER_SECRET"]
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1"]
USE_TZ = True
TIME_ZONE = "UTC"
SITE_ID = 1
ROOT_URLCONF = "urls"
LOGIN_URL = "/login/"
STATIC_URL = "/static/"
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
#: As its optional extra is not installed.
HELPDESK_TEAMS_MODE_ENABLED = False
#: Mails are made as always, and then dropped instead of being sent while the client waits.
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"

_CONTRIB = ("admin", "auth", "contenttypes", "sessions", "messages", "staticfiles", "sites", "humanize")
INSTALLED_APPS = [*(f"django.contrib.{name}" for name in _CONTRIB), "rest_framework", "helpdesk"]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
_PROCESSORS = ["django.template.context_processors.request", "django.contrib.auth.context_processors.auth"]
_PROCESSORS += ["django.contrib.messages.context_processors.messages"]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": _PROCESSORS},
    }
]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": os.environ["PEER_DATABASE"],
        "USER": "postgres",
        "HOST": os.environ["PGHOST"],
        "CONN_MAX_AGE": None,
    }
}


def _mended_query() -> type:
    from listing import Query

    return Query


if MENDED:
    INSTALLED_APPS.append("mended.Mended")
    HELPDESK_QUERY_CLASS = _mended_query
