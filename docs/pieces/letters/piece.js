"use strict";

// The LSTM of lesson 3 over letters, one step at a time, with the weights that export.py packed.
Unrolled.lstm = (function () {
  function unpacked(data) {
    const value = new Int8Array(128);
    [...data.digits].forEach((digit, k) => { value[digit.charCodeAt(0)] = k - data.most; });
    const net = {H: data.hidden, V: data.letters.length};
    for (const [name, {shape: [, columns], factors, digits}] of Object.entries(data.matrices)) {
      net[name] = Float32Array.from(digits, (_, n) => value[digits.charCodeAt(n)] * factors[n % columns]);
    }
    for (const [name, values] of Object.entries(data.vectors)) net[name] = Float32Array.from(values);
    return net;
  }

  function start(net) {
    return {h: new Float64Array(net.H), c: new Float64Array(net.H), cell: new Float64Array(net.H)};
  }

  // Read one letter -> the state after it; cell is tanh(c). The blocks of a are, in order: i, f, o, g.
  function step(net, {h, c}, letter) {
    const H = net.H, a = Float64Array.from(net.b), next = start(net);
    for (let k = 0; k < 4 * H; k++) a[k] += net.Wx[4 * H * letter + k];
    for (let n = 0; n < H; n++) {
      const value = h[n], row = 4 * H * n;
      for (let k = 0; k < 4 * H; k++) a[k] += value * net.Wh[row + k];
    }
    for (let k = 0; k < H; k++) {
      const [i, f, o] = [a[k], a[H + k], a[2 * H + k]].map(sigmoid);
      next.c[k] = f * c[k] + i * Math.tanh(a[3 * H + k]);
      next.cell[k] = Math.tanh(next.c[k]);
      next.h[k] = o * next.cell[k];
    }
    return next;
  }

  function scores(net, {h}) {
    const found = Float64Array.from(net.b_vocab);
    for (let n = 0; n < net.H; n++) {
      for (let k = 0; k < net.V; k++) found[k] += h[n] * net.W_vocab[net.V * n + k];
    }
    return found;
  }

  function sigmoid(z) {
    return 1 / (1 + Math.exp(-z));
  }

  return {unpacked, start, step, scores};
})();


Unrolled.pieces.letters = function (figure, data) {
  const {element, button, slider, menu, softmax, drawn, spoken} = Unrolled;
  const LONGEST = 600, AT_ONCE = 80, PAUSE = 45;          // letters, letters, milliseconds
  const SURPRISE = "surprise", PLAIN = "nothing", MOST_BITS = 8;
  const net = Unrolled.lstm.unpacked(data);
  const V = net.V, newline = data.letters.indexOf("\n");
  let temperature = 1, top = V, colour = SURPRISE, writing = null;
  let read = [{letter: "", ...after(Unrolled.lstm.start(net), newline)}];     // a text begins after a new line

  const ground = element("pre", {"aria-hidden": "true"});
  const paper = element("textarea", {"aria-label": "Python to read", spellcheck: "false", autocapitalize: "off",
                                     autocomplete: "off", maxlength: LONGEST, oninput: listen});
  const bars = Unrolled.bars(data.letters, 10, (letter) => { stop(); write(letter); });
  const on = button("Let it write", () => (writing ? stop() : writeOn()));
  const cost = element("p", {class: "piece-quiet"});
  const units = Object.fromEntries(data.units.map(({name, unit}) => [name, `unit ${unit}: ${name}`]));
  const heat = slider({name: "temperature", min: 0.1, max: 2, step: 0.05, value: temperature,
                       words: (t) => t.toFixed(2), change: (t) => { temperature = t; guess(); }});
  const cut = slider({name: "top-k", min: 1, max: 30, value: 30, words: (k) => (k < 30 ? `the ${k} likeliest` : "all"),
                      change: (k) => { top = k < 30 ? k : V; guess(); }});
  const colours = menu("colour by", {...units, [SURPRISE]: "surprise at the letter", [PLAIN]: "nothing"},
                       (chosen) => { colour = chosen; paint(); });
  const key = element("p", {class: "piece-quiet"});

  Unrolled.fill(
    figure,
    element("div", {class: "piece-controls"}, colours),
    element("div", {class: "letters-paper"}, ground, paper), key,
    element("div", {class: "piece-controls"}, button("Write one letter", () => { stop(); write(chosen()); }), on,
            button("Start over", () => { stop(); paper.value = ""; listen(); paper.focus(); })),
    element("div", {class: "piece-controls"}, heat.node, cut.node),
    bars.node, cost);
  colour = colours.querySelector("select").value;
  paper.value = 'def greet(name):\n    """Say hello."""\n    print("hello, " + name)\n    raise ValueError("';
  listen();

  // The state after a letter, and what is believed then.
  function after(state, number) {
    const next = Unrolled.lstm.step(net, state, number), scores = Unrolled.lstm.scores(net, next);
    return {state: next, scores, believed: softmax(scores)};
  }

  // Read what is new: everything up to the first letter that has changed is known.
  function listen() {
    const text = [...paper.value];
    let same = 0;
    while (same < text.length && same + 1 < read.length && read[same + 1].letter === text[same]) same++;
    read = read.slice(0, same + 1);
    for (const letter of text.slice(same)) {
      const place = data.letters.indexOf(letter), number = place < 0 ? V - 1 : place;
      const {state, believed} = read[read.length - 1];
      read.push({letter, bits: -Math.log2(believed[number]), ...after(state, number)});
    }
    paint();
    guess();
  }

  function guess() {
    const {believed} = read[read.length - 1];
    bars.show(believed, reshaped());
  }

  function reshaped() {
    return softmax(read[read.length - 1].scores, temperature, top);
  }

  function chosen() {
    return drawn(reshaped());
  }

  function write(number) {
    if (paper.value.length < LONGEST) paper.value += data.letters[number];
    listen();
  }

  function writeOn() {
    let left = AT_ONCE;
    if (Unrolled.calm()) {
      while (left--) write(chosen());
      return;
    }
    on.textContent = "Stop";
    writing = setInterval(() => (left-- > 0 && paper.value.length < LONGEST ? write(chosen()) : stop()), PAUSE);
  }

  function stop() {
    clearInterval(writing);
    writing = null;
    on.textContent = "Let it write";
  }

  function paint() {
    const found = data.units.find(({name}) => name === colour);
    ground.classList.toggle("letters-surprise", colour === SURPRISE);
    ground.replaceChildren(...read.slice(1).map((place) => {
      const node = element("span", {}, place.letter);
      if (found) Unrolled.shade(node, Math.sign(found.r) * place.state.cell[found.unit]);
      if (colour === SURPRISE) Unrolled.shade(node, place.bits / MOST_BITS);
      return node;
    }), "\u200b");
    key.textContent = found
      ? `Orange where the unit says ${found.name}, purple where it says the opposite; on the file where it was found `
        + `its correlation with that was ${Math.abs(found.r).toFixed(2)}.`
      : colour === SURPRISE ? `The pinker, the more bits a letter cost; ${MOST_BITS} bits and more are the full colour.`
        : "";
    const bits = read.slice(1).reduce((sum, place) => sum + place.bits, 0) / Math.max(1, read.length - 1);
    cost.textContent = `This text cost it ${bits.toFixed(2)} bits a letter. Packed for this page to six bits a weight, `
      + `the model needs ${data.bits.packed.toFixed(3)} bits a letter on files it has not seen, unpacked `
      + `${data.bits.shipped.toFixed(3)}.`;
  }
};
