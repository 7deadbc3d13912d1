// What is done to each page, and at last to this one.

/** Does to new elements what no listener can do for them. */
function enhance(within) {
  for (const time of within.querySelectorAll("time[datetime]")) localise(time);
  if (globalThis.PublicKeyCredential) {
    for (const form of within.querySelectorAll("[data-passkey-sign-in], [data-passkey-register]")) form.hidden = false;
  }
  for (const zone of within.querySelectorAll("[data-zone]")) {
    zone.textContent = zone.dataset.zone.replace("{zone}", Intl.DateTimeFormat().resolvedOptions().timeZone);
  }
  showSelection();
}

enhance(document.body);
