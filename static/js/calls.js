// Shows a call for a safeguarding lead on whatever page is open, seconds after it was made. Never moves the focus.

// Milliseconds between questions, behind another window too: that is where a lead's page is. Browsers slow it down there.
const EVERY = 4000;
const PATIENCE = 8000; // a connection that hangs is none
const SILENT = 30000; // without an answer for so long, say so: silence would look like peace

const region = document.querySelector("[data-calls]");
const title = document.title;
let shown = "";
let answered = Date.now();
let timer;

async function ask() {
  clearTimeout(timer);
  try {
    const answer = await fetch(`${region.dataset.calls}?part=1`, {
      redirect: "manual",
      cache: "no-store",
      signal: within(PATIENCE),
    });
    if (answer.type === "opaqueredirect")
      return show(notice("The screen is locked, or you have been signed out: calls are not shown here."));
    if (answer.ok) {
      answered = Date.now();
      show((await answer.text()).trim());
    }
  } catch {
    // No connection: asked again below.
  }
  if (Date.now() - answered > SILENT)
    show(notice("No connection: calls for a safeguarding lead are not shown here."));
  timer = setTimeout(ask, EVERY);
}

function within(milliseconds) {
  const limit = new AbortController();
  setTimeout(() => limit.abort(), milliseconds);
  return limit.signal;
}

function notice(text) {
  return `<p class="hb-alert hb-alert--warn">${text}</p>`;
}

// Only what is new is put in, so that a screen reader says it once; not while somebody is about to press its button.
function show(html) {
  if (html === shown || region.contains(document.activeElement)) return;
  shown = html;
  region.innerHTML = html;
  document.title = html ? `Call waiting: ${title}` : title;
}

if (region) {
  ask();
  document.addEventListener("visibilitychange", () => document.hidden || ask());
}
