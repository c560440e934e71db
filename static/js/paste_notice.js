// Says below a field what a paste could not keep. The region stands there before it speaks, or screen readers miss it.
window.pasteNotice = {
  region(field) {
    const next = field.nextElementSibling;
    if (next && "pasteNotice" in next.dataset) return next;
    const region = document.createElement("div");
    region.dataset.pasteNotice = "";
    region.setAttribute("role", "status");
    field.after(region);
    return region;
  },
  say(field, sentences) {
    const region = this.region(field);
    region.className = sentences.length ? "help-block help-warning" : "";
    region.innerHTML = sentences.length ? `<svg class="icon icon-warning" aria-hidden="true"><use href="#icon-warning"></use></svg>` : "";
    region.append(...sentences.map(sentence => {
      const line = document.createElement("p");
      line.textContent = sentence;
      return line;
    }));
  },
};
