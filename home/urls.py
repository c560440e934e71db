from django.urls import path

from home.browse import browse
from home.term_pages import term_page

urlpatterns = [
    path("service-areas/", browse, {"name": "browse_areas"}, name="browse_areas"),
    path("themes/", browse, {"name": "browse_themes"}, name="browse_themes"),
    path("stages/", browse, {"name": "browse_stages"}, name="browse_stages"),
    path("regions/", browse, {"name": "browse_regions"}, name="browse_regions"),
    path("service-areas/<slug:slug>/", term_page, {"name": "browse_areas"}, name="service_area"),
    path("themes/<slug:slug>/", term_page, {"name": "browse_themes"}, name="theme"),
    path("stages/<slug:slug>/", term_page, {"name": "browse_stages"}, name="stage"),
]
