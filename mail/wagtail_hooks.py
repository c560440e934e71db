from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from mail.admin_views import VIEW, AgainView, MailsReport


@hooks.register("register_admin_urls")
def register_mail_views() -> list[URLPattern]:
    return [
        path("reports/mails/", MailsReport.as_view(), name="mails_report"),
        path("reports/mails/results/", MailsReport.as_view(results_only=True), name="mails_report_results"),
        path("reports/mails/<int:pk>/again/", AgainView.as_view(), name="mail_again"),
    ]


class MailsMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(VIEW))


@hooks.register("register_reports_menu_item")
def register_mails_menu_item() -> MenuItem:
    return MailsMenuItem("Outgoing emails", reverse("mails_report"), name="mails", icon_name="mail", order=630)
