// Decides on copies with less work: words that are selected in the text ([data-copies]), and rectangles that are drawn on the
// picture of a page ([data-draw]), go into the form that stands beside them ([data-selected]). Without a script sentences and
// words are ticked.

const form = document.getElementById("mark");
const place = document.querySelector("[data-selected]");
const points = (text) => [...text].length;

const add = (name, value, words) => {
  if ([...form.querySelectorAll(`input[name=${name}]`)].some((box) => box.value === value)) return;
  const line = document.createElement("div");
  const box = document.createElement("input");
  const label = document.createElement("label");
  line.className = "hb-check";
  Object.assign(box, { type: "checkbox", name, value, checked: true, id: `chosen-${value.replaceAll(":", "-")}` });
  label.htmlFor = box.id;
  label.dir = "auto";
  label.textContent = words;
  line.append(box, label);
  place.append(line);
};

// Where a piece of the text begins and ends that the selection touches: in letters of the copy, of which a mention is a whole.
const partOf = (piece, range) => {
  const { from, to, whole } = piece.dataset;
  if (whole !== undefined) return [Number(from), Number(to)];
  const text = piece.firstChild;
  const start = range.startContainer === text ? points(text.data.slice(0, range.startOffset)) : 0;
  const end = range.endContainer === text ? points(text.data.slice(0, range.endOffset)) : Number(to) - Number(from);
  return [Number(from) + start, Number(from) + end];
};

const copies = document.querySelector("[data-copies]");
copies?.addEventListener("pointerup", () => {
  const selection = getSelection();
  if (!place || selection.isCollapsed || !selection.rangeCount) return;
  const range = selection.getRangeAt(0);
  const byBlock = new Map();
  for (const piece of copies.querySelectorAll("[data-block]")) {
    if (!range.intersectsNode(piece)) continue;
    const [start, end] = partOf(piece, range);
    if (start >= end) continue;
    const found = byBlock.get(piece.dataset.block) ?? { start, end, words: "" };
    found.end = end;
    found.words += piece.dataset.whole === undefined ? [...piece.textContent].slice(start - piece.dataset.from, end - piece.dataset.from).join("") : piece.textContent;
    byBlock.set(piece.dataset.block, found);
  }
  for (const [block, { start, end, words }] of byBlock) {
    if (words.trim()) add("at", `${block}:${start}:${end}`, `“${words.trim().slice(0, 90)}”`);
  }
});

// A rectangle on the picture, in thousandths of it.
for (const figure of document.querySelectorAll("[data-draw]")) {
  const picture = figure.querySelector("svg");
  let shape = null;
  let first = null;

  const at = (event) => {
    const { left, top, width, height } = picture.getBoundingClientRect();
    const within = (part) => Math.min(1000, Math.max(0, Math.round(part * 1000)));
    return [within((event.clientX - left) / width), within((event.clientY - top) / height)];
  };
  const edges = (event) => {
    const [x, y] = at(event);
    return [Math.min(first[0], x), Math.min(first[1], y), Math.max(first[0], x), Math.max(first[1], y)];
  };
  picture.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "touch" || event.button !== 0) return;
    event.preventDefault();
    first = at(event);
    shape = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    shape.setAttribute("class", "hb-area--drawn");
    picture.append(shape);
    picture.setPointerCapture(event.pointerId);
  });
  picture.addEventListener("pointermove", (event) => {
    if (!shape) return;
    const [x0, y0, x1, y1] = edges(event);
    for (const [name, value] of Object.entries({ x: x0, y: y0, width: x1 - x0, height: y1 - y0 })) shape.setAttribute(name, value);
  });
  picture.addEventListener("pointerup", (event) => {
    if (!shape) return;
    const [x0, y0, x1, y1] = edges(event);
    if (x1 - x0 > 2 && y1 - y0 > 2) {
      add("area", [figure.dataset.draw, x0, y0, x1, y1].join(":"), `Rectangle on page ${figure.dataset.draw}, ${y0} to ${y1} from the top`);
    } else {
      shape.remove();
    }
    shape = null;
  });
}
