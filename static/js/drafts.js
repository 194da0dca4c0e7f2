// Saves a form as a draft on the server while it is being written. Nothing is kept in the browser.

const EVERY = 5000;

for (const form of document.querySelectorAll("form[data-autosave]")) keep(form);

function keep(form) {
  const note = form.querySelector("[data-autosave-note]");
  let saved = written();
  let sending = false;
  let sent = false;

  // Everything typed; files and the token, which changes with each sign-in, are left out.
  function written() {
    const data = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      if (typeof value === "string" && name !== "csrfmiddlewaretoken") data.append(name, value);
    }
    return data.toString();
  }

  async function save() {
    const now = written();
    if (sending || sent || now === saved) return;
    sending = true;
    const problem = await post(now);
    sending = false;
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
      });
      if (answer.type === "opaqueredirect" || answer.status === 403) {
        return "Not saved: you have been signed out. Keep this page open and sign in again in another tab.";
      }
      const told = await answer.json();
      if (!answer.ok) return told.problem;
      say(told.saved);
      renew();
      return "";
    } catch {
      return "Not saved: no connection. Keep this page open.";
    }
  }

  // After a new sign-in in another tab this page's own buttons work again too.
  function renew() {
    for (const input of document.querySelectorAll("[name=csrfmiddlewaretoken]")) input.value = token();
  }

  function say(text) {
    if (note && note.textContent !== text) note.textContent = text;
  }

  setInterval(save, EVERY);
  form.addEventListener("focusout", save);
  document.addEventListener("visibilitychange", () => document.hidden && save());
  form.addEventListener("submit", () => (sent = true));
  addEventListener("pageshow", () => (sent = false));
  addEventListener("beforeunload", (event) => {
    if (!sent && written() !== saved) event.preventDefault();
  });
}

function token() {
  return document.cookie.match(/(?:^|; )csrftoken=([^;]*)/)?.[1] ?? "";
}
