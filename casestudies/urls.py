from django.urls import path

from casestudies import views

urlpatterns = [
    path("case-studies/<slug:slug>/ask/", views.ask, name="ask-contact"),
    path("case-studies/<slug:slug>/ask/sent/", views.asked, name="asked-contact"),
]
