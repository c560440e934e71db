"""What the readers' part adds to the admin. bulletins/wagtail_hooks.py imports it: Wagtail looks there."""

from wagtail import hooks

from bulletins.readers.admin import ReadersViewSet


@hooks.register("register_admin_viewset")
def register_readers() -> ReadersViewSet:
    return ReadersViewSet()
