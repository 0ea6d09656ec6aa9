/* Makes a page of the site a part of the printed book, in the browser that prints it: `part` is "chapter" (without the
   solutions) or "solutions" (nothing else). Returns what the table of contents and the outline need. */
async ({ page, part, site, book }) => {
  const article = document.querySelector("article.bd-article");
  const h1 = article.querySelector("h1");
  const plain = (element) => {
    const copy = element.cloneNode(true);
    copy.querySelectorAll(".headerlink, annotation").forEach((extra) => extra.remove());
    return copy.textContent.replace(/\s+/g, " ").trim();
  };
  const title = plain(h1);

  // The theme's own title and contents, for a page printed alone.
  document.getElementById("jb-print-docs-body")?.remove();

  const solutions = [...article.querySelectorAll("details.solution")];
  const exercises = new Map(
    [...article.querySelectorAll(".exercise")].map((exercise) => [plain(exercise.querySelector(".admonition-title")), exercise])
  );
  const entries = [];
  for (const solution of solutions) {
    const name = solution.querySelector("summary").textContent.trim().replace(/^Solution to /, "");
    const exercise = exercises.get(name);
    if (!exercise) throw new Error(`${page}: no exercise is called ${JSON.stringify(name)}`);
    const [there, back] = [document.createElement("p"), document.createElement("p")];
    there.className = back.className = "nn-jump";
    there.innerHTML = `<a href="#${solution.id}">Solution at the end of the book</a>`;
    back.innerHTML = `<a href="#${exercise.id}">Back to the exercise</a>`;
    exercise.append(there);
    const entry = document.createElement("section");
    entry.id = solution.id;
    entry.className = "nn-solution";
    const heading = document.createElement("h2");
    heading.textContent = name;
    solution.querySelector("summary").remove();
    entry.append(heading, ...solution.childNodes, back);
    entries.push(entry);
    solution.remove();
  }
  if (part === "solutions") {
    h1.textContent = `Solutions: ${title}`;
    h1.id = "nn-solutions";
    article.replaceChildren(h1, ...entries);
  }

  // Whole links, which joining turns into links inside the book. Links that the book has no page for become text.
  for (const link of article.querySelectorAll("a[href]")) {
    const url = new URL(link.getAttribute("href"), location.href);
    if (link.classList.contains("headerlink") || url.origin !== location.origin) continue;
    const path = url.pathname.slice(new URL(site).pathname.length);
    if (path.endsWith(".html")) link.href = `${book}${path.slice(0, -5)}${url.hash}`;
    else link.replaceWith(...link.childNodes);
  }

  // Chromium notes the place of an element in the file when a link of its own page leads to it, shown or not.
  const targets = document.createElement("div");
  targets.hidden = true;
  for (const element of article.querySelectorAll("[id]:not(svg [id])")) {
    const link = document.createElement("a");
    link.href = `#${encodeURIComponent(element.id)}`;
    targets.append(link);
  }
  document.body.append(targets);

  await document.fonts.ready;
  // What is too wide is made smaller, as far as it can still be read; code that is wider still is wrapped.
  const shrink = (element, least, width, room) => {
    const size = parseFloat(getComputedStyle(element).fontSize);
    for (let scale = 1; width() > room() + 1 && scale > least; ) {
      scale = Math.max(least, Math.min(scale - 0.02, (scale * room()) / width()));
      element.style.fontSize = `${size * scale}px`;
    }
    return width() <= room() + 1;
  };
  const inside = (element) => {
    const style = getComputedStyle(element);
    return element.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
  };
  for (const pre of article.querySelectorAll("pre")) {
    if (!pre.getClientRects().length) continue; // folded
    const text = document.createRange();
    text.selectNodeContents(pre);
    pre.style.whiteSpace = "pre";
    const fits = shrink(pre, 0.8, () => text.getBoundingClientRect().width, () => inside(pre));
    if (!fits) pre.style.whiteSpace = "pre-wrap";
  }
  for (const formula of article.querySelectorAll(".nn-formula"))
    shrink(formula, 0.55, () => formula.scrollWidth, () => formula.clientWidth);
  for (const table of article.querySelectorAll("table"))
    shrink(table, 0.6, () => table.scrollWidth, () => inside(table.parentElement));
  const clipped = [];
  const edge = article.getBoundingClientRect().right + 1;
  for (const element of article.querySelectorAll(":is(pre, .nn-formula, table, figure, svg.nn-svg, p, li, td)")) {
    const box = element.getBoundingClientRect();
    if (box.width && (box.right > edge || (element.matches("pre, .nn-formula") && element.scrollWidth > element.clientWidth + 1)))
      clipped.push(element.textContent.replace(/\s+/g, " ").trim().slice(0, 60));
  }

  const sections = [...article.querySelectorAll("h2, h3")]
    .filter((heading) => heading.closest("section[id]") && heading.closest("section").parentElement.closest("section, article"))
    .map((heading) => ({ level: Number(heading.tagName[1]), id: heading.closest("section").id, title: plain(heading) }));
  return { title, sections, clipped, solutions: entries.length };
}
