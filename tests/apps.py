"""The apps of the product, as settings list them."""

from pathlib import Path

from django.apps import apps
from django.conf import settings


def our_apps() -> list[str]:
    return [app.name for app in apps.get_app_configs() if Path(app.path).parent == Path(settings.BASE_DIR)]
