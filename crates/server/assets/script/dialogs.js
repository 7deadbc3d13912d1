// Dialogs: the page of a question, shown above the page that asked for it.

/** The open dialog, and what had the focus before it. */
let dialog = null;
let opener = null;
/** True when something was typed into an earlier step of the open dialog, which its form carries on. */
let carriesInput = false;
/** The question whether what was typed may be lost, open while it is asked. */
let question = null;

const dialogIn = (page) => page.querySelector("article[data-dialog]");

/** Shows the dialog of a page above this one; what has none is shown as a page. */
function showDialog(answer, from) {
  const content = dialogIn(answer.page);
  if (!content || isOfAnotherVersion(answer.page)) return goTo(answer);
  closeMenus();
  question?.close();
  if (!dialog) {
    opener = from ?? document.activeElement;
    dialog = document.createElement("dialog");
    dialog.addEventListener("close", forgetDialog);
    dialog.addEventListener("mousedown", (event) => { if (event.target === dialog) leaveDialog(event); });
    dialog.addEventListener("cancel", (event) => { if (mustStay()) leaveDialog(event); });
    document.body.append(dialog);
  }
  dialog.replaceChildren(document.adoptNode(content));
  dialog.setAttribute("aria-labelledby", content.getAttribute("aria-labelledby") ?? "dialog-title");
  content.removeAttribute("aria-labelledby");
  dialog.dataset.url = answer.url;
  enhance(dialog);
  if (!dialog.open) dialog.showModal();
  focusIn(dialog);
}

/** Where a dialog begins: at what is wrong, else at its first field when that is typed into, else at its title. */
function focusIn(box) {
  // Where something is deleted, Enter in a field that may stay empty must not do it by accident.
  const must = box.querySelector("footer .danger") ? "[required]" : ":not([readonly])";
  const field = box.querySelector(`form :is(input:not([type=hidden]), select, textarea)${must}`);
  const first = box.querySelector("[aria-invalid=true]") ?? (field?.matches("[type=checkbox], [type=radio]") ? null : field);
  const title = box.querySelector("h1");
  title?.setAttribute("tabindex", "-1");
  (first ?? title)?.focus();
  const said = box.querySelector(".error[role=alert], .notice[role=status]");
  if (said) announce(said.textContent.trim());
}

function closeDialog() {
  dialog?.close();
}

function forgetDialog() {
  // It was opened again before its end was told.
  if (dialog?.open) return;
  const changed = dialog?.querySelector("[data-changed]");
  dialog?.remove();
  dialog = null;
  carriesInput = false;
  question?.close();
  if (changed) readInto(location.href, (answer) => goTo(answer, "replace"));
  const way = trace(opener);
  const back = opener?.isConnected ? opener : way && document.querySelector(way);
  // An entry of a menu that has closed again cannot take the focus; the button of the menu can.
  (back?.closest("details.menu")?.querySelector("summary") ?? back ?? document.getElementById("content"))?.focus({ preventScroll: true });
  opener = null;
}

const isChanged = (field) => {
  if (!field.name || field.type === "hidden") return false;
  if (field.localName !== "select") return field.value !== field.defaultValue || field.checked !== field.defaultChecked;
  const usual = [...field.options].findIndex((option) => option.defaultSelected);
  return field.selectedIndex !== Math.max(usual, 0);
};

/** True when the open dialog has a form into which something was typed. */
const holdsInput = () => dialog !== null && dialog.querySelector("form[method=post]") !== null
  && (carriesInput || [...dialog.querySelectorAll("input, textarea, select")].some(isChanged));

const showsSecret = () => Boolean(dialog?.querySelector("[data-secret]"));

/** True when the open dialog must not go by itself: it shows a secret, or input would be lost. */
const mustStay = () => showsSecret() || holdsInput();

/** Closes the dialog, but asks first where input would be lost; a secret that is shown only once stays. */
function leaveDialog(event) {
  if (!mustStay()) return closeDialog();
  event.preventDefault();
  if (!showsSecret()) askToDiscard();
}

/** Asks whether what was typed may be lost. Whoever turns away from the question keeps it. */
function askToDiscard() {
  const asked = document.getElementById("discard");
  if (!asked || question?.open) return;
  const own = (question = document.createElement("dialog"));
  question.className = "question";
  question.setAttribute("role", "alertdialog");
  question.setAttribute("aria-labelledby", "discard-title");
  question.setAttribute("aria-describedby", "discard-text");
  question.append(asked.content.cloneNode(true));
  question.addEventListener("click", (event) => {
    const discards = event.target.closest("[data-discard]");
    if (discards || event.target.closest("[data-keep]")) own.close();
    if (discards) closeDialog();
  });
  // Browsers tell of a close some time after it: by then the next question may be asked.
  question.addEventListener("close", () => own.remove());
  document.body.append(question);
  question.showModal();
}

/** Escape leaves as a press beside the dialog does. Browsers let a page stop it here every time, and at `cancel` once. */
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && dialog && !question?.open && mustStay()) leaveDialog(event);
}, true);

/** A page that is closed or read again takes the dialog with it; the browser asks then. */
addEventListener("beforeunload", (event) => {
  if (!leaving && mustStay()) event.preventDefault();
});
