// Filters, order, chips and pages of results without a reload. htmx fetches the whole next page and takes its main part;
// here is what it leaves to us: when to ask, what stays open, where the focus is and what is said.
const wide = matchMedia("(min-width: 64rem)");
const said = document.createElement("p");
said.className = "visually-hidden";
said.setAttribute("role", "status");
document.body.append(said);
let before;

const facets = () => [...document.querySelectorAll("details.facet")];
const nameOf = facet => facet.querySelector("fieldset").dataset.facet;

document.addEventListener("change", event => {
  const form = event.target.closest("form.filters, form.sort");
  // On a small screen the filters cover the results: there the button asks, once.
  if (form && (wide.matches || form.matches(".sort"))) form.requestSubmit();
});

// All of a long filter, or fewer again, in its place: the page that the link leads to would lose what is ticked and not sent.
document.addEventListener("click", async event => {
  const link = event.target.closest("a.switch");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const held = link.closest("fieldset");
  const { facet } = held.dataset;
  const form = held.closest("form");
  const sent = [...new FormData(form)].filter(([name, value]) => value && !(name === "all" && value === facet));
  if (!held.querySelector("[name=all]")) sent.push(["all", facet]);
  try {
    const answer = await fetch(`${form.action}?${new URLSearchParams(sent)}`);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector(`fieldset[data-facet="${facet}"]`);
    held.replaceWith(fresh);
    const boxes = [...fresh.querySelectorAll("[type=checkbox]")];
    (boxes.find(box => !held.querySelector(`#${CSS.escape(box.id)}`)) ?? fresh.querySelector("a.switch")).focus();
  } catch { // away, or an answer without it
    location.assign(link.href);
  }
});

document.addEventListener("htmx:configRequest", ({ detail }) => {
  for (const [name, value] of [...detail.formData]) if (!value) detail.formData.delete(name);
});

document.addEventListener("htmx:beforeSwap", () => {
  before = { open: new Map(facets().map(facet => [nameOf(facet), facet.open])), id: document.activeElement.id };
});

document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (!before) return;
  const asker = detail.requestConfig.elt;
  for (const facet of facets()) facet.open = before.open.get(nameOf(facet)) ?? facet.open;
  const total = document.getElementById("total");
  const same = before.id && document.getElementById(before.id);
  before = undefined;
  if (asker.closest(".pagination")) document.querySelector(".results-layout").scrollIntoView();
  if (same && same.checkVisibility()) {
    same.focus({ preventScroll: true });
  } else {
    total.tabIndex = -1;
    total.focus();
  }
  announce();
});

// Back and forward replace the whole body, the place for what is said with it.
document.addEventListener("htmx:historyRestore", announce);

function announce() {
  document.body.append(said);
  const text = document.getElementById("total")?.textContent ?? "";
  said.textContent = "";
  setTimeout(() => { said.textContent = text; }, 100);
}

// htmx notes the address in the tab's storage for a history cache that is switched off. Nothing is stored here.
const forget = () => { try { sessionStorage.removeItem("htmx-current-path-for-history"); } catch { /* storage is blocked */ } };
for (const name of ["pushedIntoHistory", "replacedInHistory", "historyRestore"]) document.addEventListener(`htmx:${name}`, forget);
forget();

// What htmx cannot show, the browser can: it goes there as if there were no script.
for (const name of ["responseError", "sendError"]) {
  document.addEventListener(`htmx:${name}`, ({ detail }) => location.assign(detail.pathInfo.finalRequestPath));
}
