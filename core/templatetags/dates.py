"""Dates as readers are told of them. Django's own filter takes ten times as long, for it keeps nothing."""

from django import template

from core import dates

register = template.Library()
register.filter("month", dates.month)
register.filter("day", dates.full)
