"""What is too slow for a request, or must not show in how long it takes. Each task names a row and no address."""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.forms import PasswordResetForm
from django_tasks import task

from community.models import User

NOBODY = 0
MAIL = "wagtailadmin/account/password_reset"


@task(backend="background")
def send_reset(user_id: int) -> None:
    """Send the mail with which a password is reset; to nobody where there is no such user any more."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    form = PasswordResetForm({"email": user.email if user else ""})
    if form.is_valid():
        site = urlsplit(settings.SITE_URL)
        form.save(
            domain_override=site.netloc,
            use_https=site.scheme == "https",
            subject_template_name=f"{MAIL}/email_subject.txt",
            email_template_name=f"{MAIL}/email.txt",
        )
