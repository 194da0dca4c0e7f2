// Keeps one part of a page up to date by asking the server for it again: `<div data-live="URL" role="status">`.
// The part comes as HTML from `URL?part=1`. Nothing is typed inside such a part.

const EVERY = 4000; // milliseconds
const PATIENCE = 8000; // a connection that hangs is none

for (const region of document.querySelectorAll("[data-live]")) follow(region);

function follow(region) {
  let timer;

  async function ask() {
    clearTimeout(timer);
    try {
      const answer = await fetch(`${region.dataset.live}?part=1`, {
        redirect: "manual",
        cache: "no-store",
        signal: within(PATIENCE),
      });
      // Signed out: the page itself says so when it is opened again.
      if (answer.type === "opaqueredirect") return location.reload();
      if (answer.ok) show((await answer.text()).trim());
    } catch {
      // No connection: asked again below.
    }
    timer = setTimeout(ask, EVERY);
  }

  // Only what has changed is put in, so that a screen reader says it once.
  function show(html) {
    const part = document.createElement("div");
    part.innerHTML = html;
    if (part.innerHTML.trim() !== region.innerHTML.trim()) region.replaceChildren(...part.childNodes);
  }

  ask();
  document.addEventListener("visibilitychange", () => document.hidden || ask());
}

function within(milliseconds) {
  const limit = new AbortController();
  setTimeout(() => limit.abort(), milliseconds);
  return limit.signal;
}
