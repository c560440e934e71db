"""The tables of this app, each beside what it is for."""

from editorial.feedback import Feedback as Feedback
from editorial.review import ReviewReminder as ReviewReminder
