"""Case studies made from a seed, many and fast: rows are inserted in bulk, then the search index is built anew.

`python -m bench.content 10000` fills the site of DATA_DIR, which `manage.py prepare` has made; again, it adds as many more.
"""

import argparse
import datetime
import os
import random
import sys
from itertools import accumulate, islice, product
from typing import Any

WORDS = """able access adult advice agency agree aim area assess board budget build care carer case centre change charity
child choice city client commission community contract cost council county court day demand design district
drug duty early education evidence family find fund grant group guide health help home hospital hostel house
housing idea impact income involve job join key law lead learn level life link list local local lone long loss
manage market measure mental mentor method model month move need network new number offer office older open
order outcome panel parent partner path pay people person pilot place plan police policy poor post price
prison probation problem procure project proof provide public quality reach refer refuge region relief report
respite result review risk rural safe scheme school sector service share site skill social speak spend staff
stage start street success supply support survey target team tender test time train transport trust unit urban
value voice volunteer wait walk ward week welfare woman work worker year young youth""".split()  # noqa: SIM905 (a list would take a screen)
# Words are as unequal as in any language: a few are on most pages, and thousands of made ones on few.
SYLLABLES = "ba co du fe gi ha jo ku le mi no pa ru se to vi".split()  # noqa: SIM905
VOCABULARY = [*WORDS, *map("".join, product(SYLLABLES, repeat=3))]
_TOLD = list(accumulate((rank + 8) ** -1.2 for rank in range(len(VOCABULARY))))
BATCH = 1000
START = 1000  # place in the tree behind the starter content


def sentence(chance: random.Random) -> str:
    return words(chance, chance.randint(8, 18)).capitalize() + "."


def words(chance: random.Random, count: int) -> str:
    return " ".join(chance.choices(VOCABULARY, cum_weights=_TOLD, k=count))


def paragraphs(chance: random.Random, least: int) -> str:
    told: list[str] = []
    while sum(len(part.split()) for part in told) < least:
        told.append(" ".join(sentence(chance) for _ in range(4)))
    return "".join(f"<p>{part}</p>" for part in told)


def fill(count: int, seed: int = 1, *, index: bool = True) -> None:
    """Add this many published case studies of some 400 words, with terms, organisations and outcomes."""
    from django.contrib.contenttypes.models import ContentType
    from django.utils import timezone
    from django.utils.text import slugify
    from wagtail.models import Locale, Page

    from caching.version import content_changed
    from casestudies.models import CaseStudyIndexPage, CaseStudyPage
    from casestudies.rows import CaseStudyOrganisation, Outcome
    from organisations.models import Organisation
    from search.engine import engine
    from taxonomy.models import Facet, Term

    chance = random.Random(seed)  # noqa: S311 (reproducible on purpose)
    listing = CaseStudyIndexPage.objects.get()
    terms: dict[str, list[Term]] = {}
    for term in Term.objects.order_by("pk"):
        if term.parent_id or term.facet != Facet.AREA:
            terms.setdefault(term.facet, []).append(term)
    # Made first of all, so that the same seed gives the same content; those of a run before are kept.
    names = {f"Provider {number}": chance.choice(terms[Facet.ORGANISATION]) for number in range(200)}
    there = set(Organisation.objects.filter(name__in=names).values_list("name", flat=True))
    Organisation.objects.bulk_create(
        Organisation(name=name, slug=slugify(name), organisation_type=kind)
        for name, kind in names.items()
        if name not in there
    )
    organisations = list(Organisation.objects.filter(name__in=names).order_by("pk"))
    kind = ContentType.objects.get_for_model(CaseStudyPage)
    now, locale = timezone.now(), Locale.get_default()
    first = Page.objects.child_of(listing).filter(slug__startswith="made-").count()
    numbers = iter(range(first, first + count))
    while batch := list(islice(numbers, BATCH)):
        pages = []
        for number in batch:
            title = f"{words(chance, 6).capitalize()} {number}"
            page = Page(
                path=Page._get_path(listing.path, listing.depth + 1, START + number),
                depth=listing.depth + 1,
                title=title,
                draft_title=title,
                slug=f"made-{number}",
                url_path=f"{listing.url_path}made-{number}/",
                content_type=kind,
                locale=locale,
                live=True,
                first_published_at=now,
                last_published_at=now,
            )
            pages.append(page)
        Page.objects.bulk_create(pages)
        studies = [_study(chance, page, terms, CaseStudyPage) for page in pages]
        CaseStudyPage._base_manager._insert(
            studies, fields=CaseStudyPage._meta.local_concrete_fields, using=CaseStudyPage.objects.db
        )
        _relate(chance, studies, terms, CaseStudyPage)
        CaseStudyOrganisation.objects.bulk_create(
            CaseStudyOrganisation(
                page=study,
                organisation=chance.choice(organisations),
                role=chance.choice(terms[Facet.ROLE]),
                sort_order=place,
            )
            for study in studies
            for place in range(2)
        )
        _add_rows(chance, studies, terms)
        Outcome.objects.bulk_create(
            Outcome(
                page=study,
                measure=sentence(chance),
                before=str(chance.randint(1, 99)),
                after=str(chance.randint(1, 99)),
            )
            for study in studies
        )
    listing.numchild += count
    Page.objects.filter(pk=listing.pk).update(numchild=listing.numchild)
    if index:
        engine().rebuild()
    content_changed()


def _study(chance: random.Random, page: Any, terms: dict[str, list[Any]], model: Any) -> Any:
    study = model(
        page_ptr=page,
        summary=f"{sentence(chance)} {sentence(chance)}",
        evidence_level=chance.choice(terms["evidence"]),
        status=chance.choice(terms["status"]),
        as_at=datetime.date(1998, 1, 1) + datetime.timedelta(days=chance.randint(0, 10_000)),
        licence="cc-by-4.0",
    )
    study.__dict__.update({name: value for name, value in page.__dict__.items() if not name.startswith("_")})
    study.body = [("context", paragraphs(chance, 120)), ("what_was_done", paragraphs(chance, 180))]
    study.body.append(("lessons", paragraphs(chance, 100)))
    return study


def _add_rows(chance: random.Random, studies: list[Any], terms: dict[str, list[Any]]) -> None:
    """The facts that nearly every example has."""
    from casestudies.rows import CaseStudyPlace, Contract, Period, Source

    places = [CaseStudyPlace(page=study, name=chance.choice(WORDS).capitalize()) for study in studies]
    CaseStudyPlace.objects.bulk_create(places)
    Period.objects.bulk_create(Period(page=study, note="two contracts of three years") for study in studies)
    Contract.objects.bulk_create(
        Contract(page=study, contract_form=chance.choice(terms["contract"])) for study in studies
    )
    Source.objects.bulk_create(Source(page=study, citation="Made from a seed to measure speed") for study in studies)


def _relate(chance: random.Random, studies: list[Any], terms: dict[str, list[Any]], model: Any) -> None:
    for name, facet, most in (
        ("areas", "area", 4),
        ("themes", "theme", 3),
        ("stages", "stage", 2),
        ("beneficiaries", "beneficiary", 2),
        ("regions", "region", 1),
    ):
        through = model._meta.get_field(name).remote_field.through
        through.objects.bulk_create(
            through(casestudypage_id=study.pk, term_id=term.pk)
            for study in studies
            for term in chance.sample(terms[facet], chance.randint(1, most))
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cop_site.settings")
    import django

    django.setup()
    from django.db import DatabaseError

    from casestudies.models import CaseStudyIndexPage

    try:
        is_prepared = CaseStudyIndexPage.objects.exists()
    except DatabaseError:
        is_prepared = False
    if not is_prepared:
        sys.exit("There is no list of case studies to fill: run `manage.py prepare` first.")
    fill(chosen.count, chosen.seed)


if __name__ == "__main__":
    main()
