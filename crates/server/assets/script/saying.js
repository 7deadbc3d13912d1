// What happened is said to those who do not see it.

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
