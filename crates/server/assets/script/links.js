// Links that open a dialog, change a part of the page, or close a dialog.

const isPlainClick = (event) => event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);

addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  if (!link || event.defaultPrevented || !isPlainClick(event) || link.target || link.hasAttribute("download")) return;
  const url = ownUrl(link.href);
  if (!isOurs(url)) return;
  if (leavesDialog(link, url)) {
    event.preventDefault();
    // Cancel undoes; the cross and Close only leave, and what was typed may be dear.
    if (link.matches(".close, [data-close]") && holdsInput()) askToDiscard();
    else closeDialog();
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
  return cross && (cross === link || link.hasAttribute("data-close") || cross.href === url.href);
}
