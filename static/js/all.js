// Ticks every box of a group at once, by hand: [data-all] holds the button, the group is its fieldset.

for (const place of document.querySelectorAll("[data-all]")) {
  const boxes = place.closest("fieldset").querySelectorAll("input[type=checkbox]");
  place.hidden = false;
  place.querySelector("button").addEventListener("click", () => {
    for (const box of boxes) {
      box.checked = true;
    }
    boxes[0].dispatchEvent(new Event("change", { bubbles: true }));
  });
}
