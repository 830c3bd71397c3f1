// Makes the questions of "Check yourself" answer. The page holds question, options and, folded, what is to be said of
// each (sugarforoil.publish.selfcheck); here they get controls. Nothing is stored, nothing is sent.
"use strict";

(() => {
  const make = (tag, name, ...children) => {
    const made = document.createElement(tag);
    if (name) made.className = name;
    made.append(...children);
    return made;
  };
  const copy = node => {
    const held = make("span", "");
    held.append(...[...node.childNodes].map(child => child.cloneNode(true)));
    return held;
  };
  const bold = node => node.querySelector("strong")?.textContent.trim() ?? "";
  const words = node => node.textContent.trim();

  // "1,250" is a thousand and more, "0,15" a part of one; a true minus sign counts as one.
  const number = text => {
    const bare = text.replace(/[\s\u00a0\u202f]/g, "").replace("\u2212", "-").replace(/,(?=\d{3}(\D|$))/g, "");
    return /\d/.test(bare) ? Number(bare.replace(",", ".")) : NaN;
  };

  // Each kind gives its controls and a judge, which says what is to be told: [right?, ...words].
  const kinds = {
    choice(box, id) {
      const reasons = [...box.querySelectorAll(".sfo-check-reasons > li")];
      const list = box.querySelector(".sfo-check-options");
      const inputs = [];
      for (const option of list.children) {
        const input = make("input", "");
        Object.assign(input, { type: "radio", name: id });
        inputs.push(input);
        option.replaceChildren(make("label", "", input, copy(option)));
      }
      return [[list], () => {
        const chosen = inputs.findIndex(one => one.checked);
        if (chosen < 0) return [null, "Choose one of the answers first."];
        const right = reasons[chosen].classList.contains("sfo-check-right");
        return right ? [true, copy(reasons[chosen])] : [false, make("strong", "", "Not this one."), " ", copy(reasons[chosen])];
      }];
    },

    number(box, id) {
      const reasons = [...box.querySelectorAll(".sfo-check-reasons > li")];
      const near = (value, other) => Math.abs(value - other) <= Number(box.dataset.within) + 1e-9;
      const input = make("input", "");
      Object.assign(input, { type: "text", inputMode: "decimal", autocomplete: "off", id, size: 10 });
      const label = make("label", "", "Your number ");
      label.htmlFor = id;
      return [[make("p", "sfo-check-number", label, input)], () => {
        const value = number(input.value);
        if (Number.isNaN(value)) return [null, "Write a number, such as 12 or 3.5."];
        if (near(value, Number(box.dataset.value))) {
          return [true, make("strong", "", "Right."), " ", copy(box.querySelector("p.sfo-check-right"))];
        }
        const misread = reasons.slice(0, -1).find(one => near(value, number(bold(one))));
        const told = copy(misread ?? reasons.at(-1));
        if (!misread) {  // a hint: without the word "Otherwise" and its colon
          const word = told.querySelector("strong");
          word.nextSibling.textContent = word.nextSibling.textContent.replace(/^:\s*/, "");
          word.remove();
        }
        return [false, make("strong", "", "Not this number."), " ", told];
      }];
    },

    order(box, id) {
      const reasons = [...box.querySelectorAll(".sfo-check-reasons > li")];
      const list = box.querySelector(".sfo-check-options");
      const right = reasons.map(bold);
      const rows = [...list.children].map((option, index) => {
        const event = words(option);
        const place = make("select", "", new Option("place", ""), ...right.map((_, at) => new Option(at + 1, at)));
        place.id = `${id}-${index}`;
        const label = make("label", "", copy(option));
        label.htmlFor = place.id;
        option.replaceChildren(place, " ", label);
        return { event, place };
      });
      return [[list], () => {
        const places = rows.map(row => row.place.value);
        if (places.includes("")) return [null, "Give every event a place first."];
        if (new Set(places).size < places.length) return [null, "Two events have the same place: give each its own."];
        const order = right.map((_, at) => rows.find(row => row.place.value === String(at)).event);
        const wrong = order.findIndex((event, at) => event !== right[at]);
        if (wrong < 0) return [true, make("strong", "", "Right."), " The answer below has the dates."];
        const kept = order.filter((event, at) => event === right[at]).length;
        return [
          false, make("strong", "", "Not yet."), ` In their places: ${kept} of ${right.length}. Look again at this one. `,
          copy(reasons[right.indexOf(order[wrong])]),
        ];
      }];
    },
  };

  document.querySelectorAll(".sfo-check").forEach((box, index) => {
    const [controls, judge] = kinds[box.dataset.kind](box, `check-${index + 1}`);
    const question = box.querySelector(".sfo-check-question");
    const answer = box.querySelector(".sfo-check-answer");
    const legend = make("legend", "sfo-check-question", ...question.childNodes);
    const between = [...box.children].filter(one => one !== question && one !== answer && !controls.includes(one));
    const status = make("div", "sfo-check-status");
    status.setAttribute("role", "status");
    const button = make("button", "", "Check");
    button.type = "submit";
    const form = make("form", "", make("fieldset", "", legend, ...between, ...controls), button, status);
    form.noValidate = true;
    form.addEventListener("submit", event => {
      event.preventDefault();
      const [right, ...told] = judge();
      box.dataset.state = right === null ? "open" : right ? "right" : "wrong";
      status.replaceChildren(...told);
    });
    question.remove();
    box.prepend(form);
  });
})();
