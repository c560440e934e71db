from wagtail.models import Page, Site

from home.models import HomePage


def load() -> HomePage:
    """The home page, in place of Wagtail's welcome page, and the site that it is the root of."""
    root = Page.get_first_root_node()
    for welcome in root.get_children().filter(slug="home").exclude(content_type__app_label="home"):
        welcome.delete()
    root.refresh_from_db()
    home = HomePage(
        title="Common Practice",
        slug="home",
        introduction="Examples from people who buy public services and people who provide them: who did it, how, and what is known of what came of it.",
        search_description="Examples of public services commissioned from charities and social enterprises, found by service area, theme and region.",
        live=False,
    )
    root.add_child(instance=home)
    home.save_revision().publish()
    Site.objects.create(hostname="localhost", root_page=home, is_default_site=True, site_name="Common Practice")
    return home
