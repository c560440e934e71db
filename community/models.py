from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, BaseUserManager, Group
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A new user. Raises ValueError without a mail address."""
        if not email:
            raise ValueError("A user needs an email address.")
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        # Email addresses differ in case only by accident.
        return self.get(email__iexact=username)


class User(AbstractUser):
    """A person; the mail address is the log-in."""

    username = None  # type: ignore[assignment]
    email = models.EmailField("email address", unique=True)

    affects_readers = False

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_unique")]

    def __str__(self) -> str:
        return self.get_full_name() or self.email


class AppliedGrant(models.Model):
    """That a role was given a permission (community.grants), which happens once: an administrator may take it away."""

    role = models.CharField(max_length=80)
    scope = models.CharField(max_length=20)
    permission = models.CharField(max_length=200)
    # Which group the role is, whatever it is called by now. Null: the group was deleted.
    group = models.ForeignKey(Group, null=True, on_delete=models.SET_NULL, related_name="+")
    applied_at = models.DateTimeField(default=timezone.now)

    affects_readers = False
    wagtail_reference_index_ignore = True

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["role", "scope", "permission"], name="applied_grant_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.role}: {self.permission} ({self.scope})"
