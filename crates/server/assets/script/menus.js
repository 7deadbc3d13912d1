// Menus: opened, walked through and closed with keys, and placed above what scrolls.

const openMenus = () => document.querySelectorAll("details.menu[open]");
const entriesOf = (menu) => [...menu.querySelectorAll("a[href], button, input:not([type=hidden]), select")].filter((entry) => !entry.disabled);

function closeMenus(except) {
  for (const menu of openMenus()) if (menu !== except) menu.open = false;
}

/** Menus stand above everything, wherever the table that they belong to scrolls. */
function placeMenu(menu) {
  const panel = menu.querySelector(":scope > :not(summary)");
  const summary = menu.firstElementChild.getBoundingClientRect();
  if (!panel || !menu.closest(".scroll")) return;
  panel.style.position = "fixed";
  const below = summary.bottom + 4;
  const above = summary.top - 4 - panel.offsetHeight;
  panel.style.top = `${below + panel.offsetHeight > innerHeight && above > 0 ? above : below}px`;
  const left = menu.matches(".left") ? summary.left : summary.right - panel.offsetWidth;
  panel.style.left = `${Math.max(8, Math.min(left, innerWidth - panel.offsetWidth - 8))}px`;
  panel.style.right = "auto";
}

addEventListener("toggle", (event) => {
  if (!event.target.matches?.("details.menu") || !event.target.open) return;
  closeMenus(event.target);
  placeMenu(event.target);
}, true);
addEventListener("scroll", (event) => {
  for (const menu of openMenus()) if (menu.closest(".scroll") && !menu.contains(event.target)) menu.open = false;
}, { capture: true, passive: true });
addEventListener("resize", () => closeMenus());
addEventListener("pointerdown", (event) => closeMenus(event.target.closest?.("details.menu")));
addEventListener("focusin", (event) => closeMenus(event.target.closest?.("details.menu")));

addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("details.menu");
  if (!menu) return;
  const typesHere = event.target.matches("select, input:not([type=checkbox], [type=radio])");
  if (event.key === "Escape" && menu.open) {
    event.preventDefault();
    menu.open = false;
    menu.firstElementChild.focus();
  } else if (["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key) && !typesHere) {
    event.preventDefault();
    stepThrough(menu, event.key);
  }
});

/** Moves the focus through the entries of a menu, round and round. */
function stepThrough(menu, key) {
  menu.open = true;
  const entries = entriesOf(menu);
  const at = entries.indexOf(document.activeElement);
  const next = { ArrowDown: at + 1, ArrowUp: at < 0 ? -1 : at - 1, Home: 0, End: -1 }[key];
  const entry = entries.at(next % entries.length);
  entry?.focus();
  // The entries of a menu that is only now opening can take the focus after it is laid out.
  if (document.activeElement !== entry) requestAnimationFrame(() => entry?.focus());
}
