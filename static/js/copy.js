// A copy button behind each field with data-copy. Without JavaScript the field is there to select from.
for (const field of document.querySelectorAll("[data-copy]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button quiet";
  button.textContent = `Copy ${field.dataset.copy}`;
  const status = document.createElement("span");
  status.setAttribute("role", "status");
  status.className = "copy-status";
  button.addEventListener("click", async () => {
    status.textContent = "";
    try {
      await navigator.clipboard.writeText(field.value);
      status.textContent = "Copied";
    } catch { // no clipboard on plain http, or not allowed
      field.focus();
      field.select();
      status.textContent = "Selected. Copy it with your keyboard or menu.";
    }
  });
  field.after(button, status);
}
