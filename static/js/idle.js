// Locks the screen when nobody has used it for a while, over the page and not instead of it: what was typed stays where it
// is. The server locks the session by itself; this hides what is on the screen, and says to the server that somebody types.
// "Lock screen" does the same at once, by hand.

const CHECK = 15000; // milliseconds between looks at the clock
const TYPING = 60000; // typing is told once in so long
const PATIENCE = 8000;

const body = document.body;
const dialog = document.querySelector("[data-lock]");
if (dialog && body.dataset.idle) watch(Number(body.dataset.idle) * 1000);

function watch(limit) {
  let asked = Date.now(); // when the server last heard of a person
  let told = Date.now();

  document.addEventListener("input", () => {
    if (Date.now() - told < TYPING || dialog.open) return;
    told = asked = Date.now();
    send("POST").catch(() => {});
  });

  setInterval(look, CHECK);
  document.addEventListener("visibilitychange", () => document.hidden || look());

  async function look() {
    if (dialog.open || Date.now() - asked < limit) return;
    // Another tab may have been used meanwhile.
    try {
      const answer = await send("GET");
      const left = answer.ok && answer.status === 200 ? (await answer.json()).left * 1000 : 0;
      if (left > 0) asked = Date.now() - limit + left;
      else lock();
    } catch {
      lock();
    }
  }

  function lock() {
    document.dispatchEvent(new Event("harbour:lock"));
    dialog.showModal();
  }

  document.querySelector("[data-lock-now]")?.addEventListener("submit", async (event) => {
    event.preventDefault();
    event.stopImmediatePropagation(); // page.js would not let it be pressed again
    lock(); // at once: whatever the server says, nobody reads on
    await fetch(event.target.action, {
      method: "POST",
      redirect: "manual",
      headers: { Accept: "application/json" },
      body: new URLSearchParams(new FormData(event.target)),
      signal: within(PATIENCE),
    }).catch(() => {});
  });

  dialog.addEventListener("cancel", (event) => event.preventDefault());
  const form = dialog.querySelector("form");
  const problem = dialog.querySelector("[data-lock-problem]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        redirect: "manual",
        headers: { Accept: "application/json" },
        body: new URLSearchParams(new FormData(form)),
        signal: within(PATIENCE),
      });
      if (answer.type === "opaqueredirect" || answer.status === 204) return open();
      problem.textContent =
        answer.status === 422 ? (await answer.json()).problem : "This did not work. Load the page again.";
    } catch {
      problem.textContent = "No connection. What you typed is still here.";
    }
    problem.hidden = false;
  });

  function open() {
    asked = told = Date.now();
    problem.hidden = true;
    form.reset();
    dialog.close();
  }
}

function send(method) {
  return fetch(body.dataset.idleUrl, {
    method,
    redirect: "manual",
    cache: "no-store",
    headers: method === "POST" ? { "X-CSRFToken": token() } : {},
    signal: within(PATIENCE),
  });
}

// Over https its name begins with __Host-, which no other host can set: one without it may be somebody else's.
function token() {
  const named = (name) => document.cookie.match(new RegExp(`(?:^|; )${name}=([^;]*)`))?.[1];
  return named("__Host-csrftoken") ?? named("csrftoken") ?? "";
}

function within(milliseconds) {
  const limit = new AbortController();
  setTimeout(() => limit.abort(), milliseconds);
  return limit.signal;
}
