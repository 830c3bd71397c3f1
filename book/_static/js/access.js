// What the size of the window and the state of the page mean for readers with a keyboard or a screen reader.
// Without this script every box that might scroll takes the focus, and everything else works as the theme has it.
"use strict";

addEventListener("DOMContentLoaded", () => {
  const page = document.documentElement;

  // A box takes the focus, and has a name, only where there is something to scroll to.
  const boxes = [...document.querySelectorAll("main [role=group][tabindex='0'][aria-label]")];
  const labels = new Map(boxes.map((box) => [box, box.getAttribute("aria-label")]));
  function fit(box) {
    if (box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1) {
      box.tabIndex = 0;
      box.setAttribute("role", "group");
      box.setAttribute("aria-label", `${labels.get(box)} (scrolls)`);
    } else {
      for (const name of ["tabindex", "role", "aria-label"]) box.removeAttribute(name);
    }
  }
  const sizes = new ResizeObserver((seen) => seen.forEach(({ target }) => fit(target)));
  boxes.forEach((box) => sizes.observe(box));

  // The buttons say what they open and whether it is open.
  for (const side of ["primary", "secondary"]) {
    const button = document.querySelector(`.${side}-toggle`);
    const state = document.getElementById(`pst-${side}-sidebar-checkbox`);
    const bar = document.querySelector(`.bd-sidebar-${side}`);
    if (!button || !state || !bar) continue;
    const tell = () => button.setAttribute("aria-expanded", String(getComputedStyle(bar).visibility === "visible"));
    button.setAttribute("aria-controls", bar.id);
    button.addEventListener("click", () => setTimeout(tell, 350)); // when it has slid in or out
    state.addEventListener("change", tell);
    bar.addEventListener("keydown", (event) => event.key === "Escape" && setTimeout(tell, 350));
    tell();
  }

  const modes = { auto: "as your system", light: "light", dark: "dark" };
  function tellMode() {
    for (const button of document.querySelectorAll(".theme-switch-button")) {
      button.setAttribute("aria-label", `Light or dark page: ${modes[page.dataset.mode] ?? modes.auto}`);
    }
  }
  new MutationObserver(tellMode).observe(page, { attributeFilter: ["data-mode"] });
  tellMode();

  // The search closes when the focus leaves it, and gives the focus back to the button that opened it.
  const search = document.querySelector(".search-button__wrapper");
  const field = search?.querySelector("input");
  let opener = null;
  for (const button of document.querySelectorAll(".search-button__button")) {
    button.setAttribute("aria-haspopup", "dialog");
    button.addEventListener("click", () => (opener = button), true);
  }
  if (field) {
    new MutationObserver(() => {
      if (search.classList.contains("show") || !opener) return;
      opener.focus();
      opener = null;
    }).observe(search, { attributeFilter: ["class"] });
    search.addEventListener("focusout", (event) => {
      const inside = event.relatedTarget && search.contains(event.relatedTarget);
      if (event.relatedTarget && !inside) search.classList.remove("show");
    });
  }
});
