// Brings the numbers of an issue that is being sent up to date. Without JavaScript there is a link that does.
const part = document.querySelector("[data-progress]");
const said = document.querySelector("[data-said]");
const EVERY = 3000; // milliseconds

async function bringUpToDate() {
  let held = part.firstElementChild;
  try {
    const response = await fetch(part.dataset.progress, { redirect: "error" });
    if (response.ok) {
      const template = document.createElement("template");
      template.innerHTML = (await response.text()).trim();
      const fresh = template.content.firstElementChild;
      // A screen reader hears what is new, not each number; whoever stands on a link stays there.
      if (fresh.dataset.says !== held.dataset.says) said.textContent = fresh.dataset.says;
      const here = held.contains(document.activeElement) && document.activeElement.getAttribute("href");
      held.replaceWith(fresh);
      held = fresh;
      if (here) (fresh.querySelector(`a[href="${CSS.escape(here)}"]`) || fresh.querySelector("h2")).focus();
    }
  } catch {} // away for a moment: the next call may work
  if ("running" in held.dataset) setTimeout(bringUpToDate, EVERY);
}
setTimeout(bringUpToDate, EVERY);
