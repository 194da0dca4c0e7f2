// Lists children while an @ and a name are typed inside text. Without it, whom an @ means is found when the text is saved.

const PAUSE = 250;
const LEAST = 2;
const PATIENCE = 8000; // milliseconds: a connection that hangs is none
// An @ that begins a word, and up to four words after it, as far as the caret.
const TYPED = /(?:^|[^\w@./])@([^\s@[\]]+(?: [^\s@[\]]+){0,3} ?)$/u;

// A page may have a dozen boxes: each gets its list when somebody comes to it.
for (const box of document.querySelectorAll("textarea[data-mention], input[data-mention]")) {
  if (document.activeElement === box) enhance(box);
  else box.addEventListener("focus", () => enhance(box), { once: true });
}

function enhance(box) {
  const list = document.createElement("ul");
  Object.assign(list, { id: `${box.id}-mentions`, className: "hb-found", hidden: true });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Children to mention");
  const status = document.createElement("p");
  status.className = "hb-vh";
  status.setAttribute("role", "status");
  box.after(list, status);
  box.setAttribute("aria-autocomplete", "list");
  box.setAttribute("aria-haspopup", "listbox");
  box.setAttribute("aria-controls", list.id);
  let [timer, asked, here, nobody] = [0, "", 0, ""]; // Who is `nobody` is nobody with more words either: not asked for.

  const typed = () => TYPED.exec(box.value.slice(0, box.selectionStart))?.[1].trim() ?? "";

  async function search() {
    const name = typed();
    if (name === asked && !list.hidden) return;
    if (name.length < LEAST || (nobody && name.startsWith(`${nobody} `))) return close();
    asked = name;
    const html = await fetchList(box.dataset.mention, name, box.form?.elements.key?.value ?? "");
    if (name !== typed()) return; // Something else was typed meanwhile.
    if (html === null) {
      close();
      status.textContent = "The list cannot be shown now. Go on typing: who you mean is asked when you save.";
      return;
    }
    show(html, name);
  }

  function show(html, name) {
    const page = new DOMParser().parseFromString(html, "text/html");
    const found = page.querySelectorAll("[data-mention]");
    list.replaceChildren(...[...found].map(option));
    list.hidden = !found.length;
    nobody = found.length ? "" : name;
    if (!found.length) box.removeAttribute("aria-activedescendant");
    else choose(0);
    status.textContent = found.length ? `${found.length} found. Use the arrow keys, then Enter.` : page.body.textContent.trim();
  }

  function option(button, number) {
    const item = document.createElement("li");
    item.id = `${list.id}-${number}`;
    item.setAttribute("role", "option");
    item.dataset.mention = button.dataset.mention;
    item.append(...button.childNodes);
    item.addEventListener("mousedown", (event) => {
      event.preventDefault(); // The caret stays where it is.
      insert(item);
    });
    return item;
  }

  function choose(number) {
    here = (number + list.children.length) % list.children.length;
    for (const [place, item] of [...list.children].entries()) item.setAttribute("aria-selected", String(place === here));
    box.setAttribute("aria-activedescendant", list.children[here].id);
    list.children[here].scrollIntoView({ block: "nearest" });
  }

  function insert(item) {
    const end = box.selectionStart;
    const start = box.value.slice(0, end).lastIndexOf("@");
    box.setRangeText(`@[${item.dataset.mention}] `, start, end, "end");
    status.textContent = `${item.querySelector("b").textContent} mentioned.`;
    close();
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function close() {
    clearTimeout(timer);
    asked = "";
    list.hidden = true;
    box.removeAttribute("aria-activedescendant");
  }

  box.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(search, PAUSE);
  });
  box.addEventListener("blur", close);
  box.addEventListener("keydown", (event) => {
    if (list.hidden || event.isComposing) return;
    if (event.key === "ArrowDown") choose(here + 1);
    else if (event.key === "ArrowUp") choose(here - 1);
    else if (event.key === "Enter") insert(list.children[here]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
}

// The list as HTML, or null when there is none to be had. The form's key says at which school to look.
async function fetchList(url, q, key) {
  const named = (name) => document.cookie.match(`(?:^|; )${name}=([^;]*)`)?.[1];
  const headers = { "X-CSRFToken": named("__Host-csrftoken") ?? named("csrftoken") ?? "" };
  const body = new URLSearchParams({ q, key });
  try {
    const answer = await fetch(url, { method: "POST", redirect: "manual", headers, body, signal: AbortSignal.timeout(PATIENCE) });
    return answer.ok || answer.status === 429 ? await answer.text() : null;
  } catch {
    return null;
  }
}
