/* What is wider than its box scrolls: then it can be reached by keyboard, too. Asked when a box gets its size, all boxes
   at once and before any is changed, so that the browser lays out the page once. */
"use strict";

{
  const boxes = new ResizeObserver((entries) => {
    const wide = entries.map(({ target }) =>
      target.scrollWidth > target.clientWidth || target.scrollHeight > target.clientHeight);
    entries.forEach(({ target }, i) => {
      if (wide[i]) target.tabIndex = 0;
      else if (target.hasAttribute("tabindex")) target.removeAttribute("tabindex");
    });
  });
  const kinds = "pre, .nn-formula, .cell_output > .output, .pst-scrollable-table-container";
  for (const box of document.querySelectorAll(kinds)) boxes.observe(box);
}
