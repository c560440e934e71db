from django.urls import path

from editorial.feedback_views import told, useful

urlpatterns = [
    path("useful/<int:page_id>/", useful, name="useful"),
    path("useful/<int:page_id>/thanks/", told, name="told-useful"),
]
