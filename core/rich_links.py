"""Links that an editor's browser sends to pages and documents. Wagtail keeps whatever is sent in the place of a number,
and fails on it when the page is shown or edited again."""

from collections.abc import Callable, Mapping
from typing import Any

from wagtail.admin.rich_text.converters.contentstate import link_entity
from wagtail.documents.rich_text.contentstate import document_link_entity

from core.form_validation import is_key

NOWHERE = 0  # shown as a broken link, to readers as plain words
Entity = Callable[[Mapping[str, Any]], Any]
ENTITIES = {"link": ("LINK", link_entity), "document-link": ("DOCUMENT", document_link_entity)}


def by_number(entity: Entity) -> Entity:
    def checked(props: Mapping[str, Any]) -> Any:
        number = props.get("id")
        if number is None and entity is link_entity:  # an address elsewhere
            return entity(props)
        return entity(dict(props) | {"id": int(str(number)) if is_key(number) else NOWHERE})

    return checked


def register(features: Any) -> None:
    """Wagtail's own rules for links, but for what is stored. To be called when Wagtail has registered them."""
    rules = features.converter_rules_by_converter["contentstate"]
    for feature, (name, entity) in ENTITIES.items():
        stored = {"to_database_format": {"entity_decorators": {name: by_number(entity)}}}
        features.register_converter_rule("contentstate", feature, rules[feature] | stored)
