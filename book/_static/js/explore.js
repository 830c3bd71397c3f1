// The charts of the page Explore: what is chosen sets a parameter of the chart and stands in the address of the page
// (#counterfactual=eu&dollars=constant). The sentence for each choice comes with the page; nothing is computed here.
"use strict";

(() => {
  function element(name, properties, ...children) {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  }

  class Explorer {
    constructor(box) {
      this.about = JSON.parse(box.querySelector("script").textContent);
      this.selects = new Map();
      const form = element("form", { className: "sfo-filter" });
      for (const { name, label, options } of this.about.choices) {
        const select = element("select", { name }, ...Object.entries(options).map(([value, words]) => new Option(words, value)));
        this.selects.set(name, select);
        form.append(element("label", {}, label, select));
      }
      this.text = element("p", { className: "sfo-explore-text" });
      this.text.setAttribute("role", "status");
      this.picture = element("div", { className: "sfo-explore-chart" });
      this.table = element("table", {});
      const rows = element("details", {}, element("summary", {}, "The rows shown"), this.table);
      rows.addEventListener("toggle", () => rows.open && this.list());
      this.rows = rows;
      box.append(form, this.picture, this.text, rows);
      form.addEventListener("submit", (event) => event.preventDefault());
      form.addEventListener("change", () => {
        this.apply();
        remember();
      });
    }

    async draw() {
      await document.fonts.load("13px 'Source Sans 3'"); // Vega measures labels when it draws them
      const spec = vegaLite.compile(this.about.spec).spec;
      const runtime = vega.parse(spec, null, { ast: true });
      this.view = new vega.View(runtime, { expr: vegaInterpreter, container: this.picture, renderer: "svg" });
      this.view.tooltip(() => {});
      await this.view.runAsync();
      await this.apply();
    }

    async apply() {
      const values = [...this.selects.values()].map((select) => select.value);
      const words = [...this.selects.values()].map((select) => select.selectedOptions[0].text);
      this.text.textContent = this.about.texts[values.join(" ")];
      for (const [name, select] of this.selects) this.view.signal(name, select.value);
      const picture = this.picture.querySelector("svg");
      await this.view.runAsync();
      picture.setAttribute("role", "img");
      picture.setAttribute("aria-label", `${this.about.title} ${words.join(", ")}. ${this.text.textContent}`);
      if (this.rows.open) this.list();
    }

    // The rows that fit what is chosen, as a table.
    list() {
      const chosen = [...this.selects].map(([name, select]) => [name, select.value]);
      const peer = this.selects.get("peer")?.value;
      const [rows] = Object.values(this.about.spec.datasets);
      const fitting = rows.filter(
        (row) =>
          chosen.every(([name, value]) => !(name in row) || row[name] === value) &&
          (!peer || ["Cuba", peer].includes(row.country)),
      );
      const columns = Object.entries(this.about.columns);
      const head = element("tr", {}, ...columns.map(([, title]) => Object.assign(element("th", {}, title), { scope: "col" })));
      const body = fitting.map((row) => element("tr", {}, ...columns.map(([name]) => element("td", {}, String(row[name]).replace("-", "−")))));
      this.table.replaceChildren(element("thead", {}, head), element("tbody", {}, ...body));
    }
  }

  const explorers = [...document.querySelectorAll(".sfo-explore")].map((box) => new Explorer(box));
  const selects = new Map(explorers.flatMap((one) => [...one.selects]));

  function remember() {
    const state = new URLSearchParams();
    for (const [name, select] of selects) {
      if (select.selectedIndex > 0) state.set(name, select.value);
    }
    history.replaceState(null, "", `#${state}`);
  }

  function restore() {
    const state = new URLSearchParams(location.hash.slice(1));
    for (const [name, select] of selects) {
      const wanted = [...select.options].findIndex((option) => option.value === state.get(name));
      select.selectedIndex = Math.max(wanted, 0);
    }
  }

  restore();
  addEventListener("hashchange", () => {
    restore();
    explorers.forEach((one) => one.apply());
  });
  explorers.forEach((one) => one.draw());
})();
