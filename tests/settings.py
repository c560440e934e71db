"""The site's own settings with test data in a folder of its own; nothing else differs from what people run."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

_folder = Path(tempfile.mkdtemp(prefix="cop-test-"))
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
os.environ.update(SECRET_KEY="only-for-tests-" + "x" * 40, SITE_URL="http://testserver", DATA_DIR=str(_folder))
os.environ["DEBUG"] = "false"
os.environ["ELASTICSEARCH_URL"] = ""  # tests that ask Elasticsearch start one and say so

from cop_site.settings import *  # noqa: E402, F403
from cop_site.settings import STORAGES  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
MAIL_SERVER_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# Without a manifest there is nothing to collect before a test.
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
(_folder / "static").mkdir()
