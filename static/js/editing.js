// One form at a time leaves Wagtail's editor. Its autosave would send the form once more while a decision is under way,
// with the decision, and a form that is sent while an autosave is under way would add each new row a second time.
const FORM = "[data-edit-form]";
const DECISION = ["action-workflow-action", "workflow-action-name", "workflow-action-extra-data"];
const PATIENCE = 30_000; // milliseconds after which the page is taken to stay: Wagtail's buttons wake up then too
// What the form says of the revision that it began with, and the autosave of the one that it goes on with.
const REVISIONS = ["loaded_revision_id", "loaded_revision_created_at", "overwrite_revision_id"];
let leaving = "";
let announced = null; // the last autosave

function autosaveOf(form) {
  return window.wagtail.app.getControllerForElementAndIdentifier(form, "w-autosave");
}

function written(data) {
  return JSON.stringify([...data].filter(([name]) => !REVISIONS.includes(name)));
}

function stay() {
  leaving = "";
}

// With what the button said: Wagtail disables it, and a disabled button says nothing.
function send(form, button) {
  const said = document.createElement("input");
  said.type = "hidden";
  if (button?.name) Object.assign(said, { name: button.name, value: button.value });
  form.append(said);
  form.requestSubmit();
  said.remove();
}

async function leave(event) {
  const form = event.target;
  const underWay = leaving === "now" ? null : autosaveOf(form)?.submitPromise;
  if (!underWay) {
    leaving = "now";
    setTimeout(stay, PATIENCE);
    return;
  }
  event.preventDefault();
  if (leaving) return; // pressed twice
  leaving = "soon";
  announced?.preventDefault(); // one that has not begun is not needed any more
  await underWay;
  leaving = "now";
  send(form, event.originalEvent?.submitter);
}

document.addEventListener("w-autosave:save", (event) => {
  announced = event;
  if (leaving) event.preventDefault();
  else DECISION.forEach((name) => event.detail.formData.delete(name));
});
// Wagtail takes for saved what was typed while the autosave was under way.
document.addEventListener("w-autosave:success", (event) => {
  if (leaving || !announced || !event.target.matches(FORM)) return;
  const sent = written(announced.detail.formData);
  if (sent !== written(new FormData(event.target))) autosaveOf(event.target).save(event);
});
// What an earlier press left behind in the form is not said again.
document.addEventListener(
  "click",
  (event) => {
    const form = !leaving && event.target.closest("button")?.closest(FORM);
    if (!form) return;
    DECISION.forEach((name) => form.querySelectorAll(`[name="${name}"]`).forEach((input) => input.remove()));
  },
  true
);
// jQuery's event: Wagtail's dialogues send the form with it, and the browser's own does not come then.
window.jQuery(document).on("submit", FORM, leave);
window.addEventListener("pageshow", stay);
