// Pages are fetched here: one read at a time, and never a form twice.

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

/** True once the script itself goes to another page. */
let leaving = false;

/** Goes to a page in the usual way. */
function leaveFor(url) {
  leaving = true;
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
