from django.urls import path

from home.browse import browse

urlpatterns = [
    path("service-areas/", browse, {"name": "browse_areas"}, name="browse_areas"),
    path("themes/", browse, {"name": "browse_themes"}, name="browse_themes"),
    path("stages/", browse, {"name": "browse_stages"}, name="browse_stages"),
    path("regions/", browse, {"name": "browse_regions"}, name="browse_regions"),
]
