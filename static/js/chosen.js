// Files that go along with a form: data-along on the form. What the server would not take is not chosen, so that it cannot keep the
// words beside it from being sent. What is taken stands on the file field (FilesInput); the server checks it again.

document.querySelectorAll("form[data-along] input[type=file]").forEach(check);

function check(input) {
  const status = document.createElement("p");
  status.className = "hb-error";
  status.setAttribute("role", "status");
  input.after(status);
  input.addEventListener("change", () => {
    status.textContent = isTooMuch(input) ? sentence(input.dataset) : "";
    if (status.textContent) input.value = "";
  });
}

function isTooMuch({ files, dataset }) {
  const sizes = [...files].map((file) => file.size);
  const all = sizes.reduce((sum, size) => sum + size, 0);
  return sizes.length > dataset.mostFiles || all > dataset.mostInAll || sizes.some((size) => size > dataset.mostBytes);
}

function sentence({ mostFiles, mostBytes, mostInAll }) {
  const megabytes = (bytes) => `${bytes / 2 ** 20} MB`;
  return `That is too much, and nothing is chosen. Choose at most ${mostFiles} files, each up to ${megabytes(mostBytes)} and all
    together up to ${megabytes(mostInAll)}.`.replace(/\s+/g, " ");
}
