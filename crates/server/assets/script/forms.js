// Forms are sent and answered without leaving the page.

/** The exact text that a form sends. */
const bodyOf = (form, button) => new URLSearchParams(new FormData(form, button)).toString();

/** Switches the buttons of a form off while it is under way. */
function setUnderWay(form, on) {
  if (on) underWay.add(form);
  else underWay.delete(form);
  for (const button of form.elements) {
    if (button.type === "submit") button.disabled = on;
  }
}

addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented) return;
  if (underWay.has(form)) return event.preventDefault();
  const own = ownActions.find(([matches]) => form.matches(matches));
  if (own) {
    event.preventDefault();
    own[1](form, event.submitter);
  } else if (form.method === "post") {
    // Only after the browser has read the form: a button that is off would not be sent.
    setTimeout(() => setUnderWay(form, true));
    setTimeout(() => setUnderWay(form, false), 8000);
  }
});

/** Forms that are done here, the first that fits. */
const ownActions = [
  ["[data-passkey-sign-in]", signInWithPasskey],
  ["[data-passkey-register]", registerPasskey],
  ["[data-theme-choice]", chooseTheme],
  ["[data-filter]", (form) => filter(form, "push")],
  ['[method="get" i][data-opens-dialog]', (form, button) => readInto(questionOf(form, button), (answer) => showDialog(answer, button))],
  ['[method="get" i][data-swap]', (form, button) => readInto(questionOf(form, button), (answer) => goTo(answer))],
  ["[method=post][data-sign]", (form, button) => post(form, button, sign)],
  ["dialog form[method=post], form[method=post][data-swap]", (form, button) => post(form, button)],
];

/** The address that a form of method GET asks for, without the fields that say nothing. */
function questionOf(form, button) {
  const url = ownUrl(form.getAttribute("action") || location.pathname);
  const pairs = [...new FormData(form, button)].filter(([, value]) => value !== "");
  url.search = new URLSearchParams(pairs);
  return url;
}

/** Sends a form and shows what comes. `prove` may add headers, after the body is fixed. */
async function post(form, button, prove) {
  const url = ownUrl(button?.getAttribute("formaction") ?? form.getAttribute("action") ?? location.href);
  const body = bodyOf(form, button);
  setUnderWay(form, true);
  hideFailure(form);
  // The answer may be the next step of the same dialog, which carries on what was typed here.
  if (dialog?.contains(form)) carriesInput = holdsInput();
  try {
    const proof = prove ? await prove(url, body) : {};
    const headers = { "content-type": "application/x-www-form-urlencoded", accept: "text/html", ...proof };
    receive(await fetchPage(url, { method: "POST", body, headers }));
  } catch (failure) {
    // Whether it was done is unknown after a lost connection, so it is not sent again by itself.
    showFailure(form, failure);
  } finally {
    setUnderWay(form, false);
  }
}

/** Shows the answer to a form: another dialog in the place of the dialog, or a page in the place of the page. */
function receive(answer) {
  if (dialog && dialogIn(answer.page) && !answer.moved) {
    showDialog(answer);
    // What was made is on the page below only after it is read again.
    if (answer.status === 200) dialog.firstElementChild.setAttribute("data-changed", "");
    return;
  }
  goTo(answer.moved || answer.status === 200 ? answer : { ...answer, url: ownUrl(location.href) });
}

/** Says under a form why nothing came of it. */
function showFailure(form, failure) {
  const place = form.querySelector("[data-failed]") ?? form.insertBefore(document.createElement("p"), form.querySelector("footer"));
  if (!place.hasAttribute("data-failed")) {
    place.className = "error";
    place.setAttribute("role", "alert");
    place.setAttribute("data-failed", "");
  }
  place.dataset.failed ||= place.textContent || document.body.dataset.textPasskeyFailed;
  if (failure instanceof Refused) place.textContent = failure.message;
  else place.textContent = failure instanceof TypeError ? document.body.dataset.textFailed : place.dataset.failed;
  place.hidden = false;
}

function hideFailure(form) {
  const place = form.querySelector("[data-failed]");
  if (place) place.hidden = true;
}

/** A page that comes back from the cache of the browser has its buttons as they were left. */
addEventListener("pageshow", (event) => {
  if (event.persisted) for (const form of document.forms) setUnderWay(form, false);
});
