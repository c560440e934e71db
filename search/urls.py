from django.urls import path

from search import views

urlpatterns = [
    path("search/", views.search, name="search"),
    path("search/similar/<int:page_id>", views.similar_to, name="search_similar"),
    path("feed/", views.feed, name="feed"),
]
