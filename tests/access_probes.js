// What the tests in a browser ask of a page. It runs in every page before its own scripts, with axe-core beside it.
"use strict";

globalThis.probes = {
  name: (one) => one.outerHTML.slice(0, 110),

  async axe(options, part = document) {
    const found = await axe.run(part, { ...options, resultTypes: ["violations"], preload: false });
    return found.violations.map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 110)).join(" | ")}`);
  },

  // Everything, with boxes unfolded, so that what is in them is seen, too.
  async faults() {
    await this.unfolded();
    return this.axe({ runOnly: this.rules });
  },

  // All but colours, and of what one template writes over and over only the beginning: it changes the page.
  async faultsOfStructure() {
    for (const code of document.querySelectorAll("pre")) code.textContent = code.textContent; // no span for each word
    for (const rows of document.querySelectorAll("tbody, ul, .citation-list, [role=list]")) {
      for (const row of [...rows.children].slice(this.enough)) row.remove();
    }
    await this.drawn();
    const rules = Object.fromEntries(this.coloured.map((rule) => [rule, { enabled: false }]));
    return this.axe({ runOnly: this.rules, rules });
  },

  // Nothing but colours changes in the dark. What stands around the text is the same on every page: one is enough.
  faultsInTheDark(seen = [], part = "article, .bd-search-container") {
    document.documentElement.dataset.theme = "dark";
    return this.faultsOfColour(seen, part);
  },

  rules: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  coloured: ["color-contrast", "link-in-text-block"],
  enough: 25, // rows of a table, entries of a list

  // The faults of the looks that no page before had, and these looks.
  async faultsOfColour(seen = [], part = "body") {
    const looks = this.looksOfText(part);
    for (const look of seen) looks.delete(look);
    if (!looks.size) return { faults: [], looks: [] };
    const include = [...looks.values()];
    const faults = await this.axe({ runOnly: { type: "rule", values: this.coloured } }, { include });
    return { faults, looks: [...looks.keys()] };
  },

  // One element for each way in which text meets its ground: all that a rule about colours looks at.
  looksOfText(part) {
    const grounds = new Map([[null, ""]]);
    const ground = (one) => {
      if (!grounds.has(one)) {
        const style = getComputedStyle(one);
        const below = ground(one.parentElement);
        const own = `${style.backgroundColor} ${style.backgroundImage} ${style.opacity} ${style.filter}`;
        grounds.set(one, own === "rgba(0, 0, 0, 0) none 1 none" ? below : `${below}/${own}`);
      }
      return grounds.get(one);
    };
    const looks = new Map();
    for (const one of [...document.querySelectorAll(part)].flatMap((top) => [top, ...top.querySelectorAll("*")])) {
      const says = [...one.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
      if (!(says || one.matches("a, input, textarea")) || !one.checkVisibility()) continue;
      const style = getComputedStyle(one);
      const look = [style.color, style.fontSize, style.fontWeight, style.textShadow, style.position, ground(one)];
      const link = one.closest("a[href]");
      if (link) {
        const marked = getComputedStyle(link);
        look.push(marked.textDecorationLine, marked.borderBottomWidth, getComputedStyle(link.parentElement).color);
      }
      const key = look.join("|");
      if (!looks.has(key)) looks.set(key, one);
    }
    return looks;
  },

  async unfolded() {
    for (const box of document.querySelectorAll("details")) box.open = true;
    await this.drawn(); // the page's own script then knows what scrolls
  },

  drawn: () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)))),

  // A chart draws itself anew when the screen has another width: wait until nothing sticks out, a second at most.
  async settled() {
    for (let turn = 0; turn < 20 && this.wider() > 0; turn++) await new Promise((done) => setTimeout(done, 50));
  },

  headings: () =>
    [...document.querySelectorAll("h1, h2, h3, h4, h5, h6, [role=heading]")]
      .filter((one) => one.checkVisibility())
      .map((one) => Number(one.ariaLevel || one.tagName.slice(1))),

  // How many letters a line of the longest paragraph holds; null on pages without one.
  lettersInALine() {
    const aside = "figure, table, aside, details, .admonition, .citation, .sfo-data, .sfo-lead, .sfo-subtitle";
    const texts = [...document.querySelectorAll("article > section p")].filter((one) => !one.closest(aside));
    const longest = texts.sort((one, other) => other.textContent.length - one.textContent.length)[0];
    if (!longest || longest.textContent.length < 500) return null;
    const unseen = [...longest.querySelectorAll(".sfo-margin")].reduce((sum, one) => sum + one.textContent.length, 0);
    const lines = longest.getBoundingClientRect().height / parseFloat(getComputedStyle(longest).lineHeight);
    return (longest.textContent.length - unseen) / (Math.round(lines) - 0.5); // the last line is half full, on average
  },

  wider: () => document.documentElement.scrollWidth - document.documentElement.clientWidth,

  // What is cut off when a reader spaces the text as WCAG 1.4.12 lets them.
  cutOffWhenSpaced() {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`
      * { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
      p { margin-bottom: 2em !important; }`);
    document.adoptedStyleSheets = [sheet];
    const hides = (value) => ["hidden", "clip"].includes(value);
    return [...document.querySelectorAll("main *, .bd-sidebar-primary *")]
      .filter((one) => {
        const style = getComputedStyle(one);
        const across = hides(style.overflowX) && one.scrollWidth > one.clientWidth + 2;
        const down = hides(style.overflowY) && one.scrollHeight > one.clientHeight + 2;
        return (across || down) && one.checkVisibility() && one.textContent.trim() &&
          one.clientWidth > 1 && !one.closest(".sfo-margin"); // for voices only; said again at the end of the page
      })
      .map(this.name);
  },

  // Where the focus is, whether it can be seen, and how it is marked.
  focus() {
    const one = document.activeElement;
    if (!one || one === document.body) return null;
    const box = one.getBoundingClientRect();
    const marked = getComputedStyle(one.matches("form.bd-search input") ? one.closest("form") : one);
    let ground = one.matches(".skip-link a") ? one : one.parentElement;
    while (ground.parentElement && /, 0\)$/.test(getComputedStyle(ground).backgroundColor)) ground = ground.parentElement;
    const bar = document.querySelector(".bd-header-article").getBoundingClientRect();
    const besideTheText = one.closest(".bd-header-article, .bd-sidebar, .bd-sidebar-secondary, .skip-link");
    const places = { skip: ".skip-link", banner: "[role=banner]", bar: ".bd-header-article", article: "article", after: "*" };
    return {
      what: this.name(one),
      where: Object.keys(places).find((name) => one.closest(places[name])),
      name: one.ariaLabel || one.textContent,
      outlined: marked.outlineStyle !== "none" && parseFloat(marked.outlineWidth) >= 2,
      contrast: this.contrast(marked.outlineColor, getComputedStyle(ground).backgroundColor),
      seen: box.bottom > 0 && box.top < innerHeight && (besideTheText !== null || box.bottom > bar.bottom),
    };
  },

  contrast(one, other) {
    const light = (colour) => {
      const [r, g, b] = colour.match(/[\d.]+/g).map((value) => {
        const part = value / 255;
        return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const [dark, bright] = [light(one), light(other)].sort((a, b) => a - b);
    return (bright + 0.05) / (dark + 0.05);
  },

  moving() {
    const longest = (value) => Math.max(...value.split(",").map(parseFloat));
    return [...document.querySelectorAll("*")]
      .filter((one) => {
        const style = getComputedStyle(one);
        const animated = style.animationName !== "none" && longest(style.animationDuration) > 0.01;
        return animated || longest(style.transitionDuration) > 0.01 || style.scrollBehavior === "smooth";
      })
      .map(this.name);
  },
};
