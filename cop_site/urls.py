from django.conf import settings
from django.urls import include, path, re_path
from django.views.decorators.http import require_safe
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.contrib.sitemaps.views import sitemap
from wagtail.documents import urls as wagtaildocs_urls
from wagtail.utils.urlpatterns import decorate_urlpatterns

from bulletins import urls as bulletins_urls
from casestudies import urls as casestudies_urls
from community import authentication
from cop_site import health, views
from cop_site.sitemap import SITEMAPS
from editorial import urls as editorial_urls
from editorial.one_at_a_time import one_at_a_time
from home import urls as home_urls
from organisations import urls as organisations_urls
from search import urls as search_urls

decorate_urlpatterns(wagtailadmin_urls.urlpatterns, one_at_a_time)

urlpatterns = [
    path("admin/", include(wagtailadmin_urls)),
    path(  # before Wagtail's own, which lets anybody guess
        "documents/authenticate_with_password/<int:restriction_id>/", authentication.collection_password
    ),
    path("documents/", include(wagtaildocs_urls)),
    re_path(rf"^{settings.MEDIA_URL.strip('/')}/(?P<path>.+)$", views.media, name="media"),
    path("sitemap.xml", require_safe(sitemap), {"sitemaps": SITEMAPS}, name="sitemap"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("robots.txt", views.robots, name="robots"),
    path("", include(search_urls)),
    path("", include(home_urls)),
    path("", include(editorial_urls)),
    path("", include(casestudies_urls)),
    path("", include(organisations_urls)),
    path("", include(bulletins_urls)),
    path(  # before Wagtail's own, which lets anybody guess
        "_util/authenticate_with_password/<int:page_view_restriction_id>/<int:page_id>/", authentication.page_password
    ),
    path("", include(wagtail_urls)),
]

if settings.DEBUG:
    from cop_site.components import components

    urlpatterns.insert(0, path("components/", components, name="components"))

handler400 = "cop_site.views.bad_request"
handler403 = "cop_site.views.permission_denied"
handler404 = "cop_site.views.page_not_found"
handler500 = "cop_site.views.server_error"
