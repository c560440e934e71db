from cop_site.settings import *  # noqa: F403
from cop_site.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.guides"]
