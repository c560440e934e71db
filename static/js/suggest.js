// Suggestions below a search box while somebody types: a combobox with a list (ARIA Authoring Practices, "list
// autocomplete with manual selection"). Nothing is chosen unless asked for, and without an answer the box is as it was.
const LEAST = 2; // letters
const PAUSE = 120; // milliseconds
const KINDS = {
  area: "Service area", beneficiary: "Who it is for", contract: "Type of contract", evidence: "Evidence level", stage: "Stage",
};
const boxes = new WeakMap();

const element = (name, attributes, text = "") => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  return made;
};

function combobox(input) {
  const list = element("ul", { id: `${input.id}-suggestions`, role: "listbox", "aria-label": "Suggestions", class: "suggestions" });
  const said = element("span", { role: "status", class: "visually-hidden" });
  let active = -1;
  let timer = 0;
  let asked = new AbortController();
  list.hidden = true;
  input.closest(".search-row").append(list, said);
  const set = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id };
  for (const [key, value] of Object.entries(set)) input.setAttribute(key, value);

  const mark = place => {
    list.children[active]?.setAttribute("aria-selected", "false");
    active = place;
    const option = list.children[active];
    if (!option) return input.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    return input.setAttribute("aria-activedescendant", option.id);
  };
  const show = visible => {
    mark(-1);
    list.hidden = !visible;
    input.setAttribute("aria-expanded", String(visible));
  };
  const stop = () => {
    clearTimeout(timer);
    asked.abort();
  };
  const close = () => {
    stop();
    show(false);
    said.textContent = "";
  };
  const print = suggestions => {
    mark(-1);
    list.replaceChildren(...suggestions.map(({ text, url, kind }, place) => {
      const option = element("li", { id: `${list.id}-${place}`, role: "option", "aria-selected": "false", "data-url": url }, `${text} `);
      const name = KINDS[kind] ?? kind.charAt(0).toUpperCase() + kind.slice(1).replaceAll("-", " ");
      option.append(element("span", { class: "suggestion-kind" }, name));
      return option;
    }));
    const many = suggestions.length;
    show(many > 0);
    said.textContent = many ? `${many} suggestion${many > 1 ? "s" : ""}. Use the arrow keys to choose.` : "";
  };
  const ask = async () => {
    const text = input.value.trim();
    if (text.length < LEAST) return;
    asked = new AbortController();
    const { signal } = asked;
    try {
      const answer = await fetch(`${input.dataset.suggest}?q=${encodeURIComponent(text)}`, { signal });
      const { suggestions } = await answer.json();
      // Only what was asked last, and only while the reader is still here.
      if (!signal.aborted && document.activeElement === input) print(suggestions);
    } catch { // away, late or no answer: the box works without
      if (!signal.aborted) close();
    }
  };
  const follow = option => {
    close();
    location.assign(option.dataset.url);
  };

  input.addEventListener("input", () => {
    stop();
    if (input.value.trim().length < LEAST) close();
    else timer = setTimeout(ask, PAUSE);
  });
  input.addEventListener("keydown", event => {
    if (event.isComposing || event.ctrlKey || event.metaKey) return;
    const open = !list.hidden;
    const last = list.children.length - 1;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!open) return void (stop(), ask());
      if (event.altKey) return void close();
      // One stop is the text itself: nothing marked.
      const step = event.key === "ArrowDown" ? active + 1 : active - 1;
      mark(step > last ? -1 : step < -1 ? last : step);
    } else if (event.key === "Escape" && open) {
      event.preventDefault();
      close();
    } else if (event.key === "Enter" && open && active >= 0) {
      event.preventDefault();
      follow(list.children[active]);
    } else if (["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) {
      mark(-1);
    }
  });
  input.addEventListener("blur", close);
  input.form.addEventListener("submit", close);
  // The box keeps the focus while a pointer chooses; a finger may still scroll the list.
  list.addEventListener("mousedown", event => event.preventDefault());
  list.addEventListener("click", event => {
    const option = event.target.closest("[role=option]");
    if (option) follow(option);
  });
}

// Boxes come and go with what is fetched: each becomes one when it is first used.
function begin({ target }) {
  if (!target.matches?.("input[data-suggest]") || boxes.has(target)) return;
  boxes.set(target, true);
  combobox(target);
}
document.addEventListener("focusin", begin);
if (document.activeElement) begin({ target: document.activeElement });
