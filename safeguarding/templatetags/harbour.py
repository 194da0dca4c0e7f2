"""Template tags and filters of every page."""

from django.template import Library

register = Library()
