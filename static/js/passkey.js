// data-passkey is shown where the browser knows passkeys, data-passkey-missing where it knows none.
// data-passkey-options on a form: what the browser is asked as soon as the form is there. Its answer goes by the form;
// what went wrong is told by data-passkey-trouble="<name of the error>", or by the one without a name.

const isKnown = "PublicKeyCredential" in window;
const BINARY = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
let asking = null;

document.addEventListener("htmx:after:swap", settle);
settle();

function settle() {
  for (const element of document.querySelectorAll("[data-passkey]")) element.hidden = !isKnown;
  for (const element of document.querySelectorAll("[data-passkey-missing]")) element.hidden = isKnown;
  const form = document.querySelector("[data-passkey-options]");
  if (form && isKnown) ask(form);
}

async function ask(form) {
  const options = read(JSON.parse(form.dataset.passkeyOptions));
  form.removeAttribute("data-passkey-options");
  // The browser puts one such question at a time.
  asking?.abort();
  const { signal } = (asking = new AbortController());
  try {
    const question = { publicKey: options, signal };
    const { credentials } = navigator;
    const credential = await (options.user ? credentials.create(question) : credentials.get(question));
    form.elements.answer.value = JSON.stringify(written(credential));
    form.requestSubmit();
  } catch (error) {
    if (!signal.aborted) tell(form, error.name);
  }
}

function tell(form, name) {
  const troubles = [...form.parentElement.querySelectorAll("[data-passkey-trouble]")];
  const told = troubles.find((one) => one.dataset.passkeyTrouble === name) ?? troubles.at(-1);
  for (const one of troubles) one.hidden = one !== told;
}

function read(options) {
  options.challenge = bytes(options.challenge);
  if (options.user) options.user.id = bytes(options.user.id);
  for (const known of options.excludeCredentials ?? []) known.id = bytes(known.id);
  return options;
}

function written({ id, rawId, type, response }) {
  const told = BINARY.filter((name) => response[name]).map((name) => [name, text(response[name])]);
  return { id, rawId: text(rawId), type, response: Object.fromEntries(told) };
}

function bytes(coded) {
  return Uint8Array.from(atob(coded.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
}

function text(buffer) {
  const plain = btoa(String.fromCharCode(...new Uint8Array(buffer)));
  return plain.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
