"""Who may manage whom: an administrator's group may manage users, but only a superuser may manage superusers.
Wagtail leaves the tick box "Administrator" and a superuser's password to everybody who may change users."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from wagtail import hooks

from community.models import User


@hooks.register("before_create_user")
def only_superusers_make_superusers(request: HttpRequest) -> None:
    if request.POST.get("is_superuser") and not request.user.is_superuser:
        raise PermissionDenied


@hooks.register("before_edit_user")
def only_superusers_change_superusers(request: HttpRequest, user: User) -> None:
    if not request.user.is_superuser and (user.is_superuser or request.POST.get("is_superuser")):
        raise PermissionDenied


@hooks.register("before_bulk_action")
def only_superusers_change_superusers_together(
    request: HttpRequest, action_type: str, objects: list[Any], action: Any
) -> None:
    if not request.user.is_superuser and any(isinstance(one, User) and one.is_superuser for one in objects):
        raise PermissionDenied
