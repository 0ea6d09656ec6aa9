/* Scripts that a page can be read without come when it is there, one at a time, so that none keeps the browser busy for
   long: those of the theme's buttons at once, those of the buttons that copy code when the reader first moves. */
"use strict";

{
  const rest = window.requestIdleCallback || setTimeout;
  const load = (when) => {
    const waiting = document.querySelector(`script[data-late="${when}"]`);
    if (!waiting) return;
    const script = document.createElement("script");
    script.src = waiting.dataset.src;
    script.onload = script.onerror = () => {
      waiting.remove();
      rest(() => load(when));
    };
    document.head.append(script);
  };
  const moves = ["pointermove", "pointerdown", "keydown", "focusin"];
  const moved = () => {
    for (const move of moves) removeEventListener(move, moved);
    load("moved");
  };
  addEventListener("load", () => {
    for (const move of moves) addEventListener(move, moved, { passive: true });
    rest(() => load("there"));
  });
}
