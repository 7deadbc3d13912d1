// Fetched pages are put in the place of what is shown, with the focus and the way back kept.

/** True when a page comes from another version of the server, whose script this is not. */
function isOfAnotherVersion(page) {
  const name = (of) => of.querySelector('script[type="module"]')?.getAttribute("src");
  return name(page) !== name(document);
}

/** How an element is found again in a page that takes this one's place. */
function trace(element) {
  if (!element || element === document.body) return null;
  if (element.id) return `#${CSS.escape(element.id)}`;
  const by = (attribute) => element.hasAttribute(attribute) && `[${attribute}="${CSS.escape(element.getAttribute(attribute))}"]`;
  // What has an id is found by that alone: two links may lead to the same place, such as Refresh to any.
  const found = (by("href") && `${by("href")}:not([id])`) || (by("name") && by("name") + (by("value") || ""));
  return found ? element.localName + found : null;
}

/** Replaces elements, and puts the focus and the caret back where they were. */
function replaceKeepingFocus(old, fresh) {
  const active = old.contains(document.activeElement) ? document.activeElement : null;
  const way = trace(active);
  const caret = active?.matches("input[type=text], input[type=search], input:not([type])") ? active.selectionStart : null;
  old.replaceWith(document.adoptNode(fresh));
  enhance(fresh);
  const again = way && (fresh.querySelector(way) ?? (fresh.matches(way) ? fresh : null));
  const place = active?.closest("[id][tabindex]");
  const around = place && place !== old ? fresh.querySelector(`#${CSS.escape(place.id)}`) : null;
  if (active) (again ?? around ?? fresh).focus({ preventScroll: true });
  if (again && caret !== null) again.setSelectionRange?.(caret, caret);
}

/** Puts the main part of a page in the place of this one's; the whole page where their frames differ. */
function showMain({ page, url }) {
  // This page is as new as what the dialog changed.
  dialog?.querySelector("[data-changed]")?.removeAttribute("data-changed");
  closeDialog();
  document.title = page.title;
  shown = url.pathname + url.search;
  const framed = (of) => of.querySelector(".frame") !== null;
  const place = (of) => of.querySelector(".side [aria-current]")?.getAttribute("href");
  if (framed(page) !== framed(document)) {
    document.body.replaceChildren(...[...page.body.childNodes].map((node) => document.adoptNode(node)));
    enhance(document.body);
    document.getElementById("content")?.focus({ preventScroll: true });
  } else {
    if (place(page) !== place(document)) {
      const fresh = [...page.querySelectorAll(".places")];
      for (const [index, old] of document.querySelectorAll(".places").entries()) old.replaceWith(document.adoptNode(fresh[index]));
    }
    replaceKeepingFocus(document.getElementById("content"), page.getElementById("content"));
  }
  announceNotice();
}

/** The same, and makes it a step in history: `"push"`, `"replace"` or `"none"`. */
function goTo(answer, step = "push") {
  if (isOfAnotherVersion(answer.page)) return leaveFor(answer.url);
  if (step !== "none") remember(answer.url, step);
  showMain(answer);
}

/** Writes an address into history, and how far this page was scrolled for the way back to it. */
function remember(url, step) {
  history.replaceState({ scroll: scrollY }, "");
  if (step === "push" && url.href !== location.href) history.pushState({}, "", url);
  else history.replaceState({}, "", url);
  shown = url.pathname + url.search;
}

addEventListener("popstate", (event) => {
  reading?.abort();
  if (location.pathname + location.search === shown) return;
  if (mustStay()) {
    // The step was taken already: it is undone, and the question is asked first.
    history.pushState({}, "", shown);
    return leaveDialog(event);
  }
  readInto(location.href, (answer) => {
    goTo(answer, "none");
    scrollTo(0, event.state?.scroll ?? 0);
  });
});
