"""Wagtail's form of a site, for one site: everything but its home page is set elsewhere."""

from typing import Any

from django.core.exceptions import ValidationError
from wagtail.models import Site
from wagtail.sites.forms import SiteForm

from cop_site.checks import WHY_ONE_SITE
from cop_site.site import host_and_port


class OneSiteForm(SiteForm):
    """Host and port are those of SITE_URL, and the name is in the site settings. A second site is refused."""

    class Meta(SiteForm.Meta):
        fields = ("root_page",)

    def clean(self) -> dict[str, Any]:
        if self.instance.pk is None and Site.objects.exists():
            raise ValidationError(WHY_ONE_SITE)
        self.instance.hostname, self.instance.port = host_and_port()
        self.instance.is_default_site = True
        cleaned: dict[str, Any] = super().clean()
        return cleaned
