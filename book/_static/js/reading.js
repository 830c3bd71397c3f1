// What helps in reading a page: a figure at full size, a card beside a citation or a word, sources in the margin of a
// wide screen, and links into folded boxes. Every text comes with the page; without this script the links lead to the
// picture, the bibliography, the glossary and the boxes themselves.
"use strict";

(() => {
  const article = document.querySelector(".bd-article");
  if (!article) return;

  function element(name, properties, ...children) {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  }

  // ── A link into a folded box opens it, in every browser.

  function unfold(address) {
    const target = address.length > 1 && document.getElementById(decodeURIComponent(address.slice(1)));
    for (let box = target && target.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
  }
  article.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    if (link) unfold(link.getAttribute("href"));
  });
  addEventListener("hashchange", () => unfold(location.hash));
  unfold(location.hash);

  // ── A menu of downloads closes as menus do.

  const menu = document.querySelector("details.sfo-menu");
  if (menu) {
    addEventListener("click", (event) => menu.contains(event.target) || (menu.open = false));
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !menu.open) return;
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  }

  // ── Enlarge: the figure in a dialog, at least at its natural size; what does not fit is scrolled.

  let plate;

  function dialog() {
    const close = element("button", { type: "button", className: "sfo-close" }, "Close");
    const title = element("p", { id: "sfo-plate-title" });
    const room = element("div", { className: "sfo-plate-room", tabIndex: 0 });
    room.setAttribute("role", "group");
    room.setAttribute("aria-label", "The figure; it can be scrolled");
    const box = element("dialog", { className: "sfo-plate" }, element("div", { className: "sfo-plate-head" }, title, close), room);
    box.setAttribute("aria-labelledby", title.id);
    close.addEventListener("click", () => box.close());
    box.addEventListener("click", (event) => event.target === box && box.close()); // beside the figure
    document.body.append(box);
    return { box, title, room };
  }

  function enlarge(figure, from) {
    plate ??= dialog();
    const small = figure.querySelector("img");
    const number = figure.querySelector(".caption-number")?.textContent.trim() ?? "Figure";
    const words = figure.parentElement.querySelector(".sfo-numbers caption .sfo-unseen")?.textContent.replace(/: $/, "") ?? "";
    plate.title.replaceChildren(element("b", {}, number), ` ${words}`);
    const [width, height] = ["width", "height"].map((name) => Number(small.getAttribute(name)) || small.naturalWidth);
    const picture = element("img", { src: small.src, alt: small.alt, width, height });
    picture.style.setProperty("--natural", `${width}px`);
    picture.style.setProperty("--ratio", width / height);
    plate.room.replaceChildren(picture);
    plate.box.addEventListener("close", () => from.focus({ preventScroll: true }), { once: true });
    plate.box.showModal();
    plate.room.scrollTo(0, 0);
  }

  for (const link of article.querySelectorAll("a.sfo-enlarge")) {
    const figure = link.closest("figure");
    link.setAttribute("aria-haspopup", "dialog");
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return; // a tab of its own
      event.preventDefault();
      enlarge(figure, link);
    });
    figure.querySelector("img").classList.add("sfo-zoom");
    figure.querySelector("img").addEventListener("click", () => enlarge(figure, link));
  }

  // ── Cards. They come with the pointer or the focus, stay while either is on the link or on the card, and go with Esc.

  const noteOf = (link) => document.getElementById(`note-${decodeURIComponent(link.hash.slice(1))}`);
  const noted = [...article.querySelectorAll("a[href*='#cite-'], a[href*='#term-']")].filter(
    (link) => !link.closest(".sfo-page-notes") && noteOf(link),
  );
  const card = element("div", { className: "sfo-card", id: "sfo-card", hidden: true });
  let shownFor = null;
  let timer = 0;
  let touched = false;

  function show(link) {
    clearTimeout(timer);
    if (shownFor === link) return;
    hide();
    const note = noteOf(link);
    card.replaceChildren(...[...note.childNodes].map((child) => child.cloneNode(true)));
    document.body.append(card);
    card.hidden = false;
    shownFor = link;
    link.setAttribute("aria-describedby", card.id);
    place(link);
  }

  function place(link) {
    const at = link.getClientRects()[0] ?? link.getBoundingClientRect();
    const size = card.getBoundingClientRect();
    const widest = document.documentElement.clientWidth;
    const left = Math.max(8, Math.min(at.left, widest - size.width - 8));
    const below = at.bottom + size.height + 12 < innerHeight || at.top - size.height < 8;
    card.style.left = `${left + scrollX}px`;
    card.style.top = `${(below ? at.bottom + 2 : at.top - size.height - 2) + scrollY}px`;
  }

  function hide() {
    clearTimeout(timer);
    shownFor?.removeAttribute("aria-describedby");
    shownFor = null;
    card.hidden = true;
  }

  const soon = (what, milliseconds) => {
    clearTimeout(timer);
    timer = setTimeout(what, milliseconds);
  };

  for (const link of noted) {
    link.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && soon(() => show(link), 150));
    link.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && soon(hide, 250));
    link.addEventListener("pointerdown", (event) => (touched = event.pointerType !== "mouse"));
    link.addEventListener("focus", () => touched || show(link));
    link.addEventListener("blur", () => soon(hide, 100));
    link.addEventListener("click", (event) => {
      // The first tap shows the card, the second follows the link; a click or Enter follows it at once.
      if (touched && shownFor !== link) {
        event.preventDefault();
        show(link);
      }
      touched = false;
    });
  }
  card.addEventListener("pointerenter", () => clearTimeout(timer));
  card.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && soon(hide, 250));
  card.addEventListener("focusin", () => clearTimeout(timer));
  card.addEventListener("focusout", () => soon(hide, 100));
  addEventListener("keydown", (event) => event.key === "Escape" && hide());
  addEventListener("pointerdown", (event) => shownFor && !card.contains(event.target) && event.target.closest("a") !== shownFor && hide());
  addEventListener("resize", hide);

  // ── Sources in the margin, each where the page cites it first. They repeat the list at the end, so they are not read out.

  const wide = matchMedia("(min-width: 1400px)");

  function title(note) {
    const whole = note.querySelector("span").textContent;
    const quoted = /“(?:Document \d+: )?(.+?)”(?=\.| \(|$)/.exec(whole)?.[1];
    return note.querySelector("em") && !quoted ? note.querySelector("em").textContent : quoted ?? "";
  }

  function annotate() {
    const seen = new Set();
    for (const link of noted) {
      const group = link.closest(".bibtex-citation");
      const text = link.closest("p");
      if (!group || !text || seen.has(link.hash) || !text.parentElement.matches(".bd-article section, .sfo-finding")) continue;
      seen.add(link.hash);
      const note = noteOf(link);
      const words = title(note);
      if (!words) continue;
      const short = element("b", {}, note.querySelector(".sfo-short").textContent);
      const aside = element("span", { className: "sfo-margin" }, short, ` ${words}`);
      aside.setAttribute("aria-hidden", "true");
      group.before(aside);
    }
  }

  // On paper a page has its sources at its end, unfolded.
  const list = document.querySelector(".sfo-page-notes details");
  if (list) {
    let before = list.open;
    addEventListener("beforeprint", () => {
      before = list.open;
      list.open = true;
    });
    addEventListener("afterprint", () => (list.open = before));
  }

  if (wide.matches) annotate();
  else wide.addEventListener("change", annotate, { once: true });
})();
