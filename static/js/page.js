// On every page: a form is sent once, and the list of problems gets the focus when there is one.

const AGAIN_AFTER = 8000; // An answer that was a download leaves the page as it is.

for (const summary of document.querySelectorAll("[data-error-summary]")) summary.focus();

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method === "get") return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  setTimeout(() => delete form.dataset.sent, AGAIN_AFTER);
});

// Back from the next page: the form can be sent again.
addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});
