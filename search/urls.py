from django.urls import path

from search import opensearch, views

urlpatterns = [
    path("search/", views.search, name="search"),
    path("search/help/", views.help_page, name="search_help"),
    path("search/suggest", views.suggestions, name="search_suggest"),
    path("search/opensearch.xml", opensearch.description, name="opensearch"),
    path("search/similar/<int:page_id>", views.similar_to, name="search_similar"),
    path("feed/", views.feed, name="feed"),
]
