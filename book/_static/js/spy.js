// Marks, in a page's list of contents, the section that is being read. (The theme brings a library of 80 KB for it.)
"use strict";

(() => {
  const links = new Map();
  for (const link of document.querySelectorAll(".bd-toc-nav a[href^='#']")) {
    const section = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (section) links.set(section, link);
  }
  if (!links.size) return;

  const seen = new Set();

  function mark() {
    // Of the sections in view, the innermost that comes first: it stands last among those that hold one another.
    const [first] = [...links.keys()].filter((one) => seen.has(one) && ![...seen].some((other) => one !== other && one.contains(other)));
    for (const [section, link] of links) {
      const here = section === first;
      link.classList.toggle("active", here);
      link.parentElement.classList.toggle("active", here);
      if (here) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }

  const watch = new IntersectionObserver(
    (changes) => {
      for (const { target, isIntersecting } of changes) seen[isIntersecting ? "add" : "delete"](target);
      if (seen.size) mark();
    },
    { rootMargin: "-60px 0px -60% 0px" },
  );
  for (const section of links.keys()) watch.observe(section);
})();
