// Rows that are selected, and what can be done with them.

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
  if (said) said.textContent = said.dataset.text.replace("{count}", count);
}
