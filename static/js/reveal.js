// Leaves out what the answers given so far do not ask for: data-when="decision=refer_17 refer_47" on the part of the form, or
// data-unless="decision=none" on one that is there until that answer is given.

for (const part of document.querySelectorAll("[data-when], [data-unless]")) {
  const form = part.closest("form");
  const { when, unless } = part.dataset;
  const [name, values] = (when ?? unless).split("=");
  const asked = values.split(" ");

  const show = () => {
    const isGiven = new FormData(form).getAll(name).some((value) => asked.includes(value));
    part.hidden = isGiven === (when === undefined);
  };
  form.addEventListener("change", show);
  show();
}
