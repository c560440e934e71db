"""The words by which lists from elsewhere say yes and no, and what of them goes into the consent record."""

import re

NO_MARKS = frozenset("✗✘❌☐")
YES_MARKS = frozenset("✓✔☑✅☒")
BLANK = frozenset(["", "null", "n a", "na", "nan", "undefined"])
NO = frozenset(["no", "n", "false", "f", "off", "none", "nil", "never", "nope", "negative", "opt out", "optout"])
YES = frozenset(
    [
        *("yes", "y", "yes please", "true", "t", "1", "x", "on", "ok", "ticked", "checked", "agreed", "accepted"),
        *("granted", "given", "opted in", "opt in", "optin", "consented", "consent given", "confirmed", "subscribed"),
    ]
)
ZERO = re.compile(r"0[0 ]*")  # also of times: 0000-00-00 00:00:00
# How a no begins, in a column that is about consent.
BEGINS_WITH_NO = re.compile(
    r"(?:no|not|never|dont|do not|doesnt|does not|didnt|did not|without|un(?:confirmed|ticked|checked|verified|known)"
    r"|inactive|declin(?:ed|es)|refus(?:ed|es|al)|reject(?:ed|s)|denied|objects?|removed?|deleted|expired|lapsed"
    r"|cancell?ed|pending|disabled|blocked|unsubscribe|opt(?:ed|s)? ?out)\b"
)
# What is a no wherever it stands in such a column.
HOLDS_NO = re.compile(
    r"\b(?:unsubscribed|withdrawn|withdrew|opted out|revoked|refused|declined|objected|blacklisted|blocklisted"
    r"|(?:do not|dont) (?:email|e mail|mail|contact|send))\b"
)
# What is a no in any column, alone or with a date: who keeps a list by hand writes it where there is room.
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
REFUSAL = re.compile(
    r"(?:un ?subscribed?|(?:global(?:ly)? )?unsubscribe|(?:consent |has )?(?:withdrawn|withdrew)|withdrew consent"
    r"|opt(?:ed|s)? ?out|(?:do not|dont) (?:email|e mail|mail|contact|send)(?: (?:to|me|us|any ?more))?|blacklisted"
    r"|blocklisted|suppressed|bounced|hard bounced?|complained|(?:spam )?complaint|reported as spam|cleaned)"
    rf"(?: (?:on|at|in|since|by))?(?: (?:\d+(?:st|nd|rd|th)?|{_MONTH}|t|z|utc|gmt|bst|am|pm|\d+[tz]\w*))*"
)
# What each of these has in it: every cell of a file is asked, and few have.
MAYBE_REFUSAL = re.compile("scribe|withdr|opt|do.?n|list|suppress|bounce|compl|spam|clean", re.IGNORECASE)
GOOD_STATES = frozenset(
    [
        *("confirmed", "subscribed", "active", "enabled", "regular", "premium", "verified", "opted in", "opt in"),
        *("double opt in", "single opt in", "express", "express consent", "deliverable", "valid", "gifted", "trialed"),
    ]
)
BAD_STATES = frozenset(
    [
        *("pending", "unconfirmed", "not confirmed", "unactivated", "inactive", "non subscribed", "nonsubscribed"),
        *("not subscribed", "unsubscribed", "unsubscribe", "disabled", "cancelled", "canceled", "invalid", "archived"),
        *("undeliverable", "undelivered", "blocked", "blocklisted", "blacklisted", "bounced", "hard bounced"),
        *(
            "soft bounced",
            "hard bounce",
            "soft bounce",
            "cleaned",
            "complained",
            "complaint",
            "spam",
            "reported as spam",
        ),
        *("suppressed", "opted out", "opt out", "awaiting confirmation", "removed", "deleted", "churned", "paused"),
        *("transactional", "unverified", "withdrawn", "erased", "declined", "refused", "held", "on hold"),
    ]
)
URL = re.compile(r"https?://", re.IGNORECASE)
WORD = re.compile(r"[^\W\d_]{2,}")


def plain(text: str) -> str:
    """The words in small letters with one space between them: “Opted-out” and “opted_OUT” are the same."""
    return " ".join(re.sub(r"[\W_]+", " ", text.casefold().replace("’", "").replace("'", "")).split())


def says_no(text: str) -> bool:
    """Whether this is a no where somebody was asked for consent."""
    words = plain(text)
    return bool(
        _is_no(text, words) or BEGINS_WITH_NO.match(words) or HOLDS_NO.search(words) or REFUSAL.fullmatch(words)
    )


def says_yes(text: str) -> bool:
    """Whether this says yes and nothing more."""
    return bool(text.strip()) and (set(text.strip()) <= YES_MARKS or plain(text) in YES)


def says_nothing(text: str) -> bool:
    return plain(text) in BLANK and not set(text.strip()) & (NO_MARKS | YES_MARKS)


def refuses(text: str) -> bool:
    """Whether this is a refusal where one is noted down: a one, a time, a reason, anything but a no. The URL by which a
    reader could unsubscribe is none."""
    words = plain(text)
    if says_nothing(text) or _is_no(text, words) or words == "subscribed" or URL.match(text.strip()):
        return False
    return not re.match(r"(?:no|not|never)\b", words)


def is_refusal(text: str) -> bool:
    """Whether this is a refusal in whatever column it stands."""
    return bool(MAYBE_REFUSAL.search(text)) and bool(REFUSAL.fullmatch(plain(text)))


def state(text: str) -> bool | None:
    """Whether a reader in this state may be written to; None where it is no state of a reader."""
    words = plain(text)
    if words in GOOD_STATES:
        return True
    return False if words in BAD_STATES or is_refusal(text) else None


def recorded(text: str, statement: str) -> str:
    """The words for the consent record. A statement of the line's own stands in place of the operator's; a yes or a
    date proves nothing by itself and never does."""
    if says_nothing(text) or says_yes(text):
        return statement
    words = [word for word in WORD.findall(text) if not says_yes(word)]
    return text if len(words) > 1 else f"{statement} The file says: “{text}”."


def _is_no(text: str, words: str) -> bool:
    return words in NO or bool(ZERO.fullmatch(words)) or (bool(text.strip()) and set(text.strip()) <= NO_MARKS)
