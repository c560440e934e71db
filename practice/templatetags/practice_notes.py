from django import template

from practice import related

register = template.Library()
register.simple_tag(related.notes_for)
register.simple_tag(related.by_status)
