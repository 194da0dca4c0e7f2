// Shows the guidance of the choice made. Without a script all of it stands under "What each one means".

for (const group of document.querySelectorAll("[data-guidance]")) {
  const select = group.querySelector("select");
  const all = group.querySelector("details");
  const chosen = document.createElement("p");
  chosen.className = "hb-hint hb-mt-s";
  chosen.setAttribute("role", "status");
  select.after(chosen);

  const show = () => {
    const words = select.value && group.querySelector(`[data-for="${CSS.escape(select.value)}"]`);
    chosen.textContent = words ? words.textContent.trim() : "";
    all.hidden = Boolean(words);
  };
  select.addEventListener("change", show);
  show();
}
