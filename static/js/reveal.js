// Leaves out what the answers given so far do not ask for: data-when="decision=refer_17 refer_47" on the part of the form.

for (const part of document.querySelectorAll("[data-when]")) {
  const form = part.closest("form");
  const [name, values] = part.dataset.when.split("=");
  const asked = values.split(" ");

  const show = () => {
    part.hidden = !new FormData(form).getAll(name).some((value) => asked.includes(value));
  };
  form.addEventListener("change", show);
  show();
}
