// Finds children while a name is being typed. The list is the same as without a script: buttons that send the form.

const PAUSE = 250;
const LEAST = 2;
const PATIENCE = 8000; // milliseconds: a connection that hangs is none

for (const finder of document.querySelectorAll("[data-find]")) enhance(finder);

function enhance(finder) {
  const input = finder.querySelector("input");
  const found = finder.parentElement.querySelector("[data-found]");
  const status = document.createElement("p");
  status.className = "hb-vh";
  status.setAttribute("role", "status");
  found.after(status);
  let timer;
  let asked = "";

  const buttons = () => [...found.querySelectorAll("button")];

  async function search() {
    clearTimeout(timer);
    const name = input.value.trim();
    if (name === asked) return;
    asked = name;
    if (name.length < LEAST) return clear();
    const html = await fetchList(finder.dataset.find, name, finder.closest("form")?.elements.key?.value ?? "");
    if (name !== asked) return; // Something else was typed meanwhile.
    if (html === null) {
      status.textContent = "The list cannot be shown now. Press Find.";
      return;
    }
    found.innerHTML = html;
    const number = buttons().length;
    status.textContent = number ? `${number} found. Press the down arrow to choose.` : "";
  }

  function clear() {
    found.replaceChildren();
    status.textContent = "";
  }

  function move(step) {
    const stops = [input, ...buttons()];
    const here = stops.indexOf(document.activeElement);
    stops[Math.min(Math.max(here + step, 0), stops.length - 1)]?.focus();
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(search, PAUSE);
  });

  // Who types fast has begun before this script was there.
  if (document.activeElement === input && input.value) search();

  finder.parentElement.addEventListener("keydown", (event) => {
    if (event.target !== input && !found.contains(event.target)) return;
    if (event.key === "ArrowDown") move(1);
    else if (event.key === "ArrowUp") move(-1);
    else if (event.key === "Escape") {
      clear();
      input.focus();
    } else if (event.key === "Enter" && event.target === input) search().then(() => buttons()[0]?.focus());
    else return;
    event.preventDefault();
  });
}

// The list as HTML, or null when there is none to be had. The form's key says at which school to look.
async function fetchList(url, name, key) {
  const limit = new AbortController();
  setTimeout(() => limit.abort(), PATIENCE);
  try {
    const answer = await fetch(url, {
      method: "POST",
      redirect: "manual",
      headers: { "X-CSRFToken": token() },
      body: new URLSearchParams({ q: name, key }),
      signal: limit.signal,
    });
    return answer.ok || answer.status === 429 ? await answer.text() : null;
  } catch {
    return null;
  }
}

// Over https its name begins with __Host-, which no other host can set: one without it may be somebody else's.
function token() {
  const named = (name) => document.cookie.match(new RegExp(`(?:^|; )${name}=([^;]*)`))?.[1];
  return named("__Host-csrftoken") ?? named("csrftoken") ?? "";
}
