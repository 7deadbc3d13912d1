// Colours are changed at once.

/** Changes the colours at once, and tells the server for the next page. */
async function chooseTheme(form, button) {
  const body = bodyOf(form, button);
  root.dataset.theme = button.value;
  for (const other of form.querySelectorAll("[name=theme]")) other.setAttribute("aria-pressed", other === button);
  try {
    await fetch(form.action, { method: "POST", body: new URLSearchParams(body), redirect: "manual" });
  } catch {
    // The choice holds for this page; the next one asks the server again.
  }
}
