/* A page whose far boxes have guessed heights (course.css) is laid out as a whole before a link within it is followed,
   and when it is loaded again, where it then shows what it showed. */
"use strict";

{
  const { dataset } = document.documentElement;
  const boxes = document.querySelectorAll(".bd-article [style^='--nn-high']");
  const top = (box) => box.getBoundingClientRect().top;
  const key = `nn-place ${location.pathname}`;

  addEventListener("hashchange", () => {
    let target = null;
    try { target = document.getElementById(decodeURIComponent(location.hash.slice(1))); } catch { /* a stray % */ }
    if (!target || "whole" in dataset) return;
    dataset.whole = "";
    target.scrollIntoView();
  });

  addEventListener("pagehide", () => {
    let at = -1;
    while (at + 1 < boxes.length && top(boxes[at + 1]) <= 0) at++;
    try {
      if (at < 0) sessionStorage.removeItem(key);
      else sessionStorage.setItem(key, `${at} ${top(boxes[at])}`);
    } catch { /* storage may be forbidden */ }
  });

  if ("whole" in dataset && !location.hash) {
    let kept = null;
    try { kept = sessionStorage.getItem(key); } catch { /* the same */ }
    const [at, before] = (kept || "").split(" ").map(Number);
    if (kept && boxes[at]) {
      history.scrollRestoration = "manual";
      addEventListener("load", () => scrollBy({ top: top(boxes[at]) - before, behavior: "instant" }));
    }
  }
}
