// Values are copied.

addEventListener("click", async (event) => {
  const button = event.target.closest?.("button[data-copy]");
  const source = button && document.querySelector(button.dataset.copy);
  if (!source) return;
  await copy(source.value ?? source.textContent, source);
  announce(button.dataset.copied);
  button.classList.add("done");
  const title = (button.dataset.title ??= button.title);
  button.title = button.dataset.copied;
  clearTimeout(button.timer);
  button.timer = setTimeout(() => {
    button.classList.remove("done");
    button.title = title;
  }, 1600);
});

/** Pages over plain HTTP have no clipboard of their own; there the old command does it. */
async function copy(text, source) {
  if (navigator.clipboard) {
    try {
      return await navigator.clipboard.writeText(text);
    } catch {
      // Not allowed here: the old command asks nobody.
    }
  }
  const box = document.createElement("textarea");
  box.value = text;
  box.className = "visually-hidden";
  source.parentElement.append(box);
  const before = document.activeElement;
  box.select();
  document.execCommand("copy");
  box.remove();
  before?.focus({ preventScroll: true });
}
