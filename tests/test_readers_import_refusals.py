"""Lists from elsewhere with people in them who said no, and lists of nobody else."""

import csv
from io import StringIO
from pathlib import Path

import pytest
from django.core import mail
from django.core.management import call_command
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from bulletins.readers import consent_words
from bulletins.readers.columns import Layout, Role, choose
from bulletins.readers.csv_lines import decoded, table
from bulletins.readers.models import Consent, ConsentEvent, ForgottenAddress, Reader, ReaderImport, Reason, State
from tests.reader_imports import SAID, addresses, checked, imported, refusals
from tests.readers import reader, sign_up

SUPPRESSION = ReaderImport.Kind.SUPPRESSION


def layout_of(content: str) -> Layout:
    return choose(table(decoded(content.encode()).stream), {"prisons"})


def refused(content: str) -> dict[str, str]:
    """The emails of a file that says no of them, each with the reason."""
    layout = layout_of(content)
    rows = table(decoded(content.encode()).stream).rows
    found = {layout.cell(Role.EMAIL, row.cells): layout.refusal(row.cells) for row in rows}
    return {email.partition("@")[0]: refusal.reason for email, refusal in found.items() if refusal}


@pytest.mark.parametrize(
    "no",
    [
        *(
            "No",
            "FALSE",
            "0",
            "withdrawn 3/4/2021",
            "n",
            "not given",
            "No, thanks",
            "none",
            "✗",
            "opted out",
            "Opt-out",
        ),
        *("unsubscribed", "Declined", "refused on 12 March 2007", "never", "pending", "Told us, then withdrew", "off"),
        *("Do not email", "don’t contact", "Unticked", "without consent", "0.0"),
    ],
)
def test_a_no_in_the_column_of_consent_refuses_the_line(no: str) -> None:
    told = refused(f"email;consent\nada@example.com;{no}\nbob@example.com;Yes\n")
    assert told == {"ada": f"The column “consent” says “{no}”: who refused is not imported."}


@pytest.mark.parametrize("yes", ["Yes", "TRUE", "1", "Told us by phone", "Noted at the fair", "12/3/2007", "On paper"])
def test_a_yes_does_not(yes: str) -> None:
    assert refused(f"email;consent\nada@example.com;{yes}\n") == {}


@pytest.mark.parametrize(
    ("heading", "no", "yes"),
    [
        ("subscribed_to_emails", "false", "true"),  # Ghost
        ("UNSUB_TIME", "2021-04-03 10:00:00", ""),  # Mailchimp
        ("CLEAN_TIME", "2021-04-03 10:00:00", ""),
        ("UNSUB_REASON", "INAPPROPRIATE", ""),
        ("blacklisted", "1", "0"),  # phpList
        ("confirmed", "0", "1"),
        ("disabled", "1", "0"),
        ("Global Status", "unsubscribed", "subscribed"),  # MailPoet
        ("Global Status", "Bounced", "subscribed"),
        ("dnc_email", "1", "0"),  # Mautic
        ("type", "unsubscribed", "regular"),  # Buttondown
        ("type", "unactivated", "premium"),
        ("HasOptedOutOfEmail", "TRUE", "FALSE"),  # Salesforce
        ("Unsubscribed from all email", "true", ""),  # HubSpot
        ("EMAIL_BLACKLISTED", "Yes", "No"),  # Brevo
        ("DOUBLE_OPT-IN", "No", "Yes"),
        ("Accepts Email Marketing", "no", "yes"),  # Shopify
        ("subscription_status", "unconfirmed", "confirmed"),  # Listmonk
        ("No Bulk Emails (User Opt Out)", "1", "0"),  # CiviCRM
        ("Do Not Email", "Yes", ""),
        ("email_disabled", "true", "false"),  # Substack
        ("Unsubscribed", "12 March 2007", "never"),
        ("Email opt-out date", "12/03/2007", "0000-00-00 00:00:00"),
        ("Happy to hear from us?", "N", "Y"),
        ("Newsletter", "", "x"),  # a box that nobody ticked
        ("GDPR consent", "", "Yes"),
        ("Remarks", "Opted out 3/4/2021", "Rang in April"),
        ("Notes", "(unsubscribed)", "Wants the old issues"),
        ("state", "suppressed", "confirmed"),
    ],
)
def test_whatever_the_column_is_called(heading: str, no: str, yes: str) -> None:
    told = refused(f"email;{heading}\nada@example.com;{no}\nbob@example.com;{yes}\n")
    assert list(told) == ["ada"]
    assert heading in told["ada"]


@pytest.mark.parametrize(
    "words",
    [
        *("Unsubscribed", "un-subscribe", "globally unsubscribe", "withdrew 3/4/2021", "consent withdrawn", "opts out"),
        *(
            "don’t email me",
            "DO NOT SEND",
            "blacklisted",
            "blocklisted",
            "Suppressed",
            "bounced on 12 March 2007",
            "opt-out",
        ),
        *(
            "hard bounce",
            "complained",
            "spam complaint",
            "reported as spam",
            "cleaned 2021-04-03T10:00:00Z",
            "dont mail",
        ),
    ],
)
def test_what_cannot_be_mistaken_refuses_in_every_column(words: str) -> None:
    assert list(refused(f"email;Remarks\nada@example.com;{words}\nbob@example.com;None\n")) == ["ada"]


@pytest.mark.parametrize(
    ("heading", "value"),
    [
        *(("Vegetarian", "No"), ("state", "TX"), ("Area", "North West"), ("SMS opt-in", "No"), ("Do not phone", "Yes")),
        *(("Disabled", "Yes"), ("htmlemail", "0"), ("bouncecount", "2"), ("Photo consent", "No"), ("type", "charity")),
        *(("Company", "Opt Out Ltd"), ("unsubscribe_url", "https://example.com/u/1"), ("Cleaning company", "Swish")),
        *(("UNSUB_TIME", ""), ("OPTIN_TIME", "2007-03-12 10:00:00"), ("status", "Trustee"), ("Member", "0")),
    ],
)
def test_what_is_no_answer_about_mail_refuses_nobody(heading: str, value: str) -> None:
    assert refused(f"email,{heading}\nada@example.com,{value}\nbob@example.com,{value}\n") == {}


@pytest.mark.django_db
def test_who_refused_in_one_line_is_not_taken_from_another() -> None:
    run = imported("email,consent\nada@example.com,Yes\nbob@example.com,Yes\nADA@example.com,No\n")
    assert addresses() == {"bob@example.com"}
    told = refusals(run)
    assert told[2] == "The same address says no in line 4."
    assert "says “No”" in told[4]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("said", "recorded"),
    [
        *(("Yes", SAID), ("TRUE", SAID), ("1", SAID), ("✓", SAID), ("opted-in", SAID), ("", SAID)),
        ("12/03/2007", f"{SAID} The file says: “12/03/2007”."),
        ("Yes, 12 March 2007", f"{SAID} The file says: “Yes, 12 March 2007”."),
        ("Told us by phone", "Told us by phone"),
    ],
)
def test_a_yes_never_replaces_the_operator_s_statement(said: str, recorded: str) -> None:
    imported(f'email;consent\nada@example.com;"{said}"\n')
    assert Consent.objects.get().words == recorded


@settings(max_examples=50)
@given(st.text(max_size=30))
def test_any_words_are_understood_or_left(text: str) -> None:
    assert not (consent_words.says_yes(text) and consent_words.says_no(text))
    assert not (consent_words.says_nothing(text) and consent_words.refuses(text))


# A suppression list


@pytest.mark.django_db
@pytest.mark.dialect
def test_a_suppression_list_keeps_everybody_out_who_is_on_it() -> None:
    for name, state in (("conf", State.CONFIRMED), ("pend", State.PENDING), ("left", State.UNSUBSCRIBED)):
        reader(f"{name}@example.com", state)
    reader("gone@example.com", State.SUPPRESSED, reason=Reason.COMPLAINT)
    names = ("conf", "pend", "left", "gone", "stranger", "nobody")
    content = "Name,Email\n" + "".join(f"x,{name}@EXAMPLE.com\n" for name in names).replace("nobody@EXAMPLE.com", "?")
    run = checked(content, kind=SUPPRESSION)
    assert (run.good, run.refused) == (3, 3)
    assert not ForgottenAddress.objects.exists(), "nothing happens before somebody has seen it"
    run = imported(content, kind=SUPPRESSION)
    states = dict(Reader.objects.values_list("address", "state"))
    assert states == {
        "conf@example.com": State.UNSUBSCRIBED,
        "pend@example.com": State.UNSUBSCRIBED,
        "left@example.com": State.UNSUBSCRIBED,
        "gone@example.com": State.SUPPRESSED,
    }
    assert set(Consent.objects.values_list("act", "words")) == {(ConsentEvent.WITHDRAWN, SAID)}
    assert ForgottenAddress.of("stranger@example.com").get().why == ForgottenAddress.ForgottenReason.LISTED
    assert refusals(run) == {
        4: "Gets no mail from here already.",
        5: "Gets no mail from here already.",
        7: "This is not a mail address.",
    }
    assert refusals(checked("email\nstranger@example.com\n")) == {
        2: "Is on a suppression list that was imported here. Only the person can come back, with the form."
    }
    again = imported(content, kind=SUPPRESSION)
    assert (again.good, again.refused) == (0, 6)


@pytest.mark.django_db
def test_why_somebody_is_on_the_list_is_kept() -> None:
    for name in ("ada", "bob", "cyd"):
        reader(f"{name}@example.com")
    reader("left@example.com", State.UNSUBSCRIBED)
    rows = (
        "ada,unsubscribed",
        "bob,hard bounce",
        "cyd,spam complaint",
        "left,complained",
        "eve,bounced",
        "dan,subscribed",
    )
    listed = "email,status\n" + "\n".join(row.replace(",", "@example.com,") for row in rows)
    run = imported(listed, kind=SUPPRESSION)
    assert refusals(run) == {7: "Nothing in this line says no, and this list is for those who refused."}
    found = {one.address[:3]: (one.state, one.reason) for one in Reader.objects.all()}
    assert found == {
        "ada": (State.UNSUBSCRIBED, ""),
        "bob": (State.SUPPRESSED, Reason.BOUNCE),
        "cyd": (State.SUPPRESSED, Reason.COMPLAINT),
        "lef": (State.SUPPRESSED, Reason.COMPLAINT),
    }
    assert ForgottenAddress.objects.get().why == Reason.BOUNCE


@pytest.mark.django_db
def test_who_is_on_the_list_can_come_back_by_themselves(client: Client) -> None:
    imported("email\nada@example.com\n", kind=SUPPRESSION)
    sign_up(client)
    assert len(mail.outbox) == 1


@pytest.mark.django_db
def test_a_suppression_list_by_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    reader("ada@example.com")
    file = tmp_path / "left.csv"
    with file.open("w", newline="") as out:
        csv.writer(out).writerows([("Email", "Town"), ("ada@example.com", "Leeds"), ("bob@example.com", "York")])
    call_command("subscribers", "import", str(file), "--suppress", "--dry-run")
    said = capsys.readouterr()
    assert said.out == "2 would be suppressed, 0 refused.\n"
    assert said.err == "Columns that are not used: “Town”.\n"
    assert Reader.objects.get().state == State.CONFIRMED
    call_command("subscribers", "import", str(file), "--suppress", stdout=StringIO())
    assert Reader.objects.get().state == State.UNSUBSCRIBED
    assert Consent.objects.get().words == "On the suppression list left.csv, imported by an operator."
    assert ForgottenAddress.of("bob@example.com").exists()
