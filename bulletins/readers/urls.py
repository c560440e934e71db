from django.urls import path

from bulletins.readers import views

urlpatterns = [
    path("bulletins/subscribe/", views.subscribe, name="reader-subscribe"),
    path("bulletins/subscribe/sent/", views.subscribed, name="reader-subscribed"),
    path("bulletins/confirm/<str:token>/", views.confirm, name="reader-confirm"),
    path("bulletins/unsubscribe/<str:token>/", views.unsubscribe, name="reader-unsubscribe"),
    path("bulletins/preferences/erased/", views.erased, name="reader-erased"),
    path("bulletins/preferences/<str:token>/", views.preferences, name="reader-preferences"),
    path("bulletins/preferences/<str:token>/data/", views.data, name="reader-data"),
    path("bulletins/preferences/<str:token>/erase/", views.erase_me, name="reader-erase"),
]
