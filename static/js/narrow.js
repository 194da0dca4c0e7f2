// Offers only what belongs to the choice before it: data-narrow-by="category" on a select in groups, each named like a choice.

for (const select of document.querySelectorAll("select[data-narrow-by]")) {
  const chooser = select.form.elements[select.dataset.narrowBy];
  const groups = [...select.querySelectorAll("optgroup")];

  const narrow = () => {
    const chosen = chooser.value ? chooser.selectedOptions[0].text : "";
    for (const group of groups) group.hidden = group.disabled = group.label !== chosen;
    select.closest(".hb-field").hidden = !groups.some((group) => group.label === chosen);
    if (select.selectedOptions[0]?.closest("optgroup")?.hidden) select.value = "";
  };
  chooser.addEventListener("change", narrow);
  narrow();
}
