// Dialogs: the page of a question, shown above the page that asked for it.

/** The open dialog, and what had the focus before it. */
let dialog = null;
let opener = null;

const dialogIn = (page) => page.querySelector("article[data-dialog]");

/** Shows the dialog of a page above this one; what has none is shown as a page. */
function showDialog(answer, from) {
  const content = dialogIn(answer.page);
  if (!content || isOfAnotherVersion(answer.page)) return goTo(answer);
  closeMenus();
  if (!dialog) {
    opener = from ?? document.activeElement;
    dialog = document.createElement("dialog");
    dialog.addEventListener("close", forgetDialog);
    dialog.addEventListener("mousedown", closeFromOutside);
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
  const changed = dialog?.querySelector("[data-changed]");
  dialog?.remove();
  dialog = null;
  if (changed) readInto(location.href, (answer) => goTo(answer, "replace"));
  const way = trace(opener);
  const back = opener?.isConnected ? opener : way && document.querySelector(way);
  // An entry of a menu that has closed again cannot take the focus; the button of the menu can.
  (back?.closest("details.menu")?.querySelector("summary") ?? back ?? document.getElementById("content"))?.focus({ preventScroll: true });
  opener = null;
}

/** A press beside the dialog closes it, but not where something was typed into it. */
function closeFromOutside(event) {
  if (event.target !== dialog) return;
  const typed = [...dialog.querySelectorAll("input, textarea, select")].some(
    (field) => field.type !== "hidden" && "defaultValue" in field && (field.value !== field.defaultValue || field.checked !== field.defaultChecked),
  );
  if (!typed && !dialog.querySelector("[data-secret]")) closeDialog();
}

/** Escape must not lose a secret that is shown only once. */
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && dialog?.querySelector("[data-secret]")) event.preventDefault();
}, true);
