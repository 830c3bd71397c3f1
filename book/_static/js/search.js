// The search page: first what has a name (chapters, tables, events, people, figures, words), then pages by the words of
// their text, from Sphinx's index. Both lists come as scripts, so it works from a folder. Accents make no difference.
"use strict";

(() => {
  if (typeof Search === "undefined") return;

  const KINDS = {
    chapter: "Chapters", table: "Tables", event: "Events", person: "People", figure: "Figures", word: "Words", claim: "Claims", document: "Documents",
  };
  const SHOWN = 6; // of each kind; the others are folded
  const EXCERPTS = 8;
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const split = (text) => plain(text).split(/[^\p{L}\p{N}_]+/u).filter(Boolean);

  function element(name, properties, ...children) {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  }

  // A text with the words of the query marked.
  function marked(text, words) {
    const parts = text.split(/([\p{L}\p{N}_]+)/u);
    return parts.map((part, i) => (i % 2 && words.some((word) => plain(part).startsWith(word)) ? element("mark", {}, part) : part));
  }

  function named(query, words) {
    const whole = words.join(" ");
    const found = [];
    for (const [kind, title, address, about] of sugarForOilFinds.finds) {
      const name = split(title);
      const all = [...name, ...split(about)];
      // The last word may still be half typed; the others begin a word as well, so that "vote" finds "votes".
      if (!words.every((word) => all.some((one) => one.startsWith(word)))) continue;
      const inName = words.every((word) => name.some((one) => one.startsWith(word)));
      const [nameText, allText] = [` ${name.join(" ")} `, ` ${all.join(" ")} `];
      // A table is also called by the name of its file, the first of the words about it; a person by the last name.
      const exact =
        nameText.trim() === whole || (kind === "table" && split(about)[0] === whole) || (kind === "person" && name.at(-1) === whole);
      const score = 8 * exact + 4 * nameText.includes(` ${whole}`) + 2 * inName + 2 * allText.includes(` ${whole} `);
      found.push({ kind, title, address, about, score });
    }
    return found.sort((a, b) => b.score - a.score || a.title.localeCompare(b.title));
  }

  // Words without accents stand for those with them.
  function fold(terms) {
    for (const [word, pages] of Object.entries(terms)) {
      const bare = plain(word);
      if (bare !== word) terms[bare] = [...new Set([terms[bare] ?? [], pages].flat())];
    }
  }

  function inText(words) {
    const stemmer = new Stemmer();
    const wanted = new Set(words.filter((word) => !stopwords.includes(word)).map((word) => stemmer.stemWord(word)));
    if (!wanted.size) return [];
    const best = new Map();
    for (const [page, , , , score] of Search.performTermsSearch(wanted, new Set())) best.set(page, Math.max(score, best.get(page) ?? 0));
    for (const page of best.keys()) {
      const title = split(sugarForOilFinds.pages[page]?.[0] ?? "");
      const weight = page.startsWith("notebooks/") ? 3 : 0; // a chapter tells, a list names
      best.set(page, best.get(page) + weight + (words.every((word) => title.includes(word)) ? 20 : 0));
    }
    return [...best].sort((a, b) => b[1] - a[1]).map(([page]) => page);
  }

  function entry(title, address, about, words) {
    const link = element("a", { href: address }, ...marked(title, words));
    return element("li", {}, link, element("small", {}, ...marked(about, words)));
  }

  function group(heading, entries) {
    const box = element("section", {}, element("h2", {}, heading), element("ul", {}, ...entries.slice(0, SHOWN)));
    if (entries.length > SHOWN) {
      const more = element("summary", {}, `${entries.length - SHOWN} more`);
      box.append(element("details", {}, more, element("ul", {}, ...entries.slice(SHOWN))));
    }
    return box;
  }

  // Where pages can be fetched (not from a folder), a result of the text shows the words around the find.
  async function excerpt(item, page, words) {
    const html = await (await fetch(`${page}.html`)).text();
    const around = Search.makeSearchSummary(html, new Set(words), "");
    if (around) item.querySelector("small").replaceChildren(...marked(around.textContent.trim(), words));
  }

  Search.query = (query) => {
    const words = split(query);
    Search.stopPulse();
    Search.title.remove();
    Search.output.remove();
    const found = words.length ? named(query, words) : [];
    fold(Search._index.terms);
    fold(Search._index.titleterms);
    const pages = inText(words).filter((page) => sugarForOilFinds.pages[page]);
    try {
      localStorage.setItem("sphinx_highlight_terms", words.join(" ")); // the page that is opened marks them
    } catch {
      // no storage: nothing is marked
    }
    const best = (kind) => found.find((one) => one.kind === kind)?.score ?? -1;
    const kinds = Object.keys(KINDS).filter((kind) => best(kind) >= 0).sort((a, b) => best(b) - best(a));
    const groups = kinds.map((kind) => {
      const chosen = found.filter((one) => one.kind === kind);
      return group(KINDS[kind], chosen.map((one) => entry(one.title, one.address, one.about, words)));
    });
    if (pages.length) {
      const entries = pages.map((page) => entry(sugarForOilFinds.pages[page][0], `${page}.html`, sugarForOilFinds.pages[page][1], words));
      groups.push(group("In the text", entries));
      if (location.protocol !== "file:") entries.slice(0, EXCERPTS).forEach((item, i) => excerpt(item, pages[i], words).catch(() => {}));
    }
    const count = found.length + pages.length;
    Search.status.setAttribute("role", "status");
    Search.status.textContent = count
      ? `${count} ${count === 1 ? "result" : "results"} for “${query}”.`
      : `Nothing was found for “${query}”. Fewer words, or the beginning of a word, find more.`;
    const results = element("div", { className: "sfo-results" }, ...groups);
    document.getElementById("search-results").append(results);
  };
})();
