// Keys of a page that decides on copies, for who has switched them on in [data-keys]: until the person signs out. And opens the
// questions of the legal reason that was chosen.

const form = document.getElementById("mark");
const keys = document.querySelector("[data-keys]");
const choose = (deed) => {
  const radio = form?.querySelector(`input[name=deed][value=${deed}]`);
  if (!radio) return;
  radio.checked = true;
  radio.dispatchEvent(new Event("change", { bubbles: true }));
  radio.focus();
};
const deeds = {
  n: () => document.querySelector("[data-steps=next] a")?.click(),
  p: () => document.querySelector("[data-steps=previous] a")?.click(),
  o: () => choose("out"),
  r: () => choose("replace"),
  k: () => choose("keep"),
};
if (keys) {
  const use = keys.querySelector("input");
  keys.hidden = false;
  use.checked = sessionStorage.getItem("keys") === "yes";
  use.addEventListener("change", () => sessionStorage.setItem("keys", use.checked ? "yes" : "no"));
  document.addEventListener("keydown", (event) => {
    if (!use.checked || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.target.closest("textarea, select, input:not([type=checkbox], [type=radio])")) return;
    deeds[event.key]?.();
  });
}

// The questions of the legal reason that was chosen, open.
for (const select of document.querySelectorAll("select[name=exemption]")) {
  select.addEventListener("change", () => {
    const test = select.value && select.form.querySelector(`[data-when="exemption=${CSS.escape(select.value)}"] details`);
    if (test) test.open = true;
  });
}
