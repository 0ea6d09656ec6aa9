/* What the reader has done, remembered by this browser alone: chapters read to their summary, and first answers to
   quiz questions. Nothing is sent anywhere. */
"use strict";

{
  const KEY = "nn-progress";
  const PAGE = location.pathname.split("/").pop().replace(".html", "");

  const load = () => {
    try { return JSON.parse(localStorage.getItem(KEY)) || {}; } catch { return {}; } // storage may be forbidden
  };
  const store = (change) => {
    const all = load();
    all[PAGE] = { read: false, quiz: {}, ...all[PAGE] };
    change(all[PAGE]);
    try { localStorage.setItem(KEY, JSON.stringify(all)); } catch { /* then it is forgotten with the page */ }
  };

  /* A tick beside each chapter that was read. */
  const tick = () => {
    const all = load();
    for (const link of document.querySelectorAll(".bd-links a.internal")) {
      const page = new URL(link.href).pathname.split("/").pop().replace(".html", "");
      link.querySelector(".nn-read")?.remove();
      if (!all[page]?.read) continue;
      const mark = document.createElement("span");
      mark.className = "nn-read";
      mark.setAttribute("role", "img");
      mark.setAttribute("aria-label", "read");
      link.append(mark);
    }
  };

  const summary = document.querySelector("section#summary");
  if (summary) {
    new IntersectionObserver((entries, observer) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      observer.disconnect();
      store((mine) => { mine.read = true; });
      tick();
    }).observe(summary);
  }
  tick();

  /* The first choice that is opened is the answer to a question. */
  const quiz = document.querySelector("section#quiz");
  if (quiz) {
    const questions = [];
    for (const part of quiz.children) {
      if (part.matches("p") && part.querySelector("strong")) questions.push([]);
      else if (part.matches("details")) questions.at(-1)?.push(part);
    }
    const result = document.createElement("p");
    result.className = "nn-result";
    result.setAttribute("role", "status");
    const again = document.createElement("button");
    again.type = "button";
    again.className = "nn-reset";
    again.textContent = "Start again";
    const show = () => {
      const given = Object.values(load()[PAGE]?.quiz || {});
      const right = given.filter(Boolean).length;
      result.textContent = given.length
        ? `Answered ${given.length} of ${questions.length}, ${right} right at the first try. ` : "";
      if (given.length) result.append(again);
    };
    questions.forEach((choices, number) => {
      for (const choice of choices) {
        choice.addEventListener("toggle", () => {
          if (!choice.open) return;
          store((mine) => { mine.quiz[number] ??= /^\s*Right\b/.test(choice.querySelector(".sd-card-body").textContent); });
          show();
        });
      }
    });
    again.addEventListener("click", () => {
      for (const choice of questions.flat()) choice.open = false;
      store((mine) => { mine.quiz = {}; });
      show();
      questions[0][0].querySelector("summary").focus();
    });
    quiz.append(result);
    show();
  }
}
