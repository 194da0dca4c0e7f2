// Shows what a link leads to on the page itself: `<a href="URL" data-unfold="ID">` with a hidden region of that id. The part
// comes as HTML from `URL?part=1` when the link is pressed, and not before: reading it is recorded. Pressed again, it closes.
// The region shows one at a time. Where the part does not come, the link leads to its page.

const links = [...document.querySelectorAll("a[data-unfold]")];

for (const link of links) {
  const region = document.getElementById(link.dataset.unfold);
  link.setAttribute("aria-controls", region.id);
  link.setAttribute("aria-expanded", "false");
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    link.getAttribute("aria-expanded") === "true" ? close(region) : open(link, region);
  });
}

async function open(link, region) {
  close(region);
  try {
    const answer = await fetch(`${link.href}?part=1`, { redirect: "manual", cache: "no-store" });
    if (!answer.ok) throw new Error("not here");
    region.innerHTML = await answer.text();
  } catch {
    location.assign(link.href);
    return;
  }
  region.hidden = false;
  link.setAttribute("aria-expanded", "true");
  region.focus({ preventScroll: true });
}

function close(region) {
  for (const link of links) if (link.dataset.unfold === region.id) link.setAttribute("aria-expanded", "false");
  region.hidden = true;
  region.replaceChildren();
}
