"use strict";

// One softmax with two knobs, over what the character model believes at a few places.
Unrolled.pieces.temperature = function (figure, data) {
  const {element, button, slider, menu, softmax, drawn, visible} = Unrolled;
  const V = data.letters.length, AT_ONCE = 24;
  let place = data.places[0], temperature = 1, top = V;

  const places = menu("after", Object.fromEntries(data.places.map(({beginning}, n) => [n, beginning.trim()])),
                      (n) => { place = data.places[n]; show(); });
  const heat = slider({name: "temperature", min: 0.1, max: 3, step: 0.05, value: 1, words: (t) => t.toFixed(2),
                       change: (t) => { temperature = t; show(); }});
  const cut = slider({name: "top-k", min: 1, max: 30, value: 30, words: (k) => (k < 30 ? `the ${k} likeliest` : "all"),
                      change: (k) => { top = k < 30 ? k : V; show(); }});
  const bars = Unrolled.bars(data.letters, 8);
  const unsure = element("p", {"aria-live": "polite"});
  const letters = element("span", {class: "temperature-drawn", role: "status"});

  Unrolled.fill(figure, element("div", {class: "piece-controls"}, places),
                element("div", {class: "piece-controls"}, heat.node, cut.node), bars.node, unsure,
                element("div", {class: "piece-controls"}, button(`Draw ${AT_ONCE} letters`, draw), letters));
  show();

  function reshaped() {
    return softmax(place.scores, temperature, top);
  }

  function show() {
    bars.show(softmax(place.scores), reshaped());
    unsure.textContent = "It is as unsure as one who throws a fair die with "
      + `${perplexity(reshaped()).toFixed(1)} sides.`;
    letters.textContent = "";
  }

  function draw() {
    letters.textContent = Array.from({length: AT_ONCE}, () => visible(data.letters[drawn(reshaped())])).join(" ");
  }

  function perplexity(shares) {
    return 2 ** shares.reduce((bits, p) => bits - (p > 0 ? p * Math.log2(p) : 0), 0);
  }
};
