/* Interactive figures on the plain website: native controls choose one of the frames that the page carries.
   A frame is a template and what differs in it; nnlib/frames.py says how it is packed. */
"use strict";

async function unpack(text) {
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

function frame(panel, index) {
  const [k, texts, steps] = panel.frames[index];
  const { pieces, kinds } = panel.templates[k];
  let svg = pieces[0], text = 0, step = 0, tenths = 0;
  for (let i = 0; i < kinds.length; i++) {
    if (kinds[i] === "n") {
      tenths += steps[step++];
      svg += tenths / 10;
    } else {
      svg += texts[text++];
    }
    svg += pieces[i + 1];
  }
  return svg;
}

async function start(figure) {
  const form = figure.querySelector(".nn-controls");
  const controls = [...form.querySelectorAll("[name]")];
  const picture = figure.querySelector(".nn-panels");
  const says = figure.querySelector(".nn-says");
  const { panels, says: sentences } = await unpack(figure.querySelector(".nn-frames").textContent);
  const size = (c) => (c.type === "range" ? Number(c.max) + 1 : c.options.length);
  const at = (c) => (c.type === "range" ? Number(c.value) : c.selectedIndex);
  let shown = -1, waiting = false;

  function draw() {
    waiting = false;
    const index = controls.reduce((sum, c) => sum * size(c) + at(c), 0);
    if (index === shown) return;
    shown = index;
    picture.innerHTML = panels.map((panel) => frame(panel, index)).join("");
    says.textContent = sentences[index];
  }

  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", (event) => {
    const c = event.target;
    if (c.type === "range") {
      const text = c.dataset.texts.split("|")[at(c)];
      c.setAttribute("aria-valuetext", text);
      c.nextElementSibling.textContent = text;
    }
    if (!waiting) {
      waiting = true; // at most one drawing a screen refresh, however fast the slider moves
      requestAnimationFrame(draw);
    }
  });
  form.hidden = false;
}

/* A formula wider than a phone scrolls: then it can be reached by keyboard, too. */
function reachable() {
  for (const formula of document.querySelectorAll(".nn-formula")) {
    if (formula.scrollWidth > formula.clientWidth) formula.tabIndex = 0;
    else formula.removeAttribute("tabindex");
  }
}
addEventListener("resize", reachable);
document.fonts.ready.then(reachable);

for (const figure of document.querySelectorAll(".nn-explore")) {
  if (typeof DecompressionStream === "undefined") {
    const note = document.createElement("p");
    note.className = "nn-note";
    note.textContent = "This browser cannot unpack the other frames of this figure: it has no DecompressionStream.";
    figure.append(note);
  } else {
    start(figure);
  }
}
