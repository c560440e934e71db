"""Settings. Only environment variables differ between installations; docs/operators.md lists them."""

from email.utils import formataddr
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
ENV_FILE = BASE_DIR / ".env"
environ.Env.read_env(ENV_FILE)

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="")
# Links in old mails and the hashes of erased addresses hang on the key that was in use then.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "SECRET_KEY is not set. Put it in the environment, or let `make .env` write one to the file .env."
    )

PORT = env.int("PORT", default=8000)
SITE_URL = env.str("SITE_URL", default=f"http://127.0.0.1:{PORT}").rstrip("/")
_site = urlsplit(SITE_URL)
if _site.scheme not in ("http", "https") or not _site.hostname:
    raise ImproperlyConfigured(f"SITE_URL must be an http or https address, not {SITE_URL!r}.")
SECURE = _site.scheme == "https"
ALLOWED_HOSTS = [_site.hostname, "localhost", "127.0.0.1", "[::1]", *env.list("ALLOWED_HOSTS", default=[])]
CSRF_TRUSTED_ORIGINS = [SITE_URL]
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)

# What a new site is called, and what error pages say while the database cannot be asked; an administrator changes the
# name in the site settings, and everything else reads it there (caching.site_name).
WAGTAIL_SITE_NAME = env.str("SITE_NAME", default="Common Practice")

DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "data"))).resolve()
SEARCH_DIR = DATA_DIR / "search"
# Static files that are made at set-up, such as the font.
BUILT_DIR = DATA_DIR / "built"
BUILT_DIR.mkdir(parents=True, exist_ok=True)

INSTALLED_APPS = [
    "cop_site.apps.CopSiteConfig",
    "caching.apps.CachingConfig",
    "core.apps.CoreConfig",
    "mail.apps.MailConfig",
    "editorial.apps.EditorialConfig",
    "organisations.apps.OrganisationsConfig",
    "home.apps.HomeConfig",
    "casestudies.apps.CaseStudiesConfig",
    "practice.apps.PracticeConfig",
    "bulletins.apps.BulletinsConfig",
    "taxonomy.apps.TaxonomyConfig",
    "community.apps.CommunityConfig",
    "search.apps.SearchConfig",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.contrib.typed_table_block",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_filters",
    "django_htmx",  # for its copy of htmx
    "django_tasks_db",
    "csp",
    "whitenoise.runserver_nostatic",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
]

MIDDLEWARE = [
    "bulletins.sending.visits.count_visits",
    "caching.middleware.page_cache",
    "cop_site.methods.allowed_methods",
    "django.middleware.security.SecurityMiddleware",
    "cop_site.static_files.StaticFilesMiddleware",
    "csp.middleware.CSPMiddleware",
    "cop_site.middleware.admin_policy",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "cop_site.middleware.clean_query",
    "cop_site.middleware.remembered_site",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "core.redirects.RedirectMiddleware",
    "core.form_validation.RefuseOddKeys",
    "core.protected.ExplainProtected",
]

ROOT_URLCONF = "cop_site.urls"
WSGI_APPLICATION = "cop_site.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "cop_site.context.site",
            ],
            "builtins": ["django.contrib.humanize.templatetags.humanize"],
        },
    },
]

DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'db.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    if DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
        # A server that does not even refuse must not hold a reader for minutes.
        DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
DATABASES["default"]["CONN_MAX_AGE"] = 600
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", default="")
_cache = (
    {"BACKEND": "caching.shared.SharedCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
)
CACHES = {
    "default": _cache | {"KEY_PREFIX": "site"},
    # Whole answers for anonymous readers (caching.middleware); 1,000 of them are some 10 MB in each process.
    "pages": (_cache if REDIS_URL else {"BACKEND": "caching.machine.MachineCache", "LOCATION": "pages"})
    | {"KEY_PREFIX": "pages"}
    | ({} if REDIS_URL else {"OPTIONS": {"MAX_ENTRIES": 1000}}),
}

# Where there is an address, Elasticsearch answers searches; the index on each machine answers where it cannot.
ELASTICSEARCH_URL = env.list("ELASTICSEARCH_URL", default=[])
ELASTICSEARCH_API_KEY = env.str("ELASTICSEARCH_API_KEY", default="")
ELASTICSEARCH_CA_CERT = env.str("ELASTICSEARCH_CA_CERT", default="")
ELASTICSEARCH_PREFIX = env.str("ELASTICSEARCH_PREFIX", default="common-practice")
ELASTICSEARCH_SHARDS = env.int("ELASTICSEARCH_SHARDS", default=1)
ELASTICSEARCH_REPLICAS = env.int("ELASTICSEARCH_REPLICAS", default=1)

# A search that takes longer than this many milliseconds is logged by "search.slow_log".
SEARCH_SLOW_MS = env.int("SEARCH_SLOW_MS", default=200)

# Wagtail enqueues on "default"; work of ours that is too long for a request goes to "background".
TASKS = {
    "default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"},
    "background": {"BACKEND": "django_tasks_db.DatabaseBackend"},
}

AUTH_USER_MODEL = "community.User"
AUTHENTICATION_BACKENDS = ["community.authentication.LimitedLogIn"]
WAGTAILADMIN_USER_PASSWORD_RESET_FORM = "community.authentication.LimitedResetForm"  # noqa: S105 (no password)
LOGIN_URL = "wagtailadmin_login"
LOGIN_REDIRECT_URL = "/"  # where no page was asked for
CSRF_FAILURE_VIEW = "cop_site.views.csrf_failure"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
# Twelve characters: the length that the UK's National Cyber Security Centre takes as strong enough alone.
AUTH_PASSWORD_VALIDATORS[1]["OPTIONS"] = {"min_length": 12}  # type: ignore[assignment]

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_TZ = True
FORMAT_MODULE_PATH = "cop_site.formats"

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static", BUILT_DIR]
MEDIA_URL = "/media/"
MEDIA_ROOT = DATA_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "cop_site.static_files.StaticFiles"},
}

EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", default=20)  # seconds for each answer of the mail server
# A mail provider's own interface instead of SMTP: EMAIL_URL=anymail://postmark, with ANYMAIL_POSTMARK_SERVER_TOKEN.
_mail_url = env.str("EMAIL_URL", default=f"filemail:///{DATA_DIR / 'outbox'}")
_provider = _mail_url.removeprefix("anymail://").strip("/").replace("-", "_")
if _mail_url.startswith("anymail://"):
    if not (_provider.isidentifier() and find_spec(f"anymail.backends.{_provider}")):
        raise ImproperlyConfigured(f"EMAIL_URL: anymail knows no provider {_provider!r}.")
    _mail = {"EMAIL_BACKEND": f"anymail.backends.{_provider}.EmailBackend"}
else:
    _mail = env.email_url_config(_mail_url)
# Ours know what a server takes, and what a folder that cannot be written to is.
_OURS = {"smtp": "mail.server.EmailBackend", "filebased": "cop_site.outbox.EmailBackend"}
EMAIL_BACKEND = _OURS.get(_mail["EMAIL_BACKEND"].split(".")[-2], _mail["EMAIL_BACKEND"])
EMAIL_FILE_PATH = DATA_DIR / "outbox"
EMAIL_HOST = _mail.get("EMAIL_HOST", "localhost")
EMAIL_PORT = _mail.get("EMAIL_PORT", 25)
EMAIL_HOST_USER = _mail.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = _mail.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = _mail.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _mail.get("EMAIL_USE_SSL", False)
# What anymail wants to know of the provider, and the secret of its webhooks (ANYMAIL_WEBHOOK_SECRET=name:password).
ANYMAIL = {name.removeprefix("ANYMAIL_"): value for name, value in env.ENVIRON.items() if name.startswith("ANYMAIL_")}
ANYMAIL = {name: value for name, value in ANYMAIL.items() if value} | {"REQUESTS_TIMEOUT": EMAIL_TIMEOUT}
# Mails of a bulletin in a second, for each worker; 0: as fast as the mail server takes them.
BULLETIN_RATE = env.float("BULLETIN_RATE", default=0)
FROM_EMAIL = env.str("FROM_EMAIL", default="")
NOREPLY_EMAIL = f"noreply@{_site.hostname}"
# Of the mails of Wagtail and Django; ours carry the name that the site has now (mail.headers.sender).
DEFAULT_FROM_EMAIL = FROM_EMAIL or formataddr((WAGTAIL_SITE_NAME, NOREPLY_EMAIL))

SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz)$"]  # asked from inside, without TLS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"  # cop_site.middleware.admin_policy lets the admin frame its own previews
SESSION_COOKIE_HTTPONLY = True
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    name: [] for name in ("camera", "geolocation", "microphone", "payment", "usb", "interest-cohort")
}

# An address may hold as many parameters as fit in gunicorn's longest request line.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

WAGTAILADMIN_BASE_URL = SITE_URL
WAGTAILADMIN_RICH_TEXT_EDITORS = {"default": {"WIDGET": "core.rich_text_area.RichTextArea"}}
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_ALLOW_UNICODE_SLUGS = False
# How dates are shown in fields; core.date_fields reads what is typed there.
WAGTAIL_DATE_FORMAT = "%-d %B %Y"
WAGTAIL_DATETIME_FORMAT = "%-d %B %Y, %H:%M"
# Browsers know no zone "localtime", which a machine may list.
WAGTAIL_USER_TIME_ZONES = ["Europe/London", "UTC"]
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES = [("en-gb", "English")]
WAGTAILIMAGES_IMAGE_MODEL = "core.SiteImage"
WAGTAILIMAGES_IMAGE_FORM_BASE = "core.image_forms.SiteImageForm"
WAGTAILIMAGES_MAX_IMAGE_PIXELS = 40_000_000  # one takes some 160 MB of memory while it is read
WAGTAILIMAGES_EXTENSIONS = ["avif", "gif", "jpg", "jpeg", "png", "webp"]
WAGTAILDOCS_DOCUMENT_MODEL = "core.SiteDocument"
WAGTAILDOCS_EXTENSIONS = ["csv", "docx", "odt", "ods", "pdf", "pptx", "rtf", "txt", "xlsx"]
WAGTAILDOCS_MAX_UPLOAD_SIZE = 20 * 1024 * 1024
# The admin's own search only: the fallback looks for parts of words, as editors do, and takes any characters;
# the stock SQLite backend fails on a lone quotation mark (docs/decisions/0004).
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database.fallback"}}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"one_line": {"()": "cop_site.logs.OneLine"}},
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "search": {"level": "INFO"},
        "cop_site": {"level": "INFO"},
        "community": {"level": "INFO"},
        "bulletins": {"level": "INFO"},
        # A line and a traceback for each request that a server leaves without an answer: search.fallback says it once.
        "elastic_transport": {"level": "ERROR"},
        "django.request": {"handlers": ["console"], "level": "ERROR", "propagate": False, "filters": ["one_line"]},
    },
}
