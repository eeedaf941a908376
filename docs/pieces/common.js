"use strict";

// What the interactive pieces share: where they meet their data, and the few things that all of them draw.
// A page loads this file, then NAME.data.js and NAME/piece.js of each of its pieces, as classic scripts.

window.Unrolled = (function () {
  const pieces = {}, data = {};       // by name: a function (figure, data) that fills a figure; what export.py left

  document.addEventListener("DOMContentLoaded", () => {
    for (const figure of document.querySelectorAll("[data-piece]")) {
      const name = figure.dataset.piece;
      if (!pieces[name] || !data[name]) {
        throw new Error(`The piece ${name} needs ${name}/piece.js and ${name}.data.js; is one of them not loaded?`);
      }
      pieces[name](figure, data[name]);
    }
  });

  // Put what a piece shows above the figure's caption.
  function fill(figure, ...nodes) {
    figure.insertBefore(element("div", {class: "piece-body"}, ...nodes), figure.querySelector("figcaption"));
  }

  // Make an element: attributes by name, listeners as onNAME, then children, nodes or text.
  function element(tag, attributes = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
      else if (value !== null && value !== false) made.setAttribute(name, value === true ? "" : value);
    }
    made.append(...children);
    return made;
  }

  function button(text, press, attributes = {}) {
    return element("button", {type: "button", onclick: press, ...attributes}, text);
  }

  // A slider with its name and its value in words; change(value) is called as it is dragged.
  function slider({name, min, max, step = 1, value, words = String, change}) {
    const input = element("input", {type: "range", min, max, step, oninput: () => set(Number(input.value))});
    const said = element("output", {"aria-hidden": "true"});
    function show(now) {
      input.value = now;
      said.textContent = words(now);
      input.setAttribute("aria-valuetext", words(now));
    }
    function set(now) {
      show(now);
      change(now);
    }
    show(value);
    return {node: element("label", {class: "piece-slider"}, element("span", {}, name), input, said), set, show};
  }

  // A menu: options by value.
  function menu(name, options, change) {
    const select = element("select", {onchange: () => change(select.value)},
                           ...Object.entries(options).map(([value, text]) => element("option", {value}, text)));
    return element("label", {class: "piece-menu"}, element("span", {}, name), select);
  }

  // Radio buttons that look like what they choose: faces are nodes; arrow keys come with the browser.
  let groups = 0;
  function choice(name, faces, chosen, change) {
    const group = `piece-choice-${groups++}`;
    const inputs = faces.map((_, n) => element("input", {type: "radio", name: group, checked: n === chosen,
                                                         onchange: () => change(n)}));
    const labels = faces.map((face, n) => element("label", {}, inputs[n], face));
    return {node: element("div", {class: "piece-choice", role: "radiogroup", "aria-label": name}, ...labels), inputs,
            labels};
  }

  // Bars of what may come next, likeliest first; the thin mark is the model's own belief.
  // show(believed, reshaped) takes probabilities (V,); pressing a bar calls press(letter number).
  function bars(letters, count, press) {
    const rows = Array.from({length: count}, () => {
      const [letter, fill, mark, share] = ["letter", "fill", "mark", "share"].map(
        (part) => element("span", {class: `piece-bar-${part}`}));
      const row = element(press ? "button" : "div", {class: "piece-bar", type: press ? "button" : null,
                                                     onclick: () => press && press(row.number)},
                          letter, element("span", {class: "piece-bar-room"}, fill, mark), share);
      return Object.assign(row, {letter, fill, mark, share});
    });
    const rest = element("p", {class: "piece-quiet"});
    function show(believed, reshaped) {
      const order = Array.from(believed.keys()).sort((a, b) => believed[b] - believed[a]);
      rows.forEach((row, place) => {
        const number = row.number = order[place];
        row.letter.textContent = visible(letters[number]);
        row.fill.style.width = `${100 * reshaped[number]}%`;
        row.mark.style.left = `${100 * believed[number]}%`;
        row.share.textContent = percent(reshaped[number]);
        if (press) row.setAttribute("aria-label", `Write ${spoken(letters[number])}, ${percent(reshaped[number])}`);
      });
      const others = order.slice(count).reduce((sum, number) => sum + reshaped[number], 0);
      rest.textContent = `The other ${letters.length - count} letters together: ${percent(others)}.`;
    }
    return {node: element("div", {class: "piece-bars"}, ...rows, rest), show};
  }

  // Vectors are lists of numbers, matrices are lists of rows.
  function sum(...rows) {
    return rows[0].map((_, k) => rows.reduce((total, row) => total + row[k], 0));
  }

  function times(row, matrix) {                       // row @ matrix
    return matrix[0].map((_, k) => row.reduce((total, value, n) => total + value * matrix[n][k], 0));
  }

  function timesTransposed(row, matrix) {             // row @ matrix.T
    return matrix.map((other) => other.reduce((total, value, k) => total + value * row[k], 0));
  }

  // softmax(scores / temperature) over the `top` largest scores; the others get nothing.
  function softmax(scores, temperature = 1, top = scores.length) {
    const least = top < scores.length ? Array.from(scores).sort((a, b) => b - a)[top - 1] : -Infinity;
    const largest = Math.max(...scores);
    const raised = Array.from(scores, (s) => (s < least ? 0 : Math.exp((s - largest) / temperature)));
    const sum = raised.reduce((a, b) => a + b, 0);
    return raised.map((e) => e / sum);
  }

  // Draw a number by its probability.
  function drawn(probabilities, random = Math.random) {
    let left = random();
    const found = probabilities.findIndex((p) => (left -= p) < 0);
    return found < 0 ? probabilities.indexOf(Math.max(...probabilities)) : found;
  }

  // Colour by a value from -1 to 1: purple below zero, orange above, as in the figures of the lessons.
  function shade(node, value) {
    node.classList.toggle("piece-high", value > 0);
    node.classList.toggle("piece-low", value < 0);
    node.style.setProperty("--strength", Math.min(1, Math.abs(value)).toFixed(3));
  }

  // A number in at most six signs, with a true minus.
  function short(value) {
    const size = Math.abs(value);
    const text = size >= 0.0995 || size === 0 ? size.toFixed(2) : size >= 0.00095 ? size.toFixed(3)
      : size.toExponential(0);
    return (value < 0 ? "−" : "") + text.replace("e-", "e−");
  }

  function percent(share) {
    return share > 0 && share < 0.001 ? "<0.1 %" : `${(100 * share).toFixed(share < 0.0995 ? 1 : 0)} %`;
  }

  function visible(letter) {
    return {"\n": "↵", "\t": "→", " ": "␣"}[letter] || letter;
  }

  function spoken(letter) {
    return {"\n": "a new line", "\t": "a tab", " ": "a space", "\ufffd": "any other letter"}[letter] || letter;
  }

  function calm() {
    return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  }

  return {pieces, data, fill, element, button, slider, menu, choice, bars, sum, times, timesTransposed, softmax, drawn,
          shade, short, percent, visible, spoken, calm};
})();
