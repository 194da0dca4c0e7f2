// Asks the browser for a passkey: `<form data-passkey="get" data-passkey-options="ID">`, or "create" to make one.
// The options come from the server in a block of JSON; the answer goes into the form's hidden field. Without JavaScript, or
// without passkeys in this browser, the button stays hidden and the code is typed.

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (window.PublicKeyCredential?.parseRequestOptionsFromJSON) prepare(form);
}

function prepare(form) {
  const given = JSON.parse(document.getElementById(form.dataset.passkeyOptions).textContent);
  const creating = form.dataset.passkey === "create";
  const options = (given.creation_options ?? given.request_options).publicKey;
  const field = form.querySelector("[name=credential], [name=factor_credential]");
  const button = form.querySelector("[name=use_passkey]") ?? form.querySelector("button");
  const problem = form.querySelector("[data-passkey-problem]");

  form.hidden = false;
  for (const ask of form.querySelectorAll("[data-passkey-ask]")) ask.hidden = false;

  button.addEventListener("click", async (event) => {
    event.preventDefault();
    problem.hidden = true;
    try {
      const credential = creating
        ? await navigator.credentials.create({
            publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options),
          })
        : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
      field.value = JSON.stringify(credential.toJSON());
      form.submit();
    } catch {
      problem.hidden = false;
    }
  });
}
