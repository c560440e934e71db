// What is pasted into formatted text is made ready for the editor, which knows no tables and takes away what its field
// does not offer: nothing runs together, headings stay headings, and what is lost is said below the field.
{
  const LEVELS = ["one", "two", "three", "four", "five", "six"];
  const HEADINGS = "h1, h2, h3, h4, h5, h6";
  const WORD_HEADINGS = `p.MsoTitle, p.MsoSubtitle, p[class*="MsoHeading"], [role="heading"], p[style*="mso-outline-level"]`;
  const COMMENTS = `[style*="mso-element:comment"], .MsoCommentReference, .msocomanchor, .MsoCommentText`;
  const NOTES = ["_ftn", "_edn", "ftnt", "sdfootnote", "sdendnote", "fn", "cite_note", "footnote", "endnote"];
  const MARKS = [...NOTES.map(name => `a[href*="#${name}"]`), "[role=doc-noteref]", ".MsoFootnoteReference",
    ".MsoEndnoteReference", "sup", `[style*="vertical-align:super"]`, `[style*="vertical-align: super"]`].join();
  const LINES = "p, div, li, ul, ol, dl, dt, dd, pre, blockquote, br, h1, h2, h3, h4, h5, h6";
  const FRAGMENT = "data-draftjs-conductor-fragment"; // what the editor itself copied
  const SAID = {
    table: "The table was not kept as a table: each of its rows is now a paragraph.",
    block: "To show it as a table, undo this, add a Table block and paste it there.",
    heading: "A heading is now a paragraph: this field has no headings.",
    quote: "A block quotation is now a paragraph in quotation marks. Where the page has a Quote block, it belongs there.",
    note: "Footnote marks now stand in square brackets, such as [1]. Say in the text or in the source what the notes say.",
    picture: "Pictures were left out. Add them to the page with their alternative text.",
    struck: "Text that was struck through has lost its line. Delete what no longer holds.",
    comment: "Comments of the document were left out.",
  };

  const fieldOf = target => target instanceof Element && target.closest("[data-draftail-editor-wrapper]");
  const editorOf = field => [...field.parentNode.children].find(input => input.draftailEditor)?.draftailEditor;
  const said = node => node.textContent.trim() !== "";

  function renamed(element, name) {
    const fresh = element.ownerDocument.createElement(name);
    fresh.append(...element.childNodes);
    element.replaceWith(fresh);
    return fresh;
  }

  function texts(element) {
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    const found = [];
    while (walker.nextNode()) if (said(walker.currentNode)) found.push(walker.currentNode);
    return found;
  }

  function takeOut(page, selector) {
    const found = [...page.querySelectorAll(selector)];
    for (const element of found) element.remove();
    return found.length > 0;
  }

  // A mark that stood above the line would be a bare figure. What follows a unit or a ten is no mark but a power.
  function footnotes(page) {
    let found = false;
    for (const mark of page.querySelectorAll(MARKS)) {
      const text = mark.textContent.trim().replace(/^\[(.*)\]$/, "$1");
      if (!page.contains(mark) || !/^(\d{1,3}|[ivxlc]{1,6}|[a-z]|[*†‡§]+)$/i.test(text)) continue;
      const link = mark.querySelector(`a[href]:not([href*="#"])`);
      const raised = !mark.closest("a[href]") && !mark.querySelector("a") && !mark.className.startsWith("Mso");
      if (raised && !/^[\d*†‡§]+$/.test(text)) continue; // 1st, and so on
      const power = raised && /(^|[^a-z])([a-z]{1,2}|10)$/i.test(before(mark));
      mark.replaceWith(...(power ? [text.replace(/\d/g, digit => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit])] : ["[", link ?? text, "]"]));
      found ||= !power;
    }
    return found;
  }

  function before(element) {
    const walker = document.createTreeWalker(element.ownerDocument.body, NodeFilter.SHOW_TEXT);
    walker.currentNode = element;
    return walker.previousNode()?.data ?? "";
  }

  // Innermost first. One column is no table but a frame: what is in it stays as it is.
  function tables(page) {
    let found = false;
    for (const table of [...page.querySelectorAll("table")].reverse()) {
      const rows = [...table.rows].filter(said);
      const frame = rows.every(row => row.cells.length < 2);
      const parts = frame ? rows.flatMap(row => [...row.cells]).map(cell => renamed(cell, "div")) : rows.map(paragraph);
      if (table.caption && said(table.caption)) parts.unshift(renamed(table.caption, "p"));
      table.replaceWith(...parts);
      found ||= !frame;
    }
    return found;
  }

  function paragraph(row) {
    const line = document.createElement("p");
    for (const [place, cell] of [...row.cells].entries()) {
      for (const part of cell.querySelectorAll(LINES)) part.replaceWith(" ", ...part.childNodes, " ");
      cell.normalize();
      for (const edge of ["firstChild", "lastChild"]) while (cell[edge] && !said(cell[edge])) cell[edge].remove();
      const words = texts(cell);
      for (const node of words) node.data = node.data.replace(/\s+/g, " ");
      if (words.length) {
        words[0].data = words[0].data.trimStart();
        words.at(-1).data = words.at(-1).data.trimEnd();
      }
      line.append(place ? " | " : "", ...cell.childNodes);
    }
    return line;
  }

  function level(element) {
    const outline = /mso-outline-level:\s*(\d)/.exec(element.getAttribute("style"))?.[1];
    return Number(/^H(\d)$/.exec(element.tagName)?.[1] ?? element.ariaLevel ?? outline ?? /MsoHeading(\d)/.exec(element.className)?.[1] ?? 1);
  }

  // The highest level becomes the highest that the field offers, and so on down.
  function headings(page, offered) {
    const styled = [...page.querySelectorAll(WORD_HEADINGS)].filter(one => !/mso-outline-level:\s*body/.test(one.getAttribute("style")));
    const found = [...new Set([...page.querySelectorAll(HEADINGS), ...styled])].filter(said);
    const from = [...new Set(found.map(level))].sort();
    const to = LEVELS.flatMap((name, place) => offered.includes(`header-${name}`) ? [`h${place + 1}`] : []);
    for (const one of found) renamed(one, to.length ? to[Math.min(from.indexOf(level(one)), to.length - 1)] : "p");
    return found.length > 0 && !to.length;
  }

  function quotes(page, offered) {
    const found = [...page.querySelectorAll("blockquote, p.MsoQuote, p.MsoIntenseQuote")].filter(said);
    for (const quote of found) {
      if (offered.includes("blockquote")) renamed(quote, "blockquote");
      else {
        const words = texts(quote);
        if (!/^\s*["“‘]/.test(words[0].data)) words[0].data = `“${words[0].data.trimStart()}`;
        if (!/["”’]\s*$/.test(words.at(-1).data)) words.at(-1).data = `${words.at(-1).data.trimEnd()}”`;
        renamed(quote, quote.tagName === "P" ? "p" : "div");
      }
    }
    return found.length > 0 && !offered.includes("blockquote");
  }

  // What was copied in another field of the admin carries the editor's own record of it, which goes before its HTML.
  function ownCopy(page, offered) {
    const carrier = page.querySelector(`[${FRAGMENT}]`);
    const record = JSON.parse(carrier.getAttribute(FRAGMENT));
    const highest = LEVELS.map(name => `header-${name}`).find(type => offered.includes(type));
    const lost = [];
    for (const block of record.blocks) {
      if (!block.type.startsWith("header-") || offered.includes(block.type)) continue;
      if (highest) block.type = highest;
      else lost.push(SAID.heading);
    }
    carrier.setAttribute(FRAGMENT, JSON.stringify(record));
    return { lost: [...new Set(lost)], first: record.blocks[0]?.type };
  }

  function fromElsewhere(page, offered) {
    const lost = [];
    const tell = (happened, ...keys) => happened && lost.push(...keys.map(key => SAID[key]));
    tell(takeOut(page, COMMENTS), "comment");
    tell(takeOut(page, "img"), "picture");
    tell(footnotes(page), "note");
    tell(tables(page), ...aboutTable());
    tell(headings(page, offered), "heading");
    tell(quotes(page, offered), "quote");
    tell([...page.querySelectorAll("s, strike, del")].some(said), "struck");
    const first = texts(page.body)[0]?.parentElement.closest(`${HEADINGS}, blockquote, li`);
    return { lost, first: first && typeOf(first) };
  }

  // Only where the form has such a block (grid_block.js).
  const aboutTable = () => "hasGrid" in document.documentElement.dataset ? ["table", "block"] : ["table"];

  function typeOf(element) {
    if (element.tagName === "LI") return element.closest("ol, ul")?.tagName === "OL" ? "ordered-list-item" : "unordered-list-item";
    return element.tagName === "BLOCKQUOTE" ? "blockquote" : `header-${LEVELS[element.tagName[1] - 1]}`;
  }

  // The editor gives the first block that is pasted the kind of the line it is pasted on, so an empty line takes the
  // kind first: https://github.com/facebookarchive/draft-js/issues/1511
  function makeReady(editor, type) {
    const state = editor.getEditorState();
    const line = state.getCurrentContent().getBlockForKey(state.getSelection().getStartKey());
    if (type !== "unstyled" && line.getType() === "unstyled" && !line.getText()) editor.toggleBlockType(type);
  }

  // The region stands there before it speaks, or screen readers miss it.
  function region(field) {
    const next = field.nextElementSibling;
    if (next && "pasteNotice" in next.dataset) return next;
    const made = document.createElement("div");
    made.dataset.pasteNotice = "";
    made.setAttribute("role", "status");
    field.after(made);
    return made;
  }

  function say(field, sentences) {
    const notice = region(field);
    notice.className = sentences.length ? "help-block help-warning" : "";
    notice.innerHTML = sentences.length ? `<svg class="icon icon-warning" aria-hidden="true"><use href="#icon-warning"></use></svg>` : "";
    for (const sentence of sentences) {
      const line = document.createElement("p");
      line.textContent = sentence;
      notice.append(line);
    }
  }
  window.pasteNotice = { region, say }; // for grid_block.js

  document.addEventListener("focusin", event => {
    const field = fieldOf(event.target);
    if (field) region(field);
  });

  document.addEventListener("paste", event => {
    const field = fieldOf(event.target);
    const editor = field && editorOf(field);
    if (!editor) return;
    const html = event.clipboardData.getData("text/html");
    const text = event.clipboardData.getData("text/plain");
    const ready = new DataTransfer();
    if (html) {
      const offered = editor.props.blockTypes.map(block => block.type);
      const page = new DOMParser().parseFromString(html, "text/html");
      const { lost, first } = page.querySelector(`[${FRAGMENT}]`) ? ownCopy(page, offered) : fromElsewhere(page, offered);
      say(field, lost);
      if (first && offered.includes(first)) makeReady(editor, first);
      ready.setData("text/html", page.body.innerHTML);
    } else if (text.includes("\t")) say(field, aboutTable().map(key => SAID[key]));
    else return;
    ready.setData("text/plain", text.replaceAll("\t", " | "));
    Object.defineProperty(event, "clipboardData", { value: ready });
  }, true);
}
