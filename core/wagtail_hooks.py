"""What this app adds to the admin: the originals of images, what of a link in rich text is kept, and lists that can be read."""

from typing import Any

from django.templatetags.static import static
from django.urls import URLPattern, path
from django.utils.html import format_html
from wagtail import hooks
from wagtail.admin.views.account import AvatarSettingsPanel

from core import image_views, rich_links
from core.image_forms import AvatarForm

AvatarSettingsPanel.form_class = AvatarForm


@hooks.register("register_rich_text_features", order=100)  # after Wagtail's own
def register_links(features: Any) -> None:
    rich_links.register(features)


@hooks.register("register_admin_urls")
def register_urls() -> list[URLPattern]:
    return [path("images/<int:image_id>/original/", image_views.original, name="original_image")]


@hooks.register("insert_global_admin_css")
def readable_lists() -> str:
    return format_html('<link rel="stylesheet" href="{}">', static("css/admin.css"))
