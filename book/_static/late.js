/* The theme's scripts, and those of the buttons that copy code, serve hands: they come when the reader first moves.
   A click on one of the theme's buttons before they are there is held and made again. */
"use strict";

{
  const moves = ["pointermove", "pointerdown", "keydown", "focusin", "scroll"];
  let held = null;
  const hold = (event) => {
    const button = event.target.closest("button.btn, button.sidebar-toggle");
    if (!button) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    held = button;
  };
  const come = () => {
    for (const move of moves) removeEventListener(move, come, true);
    const waiting = [...document.querySelectorAll("script[data-late]")];
    waiting.sort((a, b) => a.dataset.late - b.dataset.late);
    waiting.forEach((place, i) => {
      const script = document.createElement("script");
      script.src = place.dataset.src;
      script.async = false; // fetched together, run in this order
      script.onload = script.onerror = () => {
        place.remove();
        if (i < waiting.length - 1) return;
        removeEventListener("click", hold, true);
        held?.click();
      };
      document.head.append(script);
    });
  };
  addEventListener("click", hold, true);
  for (const move of moves) addEventListener(move, come, { capture: true, passive: true });
}
