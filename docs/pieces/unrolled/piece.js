"use strict";

// A vanilla RNN that reads a word, in numbers: vectors are lists, matrices lists of rows.
// The names are those of the lesson; forward and backward mirror each other.
Unrolled.rnn = (function () {
  const {sum, times, timesTransposed} = Unrolled;

  function forward(params, read) {
    let h = params.b.map(() => 0);
    return read.map((letter) => {
      const prevH = h;
      h = sum(params.Wx[letter], times(prevH, params.Wh), params.b).map(Math.tanh);
      const scores = sum(times(h, params.W_vocab), params.b_vocab);
      return {letter, prevH, h, scores, p: Unrolled.softmax(scores)};
    });
  }

  // steps, expected: letters -> by step what comes from above, what from the right, their sum; and gradients.
  function backward(params, steps, expected) {
    const grads = Object.fromEntries(Object.entries(params).map(([name, values]) => [name, zeros(values)]));
    const back = [];
    let right = params.b.map(() => 0);
    for (let t = steps.length - 1; t >= 0; t--) {
      const {letter, prevH, h, p} = steps[t];
      const dscores = p.map((share, k) => (share - (k === expected[t])) / steps.length);
      const above = timesTransposed(dscores, params.W_vocab);
      const dh = sum(above, right);
      const dz = dh.map((d, k) => d * (1 - h[k] ** 2));
      back[t] = {dscores, above, right, dh};
      collect(grads.b, dz);
      collect(grads.Wx[letter], dz);
      prevH.forEach((value, k) => collect(grads.Wh[k], dz, value));
      collect(grads.b_vocab, dscores);
      h.forEach((value, k) => collect(grads.W_vocab[k], dscores, value));
      right = timesTransposed(dz, params.Wh);
    }
    return {back, grads};
  }

  function loss(steps, expected) {
    return -steps.reduce((sum, {p}, t) => sum + Math.log(p[expected[t]]), 0) / steps.length;
  }

  // The parameters after some steps of plain gradient descent.
  function learned(start, read, expected, count, rate) {
    const params = JSON.parse(JSON.stringify(start));
    for (let step = 0; step < count; step++) {
      const {grads} = backward(params, forward(params, read), expected);
      for (const name in params) descend(params[name], grads[name], rate);
    }
    return params;
  }

  function descend(values, slopes, rate) {
    if (Array.isArray(values[0])) values.forEach((row, k) => descend(row, slopes[k], rate));
    else collect(values, slopes, -rate);
  }

  function collect(into, row, factor = 1) {
    row.forEach((value, k) => { into[k] += factor * value; });
  }

  function zeros(values) {
    return values.map((value) => (Array.isArray(value) ? zeros(value) : 0));
  }

  return {forward, backward, loss, learned};
})();


// Walk through it: T moments forward, T back.
Unrolled.pieces.unrolled = function (figure, data) {
  const {element, button, slider, shade, short, percent} = Unrolled;
  const read = [...data.read].map((letter) => data.letters.indexOf(letter));
  const expected = [...data.expected].map((letter) => data.letters.indexOf(letter));
  const T = read.length;
  const stops = [0, 1, 2, 5, 10, 20, 50, 100, 200].filter((steps) => steps < data.steps).concat(data.steps);
  let moment = 1, network;

  const columns = read.map(column);
  const said = element("p", {class: "piece-said", "aria-live": "polite"});
  const lost = element("p", {class: "piece-quiet"});
  const [before, after] = [button("◀ one back", () => walk.set(Math.max(0, moment - 1))),
                           button("one on ▶", () => walk.set(Math.min(2 * T, moment + 1)))];
  const walk = slider({name: "walk", min: 0, max: 2 * T, value: moment, words: inShort, change: go});
  const learn = slider({name: "learned for", min: 0, max: stops.length - 1, value: stops.length - 1,
                        words: (stop) => `${stops[stop]} steps`, change: (stop) => study(stops[stop])});

  Unrolled.fill(
    figure,
    element("div", {class: "unrolled-time"}, ...columns.map((c) => c.node)),
    element("p", {class: "piece-quiet"}, "The boxes in the middle are states, a number a unit: purple below zero, "
            + "orange above. On the way back they turn into gradients: the deeper the pink, the larger."),
    said,
    element("div", {class: "piece-controls"}, before, after, walk.node),
    element("div", {class: "piece-controls"}, learn.node, lost));
  figure.addEventListener("keydown", (event) => {
    if (event.target.tagName !== "BUTTON" || !["ArrowLeft", "ArrowRight"].includes(event.key)) return;
    walk.set(Math.min(2 * T, Math.max(0, moment + (event.key === "ArrowRight" ? 1 : -1))));
    event.preventDefault();
  });
  let left;                                   // on paper, the whole way forward
  window.addEventListener("beforeprint", () => { left = moment; walk.set(T); });
  window.addEventListener("afterprint", () => walk.set(left));
  study(data.steps);

  function study(steps) {
    const params = Unrolled.rnn.learned(data.start, read, expected, steps, data.rate);
    const forward = Unrolled.rnn.forward(params, read);
    const {back} = Unrolled.rnn.backward(params, forward, expected);
    network = {forward, back, largest: Math.max(...back.flatMap(({dh}) => dh.map(Math.abs)))};
    lost.textContent = `Loss ${short(Unrolled.rnn.loss(forward, expected))}; to know nothing costs `
      + `${short(Math.log(data.letters.length))}.`;
    go(moment);
  }

  function go(to) {
    moment = to;
    columns.forEach((column, t) => {
      const back = moment >= 2 * T - t;
      column.node.classList.toggle("unrolled-reached", moment > t);
      column.node.classList.toggle("unrolled-back", back);
      column.node.classList.toggle("unrolled-now", t === here());
      column.show(moment > t ? network.forward[t] : null, back ? network.back[t] : null);
    });
    before.disabled = moment === 0;
    after.disabled = moment === 2 * T;
    said.textContent = inWords();
  }

  // The step that the walk is at; -1 before the first.
  function here() {
    return moment <= T ? moment - 1 : 2 * T - moment;
  }

  function inShort(to) {
    return to === 0 ? "before" : to <= T ? `step ${to}, forward` : `step ${2 * T - to + 1}, back`;
  }

  function inWords() {
    const t = here();
    if (t < 0) return "Nothing has been read. The state is zero.";
    const {p} = network.forward[t], best = p.indexOf(Math.max(...p));
    if (moment <= T) {
      const note = t ? `the note of step ${t}` : "an empty note";
      return `Step ${t + 1}: it reads ${data.read[t]} and ${note}, and bets ${percent(p[best])} on `
        + `${data.letters[best]}. ${best === expected[t] ? "That is right." : `Right would be ${data.expected[t]}.`}`;
    }
    const {above, right, dh} = network.back[t];
    if (t === T - 1) {
      return `Back at step ${t + 1}: a gradient of size ${short(size(dh))} comes from its own bet. Nothing comes from `
        + "the right.";
    }
    return `Back at step ${t + 1}: ${short(size(above))} comes from its own bet, ${short(size(right))} from the right, `
      + `through step ${t + 2}. Added, they are a gradient of size ${short(size(dh))}.`;
  }

  function size(row) {
    return Math.hypot(...row);
  }

  // One step: what should come on top, the bets, the state, what is read below.
  function column(letter, t) {
    const bets = [...data.letters].map((name, k) => {
      const fill = element("span", {class: "unrolled-fill"}), number = element("span");
      const score = element("span", {class: "unrolled-score"});
      return {fill, score, number, node: element("div", {class: k === expected[t] ? "unrolled-bet unrolled-right"
                                                                                  : "unrolled-bet"},
                                                 element("b", {}, name), fill, score, number)};
    });
    const cells = data.start.b.map(() => element("div", {class: "unrolled-cell"}));
    const above = element("div", {class: "unrolled-up"}), below = element("div", {class: "unrolled-up"}, "↑");
    const right = element("div", {class: "unrolled-along"}), head = element("small");
    const node = element(
      "div", {class: "unrolled-step", role: "group", "aria-label": `step ${t + 1}`},
      element("div", {class: "unrolled-letter"}, element("small", {}, "should say"), data.expected[t]),
      element("div", {class: "unrolled-bets"}, head, ...bets.map((bet) => bet.node)),
      above,
      element("div", {class: "unrolled-state"}, right, ...cells),
      below,
      element("div", {class: "unrolled-letter"}, element("small", {}, "reads"), data.read[t]));

    function show(forward, back) {
      head.textContent = back ? "gradient" : "bets, %";
      bets.forEach(({fill, score, number}, k) => {
        fill.style.setProperty("--share", forward ? forward.p[k].toFixed(4) : 0);
        score.textContent = forward && !back ? short(forward.scores[k]) : "";
        number.textContent = back ? short(back.dscores[k]) : forward ? (100 * forward.p[k]).toFixed(0) : "";
      });
      cells.forEach((cell, k) => {
        shade(cell, back ? back.dh[k] / network.largest : forward ? forward.h[k] : 0);
        cell.textContent = back ? short(back.dh[k]) : forward ? short(forward.h[k]) : "";
      });
      above.textContent = back ? "↓" : "↑";
      right.textContent = t === 0 ? "" : back ? "←" : "→";
    }
    return {node, show};
  }
};
