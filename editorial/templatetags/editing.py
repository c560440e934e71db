"""What the editor's forms carry besides their fields."""

from django import template

from editorial.decisions import new_token

register = template.Library()
register.simple_tag(new_token, name="form_token")
