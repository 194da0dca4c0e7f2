// Sends a form with files and shows how far it is: data-upload on the form. What the server takes stands on the file field:
// data-most-files, data-most-bytes (of one) and data-most-in-all. The server checks it again.

const NOT_SENT = "Not sent. The files are still chosen: try again.";
const UNSURE = "The connection broke before an answer came. Press the button again: nothing is taken twice.";
let refusals = 0;
document.querySelectorAll("form[data-upload]").forEach(watch);

function watch(form) {
  const inputs = [...form.querySelectorAll("input[type=file]")];
  const part = document.createElement("div");
  part.className = "hb-mt-s";
  part.innerHTML = `<div hidden><progress class="hb-progress__bar" aria-label="Sent so far" max="1"></progress>
    <p class="hb-meta"></p><button type="button" class="hb-linkbtn">Cancel</button></div><p role="status"></p>`;
  inputs.at(-1).after(part);
  const [bar, status] = part.children;
  const [progress, words, cancel] = bar.children;
  let sending = null;
  let broken; // what to say when the connection breaks

  // Said as soon as it has been chosen.
  form.addEventListener("change", (event) => inputs.includes(event.target) && say(problem(inputs), true));
  document.addEventListener("submit", (event) => {
    const files = inputs.reduce((sum, input) => sum + input.files.length, 0);
    if (event.target !== form || event.defaultPrevented || !files) return;
    event.preventDefault();
    delete form.dataset.sent; // page.js would not let it be sent again for a while
    if (!sending) say(problem(inputs), true);
    if (!sending && !problem(inputs)) send(files, event.submitter);
  });
  cancel.onclick = () => sending.abort();
  addEventListener("beforeunload", (event) => sending && event.preventDefault());

  function send(files, button) {
    const title = `Sending ${files} ${files === 1 ? "file" : "files"}`;
    const data = new FormData(form, button);
    sending = new XMLHttpRequest();
    sending.upload.onprogress = ({ loaded, total }) => {
      progress.value = loaded / total;
      words.textContent = `${title}: ${Math.floor((100 * loaded) / total)} %`;
      if (loaded * 2 > total) say("More than half is sent.");
    };
    sending.upload.onload = () => {
      broken = UNSURE;
      cancel.hidden = true; // The server has them: nothing here can call them back.
      progress.removeAttribute("value");
      words.textContent = "Looking into them…";
      say(words.textContent);
    };
    sending.onload = () => answered(button);
    sending.onerror = () => again(button, broken);
    sending.onabort = () => again(button, "Cancelled. Nothing was sent. The files are still chosen.");
    sending.upload.onprogress({ loaded: 0, total: 1 });
    say(title);
    broken = NOT_SENT;
    cancel.hidden = bar.hidden = false;
    cancel.focus();
    enable(false);
    sending.open("POST", button?.getAttribute("formaction") ?? form.getAttribute("action") ?? "");
    sending.setRequestHeader("Harbour-Script", "upload");
    sending.send(data);
  }

  function answered(button) {
    const address = sending.getResponseHeader("Location");
    const page = new DOMParser().parseFromString(sending.responseText, "text/html");
    const told = page.querySelector("main p")?.textContent.trim() || broken;
    const refused = sending.status >= 500 || [408, 413].includes(sending.status) || !page.querySelector("main");
    if (address === null && refused) return again(button, told);
    sending = null;
    address === null ? show(page, inputs) : go(new URL(address, location));
  }

  function again(button, why) {
    sending = null;
    bar.hidden = true;
    enable(true);
    button?.focus();
    say(why, true);
  }

  const enable = (yes) => [...form.elements].forEach((each) => each.type === "submit" && (each.disabled = !yes));
  function say(text, isProblem = false) { // read out; seen too where something is wrong
    status.className = isProblem ? "hb-error" : "hb-vh";
    if (status.textContent !== text) status.textContent = text;
  }
}

// A sentence about the first thing that the server would not take, or "".
function problem(inputs) {
  for (const { files, dataset } of inputs) {
    const all = [...files].reduce((sum, file) => sum + file.size, 0);
    const large = [...files].find((file) => file.size > dataset.mostBytes);
    if (large) return `“${large.name}” is larger than ${dataset.mostBytes / 2 ** 20} MB. Choose a smaller one.`;
    if (files.length > dataset.mostFiles) return `Choose at most ${dataset.mostFiles} files at once.`;
    if (all > dataset.mostInAll) return `Together these files are larger than ${dataset.mostInAll / 2 ** 20} MB. Choose fewer.`;
  }
  return "";
}

// Where the form leads, also where that is this page.
function go(to) {
  if (to.pathname + to.search !== location.pathname + location.search) return location.assign(to);
  history.replaceState(null, "", to);
  location.reload();
}

// The page of a form that was refused, in place of this one: its files are still chosen, and its scripts run for it.
function show(page, inputs) {
  document.title = page.title;
  document.querySelector("main").replaceWith(page.querySelector("main"));
  for (const { name, files } of inputs) {
    const input = document.querySelector(`form[data-upload] input[type=file][name="${name}"]`);
    if (input) input.files = files;
  }
  const scripts = page.querySelectorAll("script[type=module][src]:not([data-frame])");
  for (const { src } of scripts) if (src !== import.meta.url) import(`${src}?${++refusals}`);
  document.querySelectorAll("form[data-upload]").forEach(watch);
  document.querySelector("[data-error-summary]")?.focus();
}
