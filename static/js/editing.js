// One form at a time leaves Wagtail's editor. Its autosave would send the form once more while a decision is under way,
// with the decision, and a form that is sent while an autosave is under way would add each new row a second time.
const DECISION = ["action-workflow-action", "workflow-action-name", "workflow-action-extra-data"];
const PATIENCE = 30_000; // milliseconds after which the page is taken to stay: Wagtail's buttons wake up then too
const editing = document.querySelector("[data-edit-form]");
let leaving = false;
let waiting = null; // the autosave that was announced last

function autosaving() {
  return window.wagtail.app.getControllerForElementAndIdentifier(editing, "w-autosave")?.submitPromise;
}

function stay() {
  leaving = false;
}

// With what the button said: Wagtail disables it, and a disabled button says nothing.
function send(button) {
  const said = document.createElement("input");
  said.type = "hidden";
  if (button?.name) Object.assign(said, { name: button.name, value: button.value });
  editing.append(said);
  editing.requestSubmit();
  said.remove();
}

async function leave(event) {
  const held = leaving === "now" ? null : autosaving();
  if (!held) {
    leaving = "now";
    setTimeout(stay, PATIENCE);
    return;
  }
  event.preventDefault();
  if (leaving) return; // pressed twice
  leaving = "soon";
  waiting?.preventDefault(); // one that has not begun is not needed any more
  await held;
  leaving = "now";
  send(event.originalEvent?.submitter);
}

if (editing) {
  document.addEventListener("w-autosave:save", (event) => {
    waiting = event;
    if (leaving) event.preventDefault();
    else DECISION.forEach((name) => event.detail.formData.delete(name));
  });
  // What an earlier press left behind in the form is not said again.
  editing.addEventListener(
    "click",
    (event) => {
      if (leaving || !event.target.closest("button")) return;
      DECISION.forEach((name) => editing.querySelectorAll(`[name="${name}"]`).forEach((input) => input.remove()));
    },
    true
  );
  // jQuery's event: Wagtail's dialogues send the form with it, and the browser's own does not come then.
  window.jQuery(editing).on("submit", leave);
  window.addEventListener("pageshow", stay);
}
