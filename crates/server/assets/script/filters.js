// Filters ask as soon as they change, and lists of choices are narrowed down.

let typing = 0;

/** True when the text field holds a whole secret: it is said there, and must not come into an address. */
function holdsSecret(form) {
  const field = form.elements.q;
  if (!form.dataset.textSecret || !field) return false;
  // What secrets look like stands in the page, so that browsers without scripts refuse them as well.
  field.setCustomValidity(field.validity.patternMismatch ? form.dataset.textSecret : "");
  return field.validity.customError && !field.reportValidity();
}

/** Asks for the list that a filter form describes, and shows its rows without touching the form. */
function filter(form, step) {
  clearTimeout(typing);
  if (holdsSecret(form)) return;
  readInto(questionOf(form), (answer) => {
    const [old, fresh] = [document.getElementById("results"), answer.page.getElementById("results")];
    // What was wrong with the form before is said in it until the whole page is shown.
    if (form.querySelector("[aria-invalid]") || answer.status !== 200 || !old || !fresh || isOfAnotherVersion(answer.page)) return goTo(answer, step);
    // The page may know a shorter address for the same list than the form made.
    remember(fresh.dataset.address ? ownUrl(fresh.dataset.address) : answer.url, step);
    document.title = answer.page.title;
    replaceKeepingFocus(old, fresh);
    const count = fresh.querySelector("[data-count]");
    if (count) announce(count.textContent.trim());
  });
}

addEventListener("input", (event) => {
  const form = event.target.form;
  if (!form?.matches("[data-filter]") || !event.target.matches("input:not([type=checkbox], [type=radio], [type=date], [type=datetime-local])")) return;
  clearTimeout(typing);
  if (holdsSecret(form)) return;
  typing = setTimeout(() => filter(form, "replace"), 250);
});

addEventListener("change", (event) => {
  const form = event.target.form;
  if (event.target.matches("[data-reveal]") || !form) return;
  if (form.matches("[data-filter]") && !event.target.matches("input[type=text], input[type=search], input:not([type])")) {
    form.requestSubmit();
  }
});

/** A search box over choices on the page itself: `data-narrows` names what it narrows down. */
addEventListener("input", (event) => {
  const list = event.target.dataset?.narrows && document.querySelector(event.target.dataset.narrows);
  if (!list) return;
  const words = event.target.value.toLowerCase().split(/\s+/);
  for (const choice of list.children) {
    choice.hidden = !words.every((word) => choice.textContent.toLowerCase().includes(word));
  }
});
/** Enter in a box that searches within a form looks, and does not send the form. */
addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches?.("form:not([data-filter]) input[type=search]")) return;
  event.preventDefault();
  if (!event.target.dataset.narrows) event.target.closest(".row")?.querySelector("button")?.click();
});
