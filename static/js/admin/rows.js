// Rows of facts in the editor: a row that is filled in folds to one line that says what it holds, and the last one can be
// copied.
{
  const LONGEST = 140; // letters of a folded row
  const PANEL = ".foldable-rows";
  const rowsIn = forms => [...forms.children].filter(row => row.matches("[data-inline-panel-child]:not(.deleted)"));
  const toggleOf = row => row.querySelector("[data-panel-toggle]");
  const isOpen = row => toggleOf(row)?.getAttribute("aria-expanded") === "true";
  const prefixOf = row => row.id.replace("inline_child_", "");
  const hasError = row => row.querySelector(`.error-message, .w-field--error, [aria-invalid="true"]`) !== null;

  // What people fill in, without the number, the order and the mark of deletion that Wagtail keeps of each row.
  function controls(row) {
    const kept = ["id", "ORDER", "DELETE"].map(name => `${prefixOf(row)}-${name}`);
    return [...row.querySelectorAll("input[name], select[name], textarea[name]")].filter(({ name }) => !kept.includes(name));
  }

  const chooserOf = control => document.getElementById(`${control.id}-chooser`);

  function said(control) {
    if (!control.value) return "";
    if (control.tagName === "SELECT") return control.selectedOptions[0]?.textContent ?? "";
    const chooser = chooserOf(control);
    return chooser ? chooser.querySelector("[data-chooser-title]")?.textContent ?? "" : control.value;
  }

  function summary(row) {
    const words = controls(row).map(control => said(control).trim().replace(/\s+/g, " ")).filter(Boolean).join(", ");
    return words.length > LONGEST ? `${words.slice(0, LONGEST)}…` : words;
  }

  function describe(row) {
    const heading = row.querySelector("[data-panel-heading-text]");
    const words = heading.querySelector("[data-row-summary]") ?? heading.appendChild(document.createElement("span"));
    words.dataset.rowSummary = "";
    words.textContent = isOpen(row) ? "" : `: ${summary(row)}`;
  }

  function fold(row) {
    if (isOpen(row) && summary(row) && !hasError(row)) toggleOf(row).click();
  }

  function copy(forms, prefix, button) {
    const last = rowsIn(forms).at(-1);
    document.getElementById(`${prefix}-ADD`).click();
    const made = rowsIn(forms).at(-1);
    const held = new Map(controls(last).map(control => [control.name.slice(prefixOf(last).length), control]));
    for (const control of controls(made)) {
      const from = held.get(control.name.slice(prefixOf(made).length));
      const chooser = chooserOf(control)?.widget;
      if (chooser) chooser.setState(chooserOf(from).widget.getState());
      else control.value = from.value;
      for (const name of ["input", "change"]) control.dispatchEvent(new Event(name, { bubbles: true }));
    }
    // An organisation twice in one role says nothing new: another one is to be chosen.
    if (button.dataset.choose) document.getElementById(`id_${prefixOf(made)}-${button.dataset.choose}-chooser`).widget.openChooserModal();
  }

  function prepare(forms) {
    const panel = forms.closest(PANEL);
    const prefix = forms.id.replace(/-FORMS$/, "");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button-small button-secondary";
    button.textContent = "Copy the last row";
    button.dataset.copyRow = "";
    button.dataset.choose = panel.dataset.copyChooses ?? "";
    button.addEventListener("click", () => copy(forms, prefix, button));
    document.getElementById(`${prefix}-ADD`).after(" ", button);
    const showButton = () => { button.hidden = rowsIn(forms).length === 0; };
    forms.addEventListener("w-formset:added", event => {
      for (const row of rowsIn(forms)) if (row !== event.target) fold(row);
      showButton();
    });
    forms.addEventListener("w-formset:removed", showButton);
    forms.addEventListener("wagtail:panel-toggle", event => describe(event.target.closest("[data-inline-panel-child]")));
    rowsIn(forms).forEach(fold);
    showButton();
  }

  // After Wagtail has made its panels fold.
  addEventListener("load", () => setTimeout(() => document.querySelectorAll(`${PANEL} [id$="-FORMS"]`).forEach(prepare)));
}
