"""Which column of a file holds what, and the cells that mail programs and spreadsheets write."""

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from bulletins.readers import importing
from bulletins.readers.columns import MOST, Layout, Role, choose
from bulletins.readers.csv_lines import Unreadable, decoded, table
from bulletins.readers.mailboxes import email_in
from bulletins.readers.models import Reader, ReaderImport, State
from tests.factories import area
from tests.reader_imports import addresses, checked, imported, refusals
from tests.readers import sign_up

Step = ReaderImport.Step


def layout_of(content: str) -> Layout:
    return choose(table(decoded(content.encode()).stream), {"prisons"})


def column_of(role: Role, content: str) -> list[str]:
    return [column.heading for column in layout_of(content).columns if column.role == role]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("Name,Address,Postcode,Email\nAda,1 High Street,LS1 1AA,ada@example.com\n", "Email"),
        ("Address,Postcode\nada@example.com,LS1 1AA\n", "Address"),
        ("Address,Mail\n", "Mail"),
        ("Address\n", "Address"),
        ("Name,Contact\nAda,ada@example.com\nBob,\n", "Contact"),
        ("Name,E-Mail 1,Referred by\nAda,nobody,x@example.com\nBob,bob@example.com,x@example.com\n", "E-Mail 1"),
        ("Email,Login\n?,ada@example.com\n-,bob@example.com\n", "Login"),
        ("Email,Name\n?,Ada\n", "Email"),
        ("Mail,Email\nada@example.com,\n", "Mail"),
    ],
)
def test_the_email_is_found_by_what_stands_in_a_column(content: str, expected: str) -> None:
    assert column_of(Role.EMAIL, content) == [expected]


@pytest.mark.parametrize(
    "content",
    [
        *("Name,Address\nAda,1 High Street\n", "ada@example.com,Ada\nbob@example.com,Bob\n", "Name\n"),
        ",".join(f"c{number}" for number in range(MOST)) + ",email\n",
    ],
)
def test_a_file_without_emails_or_headings_is_explained(content: str) -> None:
    with pytest.raises(Unreadable, match=r"The first line must name|up to 100"):
        layout_of(content)


def test_columns_of_other_things_are_not_taken_for_ours() -> None:
    layout = layout_of("email,state,Area,areas,consent,statement\na@example.com,TX,North West,Prisons,By phone,Yes\n")
    assert [column.role for column in layout.columns] == ["email", "unused", "unused", "areas", "consent", "wanted"]
    assert layout.told() == "Columns that are not used: “state”, “Area”."
    assert layout.refusal(["a@example.com", "TX", "North West", "", "", "Yes"]) is None


@pytest.mark.django_db
def test_what_is_not_used_is_said_once(capsys: pytest.CaptureFixture[str]) -> None:
    area("prisons")
    run = imported("Name,Address,Postcode,Email,state,Area\nAda,1 High Street,LS1 1AA,ada@example.com,TX,North West\n")
    assert addresses() == {"ada@example.com"}
    assert not refusals(run)
    told = Layout.from_json(run.columns).told()
    assert told == "Columns that are not used: “Name”, “Address”, “Postcode”, “state”, “Area”."
    assert not any(column["example"] for column in run.columns), "nothing of anybody is kept"


@pytest.mark.django_db
def test_a_run_from_before_columns_were_kept_goes_on() -> None:
    run = checked("email\nada@example.com\n")
    ReaderImport.objects.update(columns=[])
    importing.go_on(run)
    importing.work_through(run.pk)
    assert Reader.objects.get().state == State.CONFIRMED


# Cells


@pytest.mark.parametrize(
    "cell",
    [
        *('"John Smith" <a@b.example>', "John Smith <a@b.example>", "<a@b.example>", '"Smith, John"<a@b.example>'),
        *("mailto:a@b.example", "MAILTO:a@b.example?subject=Hello", "<mailto:a@b.example>", "mailto:a%40b.example"),
        *(
            "\u200ba@b.example",
            "a@b.exa\u200bmple",
            "a@b.example\ufeff",
            "\u202aa@b.example\u202c",
            "a\u00ad@b.example",
        ),
        *("a@b.example;", " a@b.example\u00a0", "'a@b.example'", "a\u200d@b.example"),
    ],
)
def test_an_email_is_found_in_its_cell(cell: str) -> None:
    assert email_in(cell) == "a@b.example"


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("a@b.example; c@d.example", "more than one"),
        ("John <a@b.example>, Jo <c@d.example>", "more than one"),
        ("<>", "not an email address"),
        ("mailto:", "not an email address"),
        ("John Smith", "not an email address"),
    ],
)
def test_a_cell_without_one_email_is_explained(cell: str, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        email_in(cell)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "content",
    [
        'Email;Name\n"John Smith" <ada@example.com>;Ada\n',
        'Email,Name\n"Smith, John" <ada@example.com>,Ada\n',
        'Email\n"""John Smith"" <ada@example.com>"\n',
        "sep=;\nEmail;Name\nada@example.com;Ada\n",
        '\ufeff"sep=|"\r\nName|Email\r\nAda, B|ada@example.com\r\n',
        "\ufeff\ufeffEmail,Name\n\ufeff\ufeff\n\ufeffada@example.com,Ada\n",
        'Name,Email\n,\n" ",\u200b\nAda,ada@example.com\n,,\n,,,,,\n',
        '"Your\nname","E-mail\naddress"\nAda,ada@example.com\n',
        '"Name; first, last";Email\nAda;ada@example.com\n',
    ],
)
def test_files_as_programs_write_them(content: str) -> None:
    run = imported(content)
    assert addresses() == {"ada@example.com"}
    assert not refusals(run)


@pytest.mark.django_db
def test_a_comma_too_many_is_explained() -> None:
    run = imported("name,email\nSmith, John,john@example.com\n")
    assert "needs quotation marks" in refusals(run)[2]


@pytest.mark.django_db
def test_a_refused_line_is_reported_with_the_email_alone() -> None:
    run = imported('email,consent\n"""Ada"" <ada@EXAMPLE.com>",No\n')
    assert run.refusals.get().text == "ada@example.com", "so that it is found when a reader is erased"


@pytest.mark.django_db
def test_the_form_takes_what_is_pasted(client: Client) -> None:
    sign_up(client, email="mailto:\u200bada@example.com")
    assert Reader.objects.get().address == "ada@example.com"


# Corrected in the admin


def test_columns_are_chosen_again(admin_client: Client, home: object) -> None:
    run = checked("Login,Email,Active\nada@example.com,work@example.com,no\nbob@example.com,office@example.com,yes\n")
    page = reverse("readers:import", args=[run.pk])
    columns = reverse("readers:import_columns", args=[run.pk])
    html = admin_client.get(page).content.decode()
    assert "Columns that are not used: “Login”." in html
    assert "ada@example.com" in html, "an example of what stands there"
    assert (run.good, run.refused) == (1, 1)
    wrong = admin_client.post(columns, {"column-0": "email", "column-1": "email", "column-2": "unused"})
    assert "Choose “Email” for exactly one column." in wrong.content.decode()
    for bad in ({}, {"column-0": "x", "column-1": "email", "column-2": "\0"}):
        assert admin_client.post(columns, bad).status_code == 200
    assert ReaderImport.objects.get().step == Step.CHECKED
    answer = admin_client.post(columns, {"column-0": "email", "column-1": "unused", "column-2": "unused"})
    assert (answer.status_code, answer["Location"]) == (302, page)
    run.refresh_from_db()
    assert (run.step, run.good, run.refused, run.refusals.count()) == (Step.CHECKING, 0, 0, 0)
    assert not Reader.objects.exists()
    assert admin_client.post(columns, {}).status_code == 302, "while it is checked nothing is changed"
    importing.work_through(run.pk)
    run.refresh_from_db()
    assert (run.step, run.good, run.refused) == (Step.CHECKED, 2, 0)
    importing.go_on(run)
    importing.work_through(run.pk)
    assert addresses() == {"ada@example.com", "bob@example.com"}
    assert admin_client.get(columns).status_code == 405
