// Menus: opened, walked through and closed with keys, and placed above what scrolls.

const openMenus = () => document.querySelectorAll("details.menu[open]");
const entriesOf = (menu) => [...menu.querySelectorAll("a[href], button, input:not([type=hidden]), select")].filter((entry) => !entry.disabled);

/** A hidden entry would lose the focus: a menu that closes gives it to its button. */
function closeMenu(menu) {
  const holdsFocus = menu.contains(document.activeElement);
  menu.open = false;
  if (holdsFocus) menu.firstElementChild.focus({ preventScroll: true });
}

function closeMenus(except) {
  for (const menu of openMenus()) if (menu !== except) closeMenu(menu);
}

/** Menus stand above everything, wherever the table that they belong to scrolls; out of sight they close. */
function placeMenu(menu) {
  const panel = menu.querySelector(":scope > :not(summary)");
  const scroller = menu.closest(".scroll");
  if (!panel || !scroller) return;
  const summary = menu.firstElementChild.getBoundingClientRect();
  const seen = scroller.getBoundingClientRect();
  const isSeen = summary.left < seen.right && summary.right > seen.left && summary.top < innerHeight && summary.bottom > 0;
  if (!isSeen) return closeMenu(menu);
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
  for (const menu of openMenus()) if (!menu.contains(event.target)) placeMenu(menu);
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
    closeMenu(menu);
  } else if (["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key) && !typesHere) {
    event.preventDefault();
    stepThrough(menu, event.key);
  }
});

/** Moves the focus through the entries of a menu, round and round. */
function stepThrough(menu, key) {
  menu.open = true;
  // Before an entry is focused: the table would scroll to where the menu was laid out at first.
  placeMenu(menu);
  const entries = entriesOf(menu);
  const at = entries.indexOf(document.activeElement);
  const next = { ArrowDown: at + 1, ArrowUp: at < 0 ? -1 : at - 1, Home: 0, End: -1 }[key];
  const entry = entries.at(next % entries.length);
  entry?.focus();
  // The entries of a menu that is only now opening can take the focus after it is laid out.
  if (document.activeElement !== entry) requestAnimationFrame(() => entry?.focus());
}
