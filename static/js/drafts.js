// Saves a form as a draft on the server while it is being written. Nothing is kept in the browser.

const EVERY = 5000;
const PATIENCE = 8000; // milliseconds: a connection that hangs is none

for (const form of document.querySelectorAll("form[data-autosave]")) keep(form);

function keep(form) {
  const note = form.querySelector("[data-autosave-note]");
  let saved = written();
  let saving = null; // the save that is on its way
  let reached = true; // whether the server could be reached last time
  let waiting = false; // a button was pressed, and what is written is saved first
  let sent = false;
  let unsent = ""; // of a button that was pressed and reached nobody: said until it is pressed again
  if (note?.dataset.autosaveNote) say(note.dataset.autosaveNote);

  // Everything typed; files and the token, which changes with each sign-in, are left out.
  function written() {
    const data = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      if (typeof value === "string" && name !== "csrfmiddlewaretoken") data.append(name, value);
    }
    return data.toString();
  }

  function save() {
    if (sent || written() === saved) return saving;
    saving ??= attempt().finally(() => (saving = null));
    return saving;
  }

  async function attempt() {
    const now = written();
    const problem = await post(now);
    if (problem === "") saved = now;
    else say(problem);
  }

  // "" when it was saved, else what to tell its author.
  async function post(body) {
    try {
      const answer = await fetch(form.dataset.autosave, {
        method: "POST",
        redirect: "manual",
        keepalive: body.length < 60000,
        headers: { "Content-Type": "application/x-www-form-urlencoded", "X-CSRFToken": token() },
        body,
        signal: within(PATIENCE),
      });
      reached = answer.status < 500;
      if (answer.type === "opaqueredirect" || answer.status === 403) {
        return "Not saved: you have been signed out. Keep this page open and sign in again in another tab.";
      }
      const told = await answer.json();
      reached = true; // it cannot save, and says so itself: pressed now, the next page has all that is written, to be printed
      if (!answer.ok) return told.problem;
      say(told.saved);
      renew();
      return "";
    } catch {
      reached = false;
      return "Not saved: no connection. Keep this page open.";
    }
  }

  // Saved before the page is left for it: a browser that reaches no server would show an error page instead of the text.
  async function send(event) {
    if (sent || event.defaultPrevented) return;
    if (!saving && written() === saved) {
      sent = true; // nothing to wait for
      return;
    }
    event.preventDefault();
    if (waiting) return;
    waiting = true;
    if (saving) await saving;
    if (written() !== saved) await save();
    waiting = false;
    if (written() !== saved && !reached) {
      unsent = "Not sent: no connection. Press the button again. If it is urgent, do not wait for Harbour. ";
      say("Keep this page open.");
      return;
    }
    sent = true;
    unsent = "";
    form.requestSubmit(event.submitter?.isConnected ? event.submitter : null);
  }

  // After a new sign-in in another tab this page's own buttons work again too.
  function renew() {
    for (const input of document.querySelectorAll("[name=csrfmiddlewaretoken]")) input.value = token();
  }

  function say(text) {
    if (note && note.textContent !== unsent + text) note.textContent = unsent + text;
    note?.classList.toggle("hb-error", unsent !== "");
  }

  setInterval(save, EVERY);
  form.addEventListener("focusout", save);
  document.addEventListener("visibilitychange", () => document.hidden && save());
  form.addEventListener("submit", send);
  addEventListener("pageshow", () => (sent = false));
  addEventListener("beforeunload", (event) => {
    if (!sent && written() !== saved) event.preventDefault();
  });
}

function within(milliseconds) {
  const limit = new AbortController();
  setTimeout(() => limit.abort(), milliseconds);
  return limit.signal;
}

// Over https its name begins with __Host-, which no other host can set: one without it may be somebody else's.
function token() {
  const named = (name) => document.cookie.match(new RegExp(`(?:^|; )${name}=([^;]*)`))?.[1];
  return named("__Host-csrftoken") ?? named("csrftoken") ?? "";
}
