// A search and two choices above the chronology. Without this script the page is a plain table.
// What is chosen stands in the address (#find=sugar&kind=economy), so that a view can be linked and the back button works.
"use strict";

(() => {
  const tables = [...document.querySelectorAll(".sfo-events table")];
  if (!tables.length) return;

  const rows = tables.flatMap((table) =>
    [...table.tBodies[0].rows].map((row) => ({
      row,
      section: table.closest("section"),
      kind: row.cells[2].textContent.trim(),
      text: plain(row.textContent),
    })),
  );
  const sections = [...new Set(rows.map((one) => one.section))];
  const eraOf = (section) => section.querySelector("h2").firstChild.textContent.trim();

  // Letters without accents, so that "Raul" finds "Raúl".
  function plain(text) {
    return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  }

  function field(label, control) {
    const box = document.createElement("label");
    box.append(label, control);
    return box;
  }

  function choice(all, values) {
    const select = document.createElement("select");
    select.append(new Option(all, ""), ...values.map((value) => new Option(value, value)));
    return select;
  }

  const find = document.createElement("input");
  find.type = "search";
  find.placeholder = "sugar, Mikoyan, Lourdes …";
  const era = choice("all eras", sections.map(eraOf));
  const kind = choice("all kinds", [...new Set(rows.map((one) => one.kind))].sort());
  const count = document.createElement("p");
  count.setAttribute("role", "status");
  const form = document.createElement("form");
  form.className = "sfo-filter";
  form.setAttribute("role", "search");
  form.setAttribute("aria-label", "Events");
  form.append(field("Find", find), field("Era", era), field("Kind", kind), count);
  form.addEventListener("submit", (event) => event.preventDefault());

  function show() {
    const words = plain(find.value).split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const one of rows) {
      const fits =
        (!era.value || eraOf(one.section) === era.value) &&
        (!kind.value || one.kind === kind.value) &&
        words.every((word) => one.text.includes(word));
      one.row.hidden = !fits;
      shown += fits;
    }
    for (const section of sections) {
      section.hidden = rows.every((one) => one.section !== section || one.row.hidden);
    }
    count.textContent = shown === rows.length ? `${shown} events` : `${shown} of ${rows.length} events`;
  }

  function remember() {
    const state = new URLSearchParams();
    for (const [name, control] of Object.entries({ find, era, kind })) {
      if (control.value) state.set(name, control.value);
    }
    history.replaceState(null, "", `#${state}`);
  }

  function restore() {
    const state = new URLSearchParams(location.hash.slice(1));
    if (location.hash && ![..."find era kind".split(" ")].some((name) => state.has(name))) return; // a link to one event
    find.value = state.get("find") ?? "";
    era.value = state.get("era") ?? "";
    kind.value = state.get("kind") ?? "";
    show();
  }

  form.addEventListener("input", () => {
    show();
    remember();
  });
  addEventListener("hashchange", restore);
  sections[0].before(form);
  show();
  restore();
})();
