// Ticks every box of a group at once: [data-all] holds the button, the group is its fieldset. Without script the button
// sends the form, and the page comes again with the boxes ticked. A document goes along by its own tick alone.

for (const place of document.querySelectorAll("[data-all]")) {
  const boxes = place.closest("fieldset").querySelectorAll("input[name=item]");
  place.querySelector("button").addEventListener("click", (event) => {
    event.preventDefault();
    for (const box of boxes) {
      box.checked = true;
    }
    boxes[0].dispatchEvent(new Event("change", { bubbles: true }));
  });
}
