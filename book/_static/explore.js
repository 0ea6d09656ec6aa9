/* Interactive figures on the plain website: native controls choose one of the frames that the page carries.
   A frame is a template and what differs in it; nnlib/frames.py says how it is packed. */
"use strict";

const figures = [];

/* The frames of a figure: in the page, or in a script beside it, which hands them to nnFrames. */
const handed = {};

function nnFrames(name, text) {
  handed[name] = text;
}

function packed({ dataset, textContent }) {
  if (!dataset.src) return textContent;
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = dataset.src;
    script.onload = () => resolve(handed[dataset.name]);
    script.onerror = reject;
    document.head.append(script);
  });
}

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

/* A picture that is there, and what it shows: its markup, cut at each "<". The next frame is written into it where it
   differs, which costs the browser a third of a new picture: the elements from the first to the last of another kind are
   made anew, of all others attributes and texts are set. */
class Picture {
  constructor(element, svg) {
    this.put(element, svg.split("<"));
  }

  put(element, tags) {
    this.element = element;
    this.nodes = [element, ...element.querySelectorAll("*")];
    this.tags = this.nodes.length === tags.filter(opens).length ? tags : [];
  }

  show(svg) {
    const tags = svg.split("<");
    if (this.replace(tags) && this.rewrite(tags)) return;
    const made = parsed(svg);
    this.element.replaceWith(made);
    this.put(made, tags);
  }

  /* Make the elements those of `tags`; false when that needs a new picture. */
  replace(tags) {
    const old = this.tags, [start, end] = difference(old, tags), last = old.length - end;
    if (start === old.length && start === tags.length) return true;
    if (start < 2 || !end) return false;
    let around = start;
    for (let level = 0; level < 1;) level += depth(old[--around]);
    const elements = (from, to) => old.slice(from, to).filter(opens).length;
    const parent = this.nodes[elements(0, around)], first = elements(0, start), count = elements(start, last);
    const next = opens(old[last]) ? this.nodes[first + count] : null;
    for (let node = count ? this.nodes[first] : next; node !== next;) {
      const gone = node;
      node = node.nextSibling;
      gone.remove();
    }
    const put = tags.slice(start, tags.length - end);
    const made = parsed(`<svg>${put.map((tag) => `<${tag}`).join("")}</svg>`);
    this.nodes.splice(first, count, ...made.querySelectorAll("*"));
    while (made.firstChild) parent.insertBefore(made.firstChild, next);
    this.tags = [...old.slice(0, start), ...put, ...old.slice(last)];
    return true;
  }

  /* False when a text is not as it is written; a new picture then makes all good. */
  rewrite(tags) {
    let node = -1;
    for (let i = 1; i < tags.length; i++) {
      const isElement = opens(tags[i]);
      if (isElement) node++;
      if (tags[i] === this.tags[i]) continue;
      if (!isElement || tags[i].includes("&")) return false;
      const [attributes, text] = parts(tags[i]), [before, textBefore] = parts(this.tags[i]);
      const element = this.nodes[node];
      for (const key of before.keys()) if (!attributes.has(key)) element.removeAttribute(key);
      for (const [key, value] of attributes) if (value !== before.get(key)) element.setAttribute(key, value);
      if (text !== textBefore) {
        if (element.firstChild?.nodeType !== Node.TEXT_NODE || !text) return false;
        element.firstChild.data = text;
      }
    }
    this.tags = tags;
    return true;
  }
}

/* How many tags are of the same kind at the start of both and at the end; between them are whole elements. */
function difference(old, tags) {
  const least = Math.min(old.length, tags.length);
  let start = 0, end = 0;
  while (start < least && alike(old[start], tags[start])) start++;
  while (start + end < least && alike(old.at(-1 - end), tags.at(-1 - end))) end++;
  const [lowest, last] = depths(old.slice(start, old.length - end));
  let above = -Math.min(lowest, depths(tags.slice(start, tags.length - end))[0]), within = last + above;
  while (above > 0 && start > 0) above -= depth(old[--start]);
  while (within > 0 && end > 0) within += depth(old.at(-end--));
  return [start, end];
}

function parsed(svg) {
  const box = document.createElement("template");
  box.innerHTML = svg;
  return box.content.firstChild;
}

/* Tags are 'path d="M 0 0" x="1"/>', 'text x="1">and what follows', '/text>'. */
function opens(tag) {
  return /^\w/.test(tag);
}

function isEmpty(tag) {
  return tag[tag.indexOf(">") - 1] === "/";
}

function alike(a, b) {
  return a === b || (a.match(/^\/?\w*/)[0] === b.match(/^\/?\w*/)[0] && isEmpty(a) === isEmpty(b));
}

/* By how much a tag changes the depth. */
function depth(tag) {
  return opens(tag) ? Number(!isEmpty(tag)) : -1;
}

/* The lowest depth in `tags`, from 0 before them, and the one after them. */
function depths(tags) {
  let lowest = 0, last = 0;
  for (const tag of tags) {
    last += depth(tag);
    lowest = Math.min(lowest, last);
  }
  return [lowest, last];
}

function parts(tag) {
  const end = tag.indexOf(">"), attributes = new Map();
  for (const [, key, value] of tag.slice(0, end).matchAll(/ ([\w:-]+)="([^"]*)"/g)) attributes.set(key, value);
  return [attributes, tag.slice(end + 1)];
}

/* A slider and a menu alike: the place of the value among its values, and how each is written. */
class Control {
  constructor(element) {
    this.element = element;
    this.name = element.name;
    this.label = element.labels[0].textContent;
    this.isSlider = element.type === "range";
    const options = [...(element.options || [])];
    this.texts = this.isSlider ? element.dataset.texts.split("|") : options.map((option) => option.text);
    this.values = this.isSlider ? element.dataset.values.split("|") : this.texts;
    this.start = this.at;
  }
  get at() { return this.isSlider ? Number(this.element.value) : this.element.selectedIndex; }
  set at(index) {
    if (this.isSlider) this.element.value = index;
    else this.element.selectedIndex = index;
  }
  write() {
    if (!this.isSlider) return;
    this.element.setAttribute("aria-valuetext", this.texts[this.at]);
    this.element.nextElementSibling.textContent = this.texts[this.at];
  }
}

class Figure {
  constructor(element, { panels, says }) {
    Object.assign(this, { element, panels, sentences: says, shown: -1, waiting: false, timer: 0 });
    this.form = element.querySelector(".nn-controls");
    this.controls = [...this.form.querySelectorAll("[name]")].map((control) => new Control(control));
    this.says = element.querySelector(".nn-says");
    this.where = element.querySelector(".nn-where");
    this.table = element.querySelector(".nn-table");
    this.form.addEventListener("submit", (event) => event.preventDefault());
    this.form.addEventListener("input", () => { this.pause(); this.refresh(); address.follow(); });
    this.form.addEventListener("change", (event) => address.rest(event.target));
    this.form.addEventListener("reset", (event) => {
      event.preventDefault();
      this.pause();
      this.choose(this.controls.map((control) => control.start));
      address.rest(event.target);
    });
    this.form.addEventListener("click", (event) => {
      const button = event.target.closest(".nn-play");
      if (button) this.play(button);
    });
    this.table.addEventListener("toggle", () => this.tabulate());
    const shown = [...element.querySelector(".nn-panels").children];
    this.pictures = panels.map((panel, i) => new Picture(shown[i], frame(panel, this.index)));
    this.form.hidden = this.table.hidden = false;
  }

  get index() { return this.controls.reduce((sum, control) => sum * control.texts.length + control.at, 0); }

  choose(places) {
    this.controls.forEach((control, i) => { control.at = places[i]; });
    this.refresh();
  }

  /* At most one drawing a screen refresh, however fast the slider moves. */
  refresh() {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => this.draw());
  }

  draw() {
    this.waiting = false;
    const index = this.index;
    if (index === this.shown) return;
    this.shown = index;
    for (const control of this.controls) control.write();
    this.panels.forEach((panel, i) => this.pictures[i].show(frame(panel, index)));
    this.says.textContent = this.sentences[index];
    this.where.textContent = `Shown: ${this.controls.map((c) => `${c.label} ${c.texts[c.at]}`).join(", ")}.`;
    this.mark();
  }

  /* Run through one slider's values, from where it stands or, at its end, from the first. */
  play(button) {
    const playing = button.getAttribute("aria-pressed") === "true";
    this.pause();
    if (playing) return;
    const control = this.controls.find((c) => c.element === button.parentElement.querySelector("input"));
    const last = control.texts.length - 1;
    button.setAttribute("aria-pressed", "true");
    if (control.at === last) control.at = -1;
    const step = () => {
      control.at += 1;
      this.refresh();
      address.follow();
      if (control.at === last) { this.pause(); address.rest(control.element); }
    };
    if (control.at < 0) step();
    this.timer = setInterval(step, Math.max(120, Math.min(700, 8000 / last)));
  }

  pause() {
    clearInterval(this.timer);
    for (const button of this.form.querySelectorAll(".nn-play")) button.setAttribute("aria-pressed", "false");
  }

  /* All values and what each shows, made when it is first asked for. */
  tabulate() {
    if (!this.table.open || this.rows) return;
    const table = document.createElement("table");
    const head = table.createTHead().insertRow();
    for (const text of [...this.controls.map((control) => control.label), "what the figure shows"]) {
      const cell = document.createElement("th");
      cell.scope = "col";
      cell.textContent = text;
      head.append(cell);
    }
    const body = table.createTBody();
    this.rows = this.sentences.map((sentence, index) => {
      const row = body.insertRow(), texts = [];
      for (const { texts: all } of [...this.controls].reverse()) {
        texts.unshift(all[index % all.length]);
        index = Math.floor(index / all.length);
      }
      for (const text of [...texts, sentence]) row.insertCell().textContent = text;
      return row;
    });
    const box = document.createElement("div");
    box.tabIndex = 0;
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", "All values of this figure, and what each shows");
    box.append(table);
    this.table.append(box);
    this.mark();
  }

  mark() {
    if (!this.rows) return;
    this.marked?.removeAttribute("aria-current");
    this.marked = this.rows[this.index];
    this.marked.setAttribute("aria-current", "true");
  }
}

/* An arrow moves a control; no script of the theme needs to look at it. */
for (const type of ["keydown", "keyup"]) {
  addEventListener(type, (event) => {
    if (event.key.startsWith("Arrow") && event.target.closest?.(".nn-controls")) event.stopImmediatePropagation();
  }, true);
}

/* What the figures show, in the fragment of the address: "#nn12ab34.neurons=4&nn12ab34.seed=2". It can be shared, and
   survives a reload. While a control moves the entry in the history is replaced; when it is let go a new one is made,
   except that one control moved again within two seconds goes on in its own. No heading's anchor looks like this. */
const address = {
  before: location.hash || "#", moved: null, at: 0, timer: 0, resting: null,

  text() {
    const state = new URLSearchParams();
    for (const { element, controls } of figures) {
      for (const control of controls) {
        if (control.at !== control.start) state.set(`${element.id}.${control.name}`, control.values[control.at]);
      }
    }
    return `#${state}`;
  },

  put(text, how = "replaceState") {
    history[how](null, "", text === "#" ? location.pathname + location.search : text);
  },

  follow() { // browsers limit how often an address may change
    this.timer ||= setTimeout(() => { this.timer = 0; this.put(this.text()); }, 250);
  },

  /* A control is let go: the address changes when it has rested, for that costs a third of what a picture does. */
  rest(control) {
    if (this.resting && this.resting.control !== control) this.settle();
    clearTimeout(this.timer);
    this.resting = { control, text: this.text() };
    this.timer = setTimeout(() => this.settle(), 250);
  },

  settle() {
    const { control, text } = this.resting, now = performance.now();
    this.stop();
    const goesOn = control === this.moved && now - this.at < 2000;
    if (!goesOn) this.put(this.before);
    if (text !== this.before) this.put(text, goesOn ? "replaceState" : "pushState");
    Object.assign(this, { before: text, moved: control, at: now });
  },

  stop() {
    clearTimeout(this.timer);
    Object.assign(this, { timer: 0, resting: null });
  },

  read(figure) {
    const state = new URLSearchParams(location.hash.slice(1));
    const isFigures = [...state.keys()].some((key) => figures.some(({ element }) => key.startsWith(`${element.id}.`)));
    if (!isFigures && location.hash) return false; // a heading's anchor: the figures stay as they are
    const places = figure.controls.map((control) => {
      const at = control.values.indexOf(state.get(`${figure.element.id}.${control.name}`));
      return at < 0 ? control.start : at;
    });
    if (places.every((at, i) => at === figure.controls[i].at)) return false;
    figure.choose(places);
    return true;
  },
};

addEventListener("popstate", () => {
  address.stop();
  address.before = location.hash || "#";
  for (const figure of figures) address.read(figure);
  wakeNamed();
});

function note(element, text) {
  const paragraph = document.createElement("p");
  paragraph.className = "nn-note";
  paragraph.textContent = text;
  element.append(paragraph);
}

async function start(element) {
  let text;
  try {
    text = await packed(element.querySelector(".nn-frames"));
  } catch {
    note(element, "The other frames of this figure could not be loaded. Load the page again to try once more.");
    return;
  }
  const figure = new Figure(element, await unpack(text));
  figures.push(figure);
  const arrived = performance.getEntriesByType("navigation")[0]?.type === "navigate";
  if (location.hash && address.read(figure) && arrived) element.scrollIntoView({ block: "center" });
}

/* A figure is unpacked when it comes near, or when the address says what it shows: most of a page's are far away. */
const asleep = new Set();
const near = new IntersectionObserver(
  (entries) => { for (const { target, isIntersecting } of entries) if (isIntersecting) wake(target); },
  { rootMargin: "800px" },
);

function wake(element) {
  if (!asleep.delete(element)) return;
  near.unobserve(element);
  start(element);
}

function wakeNamed() {
  for (const element of asleep) if (location.hash.includes(`${element.id}.`)) wake(element);
}

for (const element of document.querySelectorAll(".nn-explore")) {
  if (typeof DecompressionStream === "undefined") {
    note(element, "This browser cannot unpack the other frames of this figure: it has no DecompressionStream.");
  } else {
    asleep.add(element);
    near.observe(element);
  }
}
wakeNamed();
