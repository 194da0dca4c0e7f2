// Asks before something half written is left by another button or a link: data-unsaved on its form ("yes" where what was
// sent came back).

const forms = [...document.querySelectorAll("form[data-unsaved]")];
const written = (form) => new URLSearchParams(new FormData(form)).toString();
const asOpened = new Map(forms.map((form) => [form, written(form)]));
let sending = null;

document.addEventListener("submit", (event) => (sending = event.target));

addEventListener("beforeunload", (event) => {
  const left = forms.filter((form) => form !== sending);
  if (left.some((form) => form.dataset.unsaved === "yes" || written(form) !== asOpened.get(form))) event.preventDefault();
});
