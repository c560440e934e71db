"""One address for each template and each state that a reader meets."""

SLUG = "an-example-with-everything"
CLOSED = "an-example-behind-a-password"
NOTE = "a-note-with-everything"
CONTRACT = "a-contract-with-everything"

ADDRESSES = {
    "home": "/",
    "search": "/search/",
    "search with words and filters": "/search/?q=charity&area=respite&region=east-of-england",
    "search with some of the words": "/search/?q=charity+respite+gangs",
    "search with nothing found": "/search/?q=xyzzyqqq",
    "search that a filter empties": "/search/?q=gangs&region=east-of-england",
    "listing": "/case-studies/",
    "service areas": "/service-areas/",
    "themes": "/themes/",
    "regions": "/regions/",
    "a group of service areas": "/service-areas/justice-and-safety/",
    "a service area without pages": "/service-areas/childcare/",
    "a theme": "/themes/consortia/",
    "glossary": "/glossary/",
    "archive of e-bulletins": "/bulletins/",
    "e-bulletin": "/bulletins/2007-winter/",
    "plain page": "/accessibility/",
    "case study": "/case-studies/break/",
    "case study with everything": f"/case-studies/{SLUG}/",
    "organisation": "/organisations/break/",
    "notes": "/practice/",
    "note": "/practice/social-clauses/",
    "note with everything": f"/practice/{NOTE}/",
    "template contracts": "/practice/template-contracts/",
    "template contracts filtered": "/practice/template-contracts/?area=fostering",
    "template contract": "/practice/template-contracts/independent-fostering-agencies/",
    "template contract with everything": f"/practice/template-contracts/{CONTRACT}/",
    "ask the contact": f"/case-studies/{SLUG}/ask/",
    "question sent": f"/case-studies/{SLUG}/ask/sent/",
    "not found": "/nowhere/",
}
# These have a form with a token, so they may set a cookie.
LOCKED = {"log-in": "/_util/login/", "log-in of editors": "/admin/login/", "password": f"/case-studies/{CLOSED}/"}
# Of the admin, for an issue with this number.
SENDING = {
    "send": "/admin/bulletins/{}/send/",
    "failed deliveries": "/admin/bulletins/{}/send/list/failed/",
    "bounces": "/admin/readers/bounces/",
    "report": "/admin/reports/bulletins/",
}
