// A table that is pasted into an empty table block fills it. And Wagtail's block forgets its caption when it is
// duplicated, which this mends (docs/decisions/0036-tables-and-pasting.md says when it can go).
{
  const Grid = window.telepath.constructors["wagtail.contrib.typed_table_block.blocks.TypedTableBlock"];
  const FIGURE = /^[£$€]?\s?[-–−]?[\d.,\s]+\s?(%|k|m|bn)?$/i;
  const NOTHING = /^([-–—]|n\/a)?$/i;
  const NOT_EMPTY = "This table has something in it, so nothing was pasted. Add another Table block and paste there.";
  const ONLY_ONE = "Only the first table was taken. The rest of what you pasted is not here.";
  const said = cell => cell.trim().replace(/\s+/g, " ");

  class GridBlock extends Grid {
    constructor(...args) {
      super(...args);
      document.documentElement.dataset.hasGrid = "";
    }

    render(placeholder, prefix, state, error) {
      const block = super.render(placeholder, prefix, state, error);
      for (const name of ["getState", "getDuplicatedState", "getValue"]) {
        const held = block[name].bind(block);
        block[name] = () => ({ ...held(), caption: block.captionInput.value });
      }
      const box = block.container[0];
      window.pasteNotice.region(box);
      box.addEventListener("paste", event => paste(event, block, box));
      return block;
    }
  }
  window.telepath.register("core.blocks.GridBlock", GridBlock);

  function paste(event, block, box) {
    const { caption, rows, more } = tableIn(event.clipboardData);
    if (rows.length < 2 && !(rows[0]?.length > 1)) return; // no table but words
    event.preventDefault();
    const { columns, rows: held } = block.getValue();
    const filled = [...columns.map(column => column.heading), ...held.flatMap(row => row.values)].some(cell => said(cell ?? ""));
    if (!filled) fill(block, rows, caption || block.captionInput.value);
    window.pasteNotice.say(box, filled ? [NOT_EMPTY] : more ? [ONLY_ONE] : []);
  }

  function fill(block, rows, caption) {
    const width = Math.max(...rows.map(row => row.length));
    const [head, ...body] = rows.map(row => [...row, ...Array(width - row.length).fill("")]);
    const columns = head.map((heading, place) => ({ heading, type: kind(body.map(row => row[place])) }));
    block.setState({ caption, columns, rows: (body.length ? body : [head.map(() => "")]).map(values => ({ values })) });
    block.captionInput.focus();
    for (const name of ["input", "change"]) block.captionInput.dispatchEvent(new Event(name, { bubbles: true }));
  }

  const kind = cells => cells.some(cell => FIGURE.test(cell)) && cells.every(cell => FIGURE.test(cell) || NOTHING.test(cell)) ? "figure" : "text";

  function tableIn(data) {
    const page = new DOMParser().parseFromString(data.getData("text/html"), "text/html");
    const table = page.querySelector("table");
    if (table) {
      const caption = said(table.caption?.textContent ?? "");
      const rows = grid(table).filter(row => row.some(Boolean));
      table.remove();
      for (const style of page.querySelectorAll("style, script")) style.remove();
      return { caption, rows, more: said(page.body.textContent) !== "" };
    }
    const lines = data.getData("text/plain").split(/\r?\n/).filter(said);
    return { caption: "", rows: lines.some(line => line.includes("\t")) ? lines.map(line => line.split("\t").map(said)) : [] };
  }

  // A cell that spans rows stands in each of them, or what follows would move into its column; one that spans columns
  // is followed by empty cells, but a heading heads them all.
  function grid(table) {
    const found = [...table.rows].map(() => []);
    for (const [y, row] of [...table.rows].entries()) {
      let x = 0;
      for (const cell of row.cells) {
        while (found[y][x] !== undefined) x += 1;
        const text = said(words(cell));
        const below = found.slice(y, cell.rowSpan ? y + cell.rowSpan : undefined);
        for (const line of below) for (let dx = 0; dx < cell.colSpan; dx += 1) line[x + dx] = dx && y ? "" : text;
        x += cell.colSpan;
      }
    }
    return found.map(row => Array.from(row, text => text ?? ""));
  }

  function words(cell) {
    for (const part of cell.querySelectorAll("p, div, li, br")) part.before(" ");
    return cell.textContent;
  }
}
