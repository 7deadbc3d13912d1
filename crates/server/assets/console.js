// What the console does where scripts run. Every page works without it: links lead and forms are sent by
// themselves. Here they are fetched instead, and put in place without leaving the page.

const root = document.documentElement;
root.classList.add("scripted");

// ---- Fetching -------------------------------------------------------------------------------------------

/** What is under way: a later read makes an earlier one pointless. Changes are never given up. */
let reading = null;
/** Forms whose answer has not come yet, so that nothing is sent twice. */
const underWay = new WeakSet();
/** The page that stands in the window, to tell a step through history from one within the page. */
let shown = location.pathname + location.search;

const isOurs = (url) => url.origin === location.origin && url.pathname.startsWith("/console");
const ownUrl = (text) => new URL(text, location.href);

/** Fetches a page. Gives its document, address and status; throws where it is not a page. */
async function fetchPage(url, options = {}) {
  const response = await fetch(url, { headers: { accept: "text/html" }, ...options });
  if (response.status === 401) {
    leaveFor(`/console/sign-in?return=${encodeURIComponent(shown)}`);
    return new Promise(() => {});
  }
  if (!response.headers.get("content-type")?.startsWith("text/html")) throw new TypeError("not a page");
  // A parsed document runs no scripts, and its elements run none when they are taken over.
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  return { page, url: ownUrl(response.url), status: response.status, moved: response.redirected };
}

/** Reads a page, giving up what was being read before. */
async function read(url) {
  reading?.abort();
  const mine = (reading = new AbortController());
  document.body.classList.add("busy");
  try {
    return await fetchPage(url, { signal: mine.signal });
  } finally {
    if (reading === mine) document.body.classList.remove("busy");
  }
}

/** Goes to a page in the usual way. */
function leaveFor(url) {
  location.assign(url);
}

/** Reads a page and does something with it; where that fails, the browser goes there by itself. */
async function readInto(url, show) {
  try {
    show(await read(url));
  } catch (failure) {
    if (failure.name !== "AbortError") leaveFor(url);
  }
}

// ---- Putting pages in place -----------------------------------------------------------------------------

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
  const found = by("href") || (by("name") && by("name") + (by("value") || ""));
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
  if (active) (again ?? fresh).focus({ preventScroll: true });
  if (again && caret !== null) again.setSelectionRange?.(caret, caret);
}

/** Puts the main part of a page in the place of this one's; the whole page where their frames differ. */
function showMain({ page, url }) {
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
  readInto(location.href, (answer) => {
    goTo(answer, "none");
    scrollTo(0, event.state?.scroll ?? 0);
  });
});

// ---- Saying what happened -------------------------------------------------------------------------------

/** A live region of its own: one that is replaced together with its text is not read out. */
const herald = document.createElement("div");
herald.className = "visually-hidden";
herald.setAttribute("role", "status");

function announce(text) {
  if (!herald.isConnected) root.append(herald);
  herald.textContent = "";
  setTimeout(() => { herald.textContent = text; }, 60);
}

function announceNotice() {
  const notice = document.querySelector("#content > .notice[role=status]");
  if (!notice) return;
  notice.removeAttribute("role");
  announce(notice.textContent.trim());
  notice.scrollIntoView({ block: "nearest" });
}

// ---- Dialogs --------------------------------------------------------------------------------------------

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

/** The first field that is wrong, or has to be filled; where something is deleted, Enter must not do it by accident. */
function focusIn(box) {
  const must = box.querySelector(".buttons .danger") ? "[required]" : ":is(input, select, textarea):not([readonly])";
  const first = box.querySelector("[aria-invalid=true]") ?? box.querySelector("[autofocus]") ?? box.querySelector(`form .field ${must}`);
  const title = box.querySelector("h1");
  title?.setAttribute("tabindex", "-1");
  (first ?? title)?.focus();
  const said = box.querySelector(".error[role=alert]");
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

// ---- Links ----------------------------------------------------------------------------------------------

const isPlainClick = (event) => event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);

addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  if (!link || event.defaultPrevented || !isPlainClick(event) || link.target || link.hasAttribute("download")) return;
  const url = ownUrl(link.href);
  if (!isOurs(url)) return;
  if (leavesDialog(link, url)) {
    event.preventDefault();
    closeDialog();
  } else if (link.hasAttribute("data-opens-dialog") || (dialog?.contains(link) && link.hasAttribute("data-swap"))) {
    event.preventDefault();
    readInto(url, (answer) => showDialog(answer, link));
  } else if (link.hasAttribute("data-swap")) {
    event.preventDefault();
    closeMenus();
    readInto(url, (answer) => {
      goTo(answer);
      if (link.closest(".pager")) document.getElementById("results")?.scrollIntoView({ block: "nearest" });
    });
  }
});

/** The cross of a dialog, and whatever leads where the cross leads: it stands above that page already. */
function leavesDialog(link, url) {
  const cross = dialog?.contains(link) && dialog.querySelector("a.close");
  return cross && (cross === link || cross.href === url.href);
}

// ---- Forms ----------------------------------------------------------------------------------------------

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

// ---- Filters --------------------------------------------------------------------------------------------

let typing = 0;

/** Asks for the list that a filter form describes, and shows its rows without touching the form. */
function filter(form, step) {
  clearTimeout(typing);
  readInto(questionOf(form), (answer) => {
    const [old, fresh] = [document.getElementById("results"), answer.page.getElementById("results")];
    if (answer.status !== 200 || !old || !fresh || isOfAnotherVersion(answer.page)) return goTo(answer, step);
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
  typing = setTimeout(() => filter(form, "replace"), 250);
});

addEventListener("change", (event) => {
  const form = event.target.form;
  if (event.target.matches("[data-reveal]") || !form) return;
  if (form.matches("[data-filter], [data-submit-on-change]") && !event.target.matches("input[type=text], input[type=search], input:not([type])")) {
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
/** Enter in such a box looks, and does not send the form that it stands in. */
addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.dataset?.narrows) event.preventDefault();
});

// ---- Menus ----------------------------------------------------------------------------------------------

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
  panel.style.left = `${Math.max(8, Math.min(summary.right - panel.offsetWidth, innerWidth - panel.offsetWidth - 8))}px`;
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
  // The entries of a menu that is only now opening can take the focus after it is laid out.
  requestAnimationFrame(() => entries.at(next % entries.length)?.focus());
}

// ---- Selecting rows -------------------------------------------------------------------------------------

addEventListener("change", (event) => {
  const box = event.target;
  if (box.matches("[data-select-all]")) {
    for (const row of rowsOf(box)) row.checked = box.checked;
  }
  if (box.matches("[data-select-all], [data-select]")) showSelection();
});

const rowsOf = (box) => box.closest("table").querySelectorAll("[data-select]");

/** Shows how many rows are selected, and what can be done with them. */
function showSelection() {
  const bar = document.querySelector("[data-selection-bar]");
  const rows = [...document.querySelectorAll("[data-select]")];
  const count = rows.filter((row) => row.checked).length;
  const all = document.querySelector("[data-select-all]");
  if (all) {
    all.checked = count > 0 && count === rows.length;
    all.indeterminate = count > 0 && count < rows.length;
  }
  if (!bar) return;
  bar.classList.toggle("some", count > 0);
  const said = bar.querySelector("[data-selected]");
  if (said) said.textContent = (count === 1 ? said.dataset.one : said.dataset.several).replace("{count}", count);
}

// ---- Copying and secrets --------------------------------------------------------------------------------

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

// ---- Times ----------------------------------------------------------------------------------------------

const pad = (number, digits = 2) => String(number).padStart(digits, "0");

/** How far the viewer's zone is from UTC at a moment, as `+01:00`. */
function offsetAt(at) {
  const minutes = -at.getTimezoneOffset();
  return `${minutes < 0 ? "-" : "+"}${pad(Math.trunc(Math.abs(minutes) / 60))}:${pad(Math.abs(minutes) % 60)}`;
}

/** Writes a time in the viewer's zone, in as many letters as it had in UTC. */
function localise(time) {
  const at = new Date(time.dateTime);
  const [day, hour] = [time.querySelector(".date"), time.querySelector(".time")];
  if (Number.isNaN(at.getTime()) || !day) return;
  const date = `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}`;
  const minute = `${pad(at.getHours())}:${pad(at.getMinutes())}`;
  day.textContent = date;
  if (hour) hour.textContent = minute;
  time.title = `${date} ${minute}:${pad(at.getSeconds())}.${pad(at.getMilliseconds(), 3)} ${offsetAt(at)}`;
}

// ---- Looks ----------------------------------------------------------------------------------------------

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

// ---- Passkeys -------------------------------------------------------------------------------------------

/** What the server said against something, to be shown as it is. */
class Refused extends Error {}

const toBytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
const toText = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const toHex = (bytes) => [...new Uint8Array(bytes)].map((byte) => pad(byte.toString(16))).join("");
const ofUuid = (uuid) => Uint8Array.from(uuid.replaceAll("-", "").match(/../g), (pair) => Number.parseInt(pair, 16));

/** Sends JSON to the server and reads its answer; what it refuses is thrown with its own words. */
async function call(path, value) {
  const response = await fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json", "x-jeton-request": "1" },
    body: value === undefined ? undefined : JSON.stringify(value),
  });
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  const rules = (answer.fields ?? []).map(({ field, rule }) => `${field}: ${rule}`);
  throw answer.title ? new Refused([answer.detail ?? answer.title, ...rules].join(" · ")) : new Error(response.status);
}

/** Asks the authenticator to sign a challenge with one of these passkeys, or with any of this site. */
async function answerTo(challenge, credentials = []) {
  const { id: _, rawId, response } = await navigator.credentials.get({
    publicKey: {
      challenge: toBytes(challenge.challenge),
      rpId: challenge.relying_party_id,
      allowCredentials: credentials.map((credential) => ({ type: "public-key", id: toBytes(credential) })),
      userVerification: "required",
    },
  });
  return {
    kind: "passkey",
    credential: toText(rawId),
    client_data: toText(response.clientDataJSON),
    authenticator_data: toText(response.authenticatorData),
    signature: toText(response.signature),
    ...(response.userHandle?.byteLength ? { user_handle: toText(response.userHandle) } : {}),
  };
}

/** Has exactly this form signed: the header that goes with it. */
async function sign(url, body) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(body));
  const challenge = await call("/v1/actions/challenges", {
    method: "POST",
    path: url.pathname + url.search,
    body_sha256: toHex(digest),
  });
  const passkeys = challenge.signers.filter((signer) => signer.kind === "passkey").map((signer) => signer.credential);
  const answer = await answerTo(challenge, passkeys);
  const { action } = await call("/v1/actions", { challenge_identifier: challenge.challenge_identifier, answer });
  return { "x-jeton-action": action };
}

/** Runs what a form of passkeys does, with its buttons off, and says where it fails. */
async function ceremony(form, steps) {
  setUnderWay(form, true);
  hideFailure(form);
  try {
    await steps();
  } catch (failure) {
    showFailure(form, failure);
    setUnderWay(form, false);
  }
}

function signInWithPasskey(form) {
  return ceremony(form, async () => {
    const challenge = await call("/v1/sessions/challenges");
    const answer = await answerTo(challenge);
    await call("/v1/sessions/passkeys", { challenge_identifier: challenge.challenge_identifier, answer });
    // The server has checked where this leads: to a page of the console.
    leaveFor(form.elements.return.value);
  });
}

function registerPasskey(form) {
  return ceremony(form, async () => {
    const challenge = await call("/v1/signers/challenges");
    const { ownerId, ownerName, ownerEmail } = form.dataset;
    const { rawId, response } = await navigator.credentials.create({
      publicKey: {
        challenge: toBytes(challenge.challenge),
        rp: { id: challenge.relying_party_id, name: document.querySelector(".brand")?.textContent.trim() || "Jeton" },
        user: { id: ofUuid(ownerId), name: ownerEmail || ownerName, displayName: ownerName },
        pubKeyCredParams: [-7, -8, -257].map((alg) => ({ type: "public-key", alg })),
        excludeCredentials: challenge.signers
          .filter((signer) => signer.kind === "passkey")
          .map((signer) => ({ type: "public-key", id: toBytes(signer.credential) })),
        authenticatorSelection: { residentKey: "required", requireResidentKey: true, userVerification: "required" },
        attestation: "none",
      },
    });
    const password = form.elements.password?.value;
    await call("/v1/signers", {
      challenge_identifier: challenge.challenge_identifier,
      name: form.elements.name.value,
      registration: {
        kind: "passkey",
        credential: toText(rawId),
        client_data: toText(response.clientDataJSON),
        attestation: toText(response.attestationObject),
      },
      ...(password ? { current_password: password } : {}),
    });
    leaveFor(form.dataset.then ?? location.pathname);
  });
}

// ---- Beginning ------------------------------------------------------------------------------------------

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
