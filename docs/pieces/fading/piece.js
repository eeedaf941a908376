"use strict";

// A plain RNN over some steps, and a gradient of length 1 on its way back from the last one.
Unrolled.flow = (function () {
  const {sum, times, timesTransposed} = Unrolled;

  function forward(x, Wx, Wh) {
    let h = Wh.map(() => 0);
    return x.map((input) => { h = sum(times(input, Wx), times(h, Wh)).map(Math.tanh); return h; });
  }

  // The length of the gradient at each state.
  function backward(h, Wh) {
    const sizes = [];
    let dh = Wh.map(() => 1 / Math.sqrt(Wh.length));
    for (let t = h.length - 1; t >= 0; t--) {
      sizes[t] = Math.hypot(...dh);
      dh = timesTransposed(dh.map((d, k) => d * (1 - h[t][k] ** 2)), Wh);
    }
    return sizes;
  }

  return {forward, backward};
})();


Unrolled.pieces.fading = function (figure, data) {
  const {element, slider} = Unrolled;
  const LEAST = -16, MOST = 12;               // powers of ten that the plot shows
  const H = data.Wh.length, PURPLE = [153, 142, 195], ORANGE = [241, 163, 64];
  let stretch = 1.6, loudness = 1, steps = data.x.length;

  const states = element("canvas", {class: "fading-states", role: "img",
                                    "aria-label": `the states of ${H} units over time, coloured from -1 to 1`});
  const curve = drawn("polyline", "fading-curve"), fence = drawn("polyline", "fading-fence");
  const one = drawn("line", "fading-one", {x1: 0, x2: 1, y1: height(0), y2: height(0)});
  const plot = drawn("svg", "fading-plot", {
    viewBox: "0 0 1 1", preserveAspectRatio: "none", role: "img",
    "aria-label": "the size of the gradient over time, on a logarithmic scale"});
  plot.append(one, fence, curve);
  const said = element("p", {"aria-live": "polite"});
  const powers = [12, 6, 0, -6, -12].map((power) => element(
    "span", {style: `top: ${100 * height(power)}%`},
    ...(power ? ["10", element("sup", {}, String(power).replace("-", "−"))] : ["1"])));

  Unrolled.fill(
    figure,
    element("div", {class: "piece-controls"},
            slider({name: "stretch σ", min: 0.1, max: 6, step: 0.1, value: stretch, words: (s) => s.toFixed(1),
                    change: (s) => { stretch = s; show(); }}).node,
            slider({name: "inputs", min: 0, max: 4, step: 0.1, value: loudness, words: (l) => `× ${l.toFixed(1)}`,
                    change: (l) => { loudness = l; show(); }}).node,
            slider({name: "steps", min: 5, max: steps, value: steps, change: (T) => { steps = T; show(); }}).node),
    element("div", {class: "fading-axes"}, element("span", {class: "piece-quiet"}, "states"), states,
            element("div", {class: "fading-powers piece-quiet", "aria-hidden": "true"}, ...powers), plot),
    element("p", {class: "piece-quiet fading-key"}, element("i", {class: "fading-solid"}), "size of the gradient ",
            element("i", {class: "fading-dotted"}), "the fence, σ to the power of the steps walked back"),
    said);
  show();

  function show() {
    const Wh = data.Wh.map((row) => row.map((w) => stretch * w));
    const x = data.x.slice(0, steps).map((row) => row.map((value) => loudness * value));
    const h = Unrolled.flow.forward(x, data.Wx, Wh), sizes = Unrolled.flow.backward(h, Wh);
    const fences = sizes.map((_, t) => stretch ** (steps - 1 - t));
    colour(h);
    curve.setAttribute("points", line(sizes));
    fence.setAttribute("points", line(fences));
    const sure = h.flat().filter((value) => Math.abs(value) > 0.9).length / h.flat().length;
    said.textContent = `The spectral radius is ${(stretch * data.radius).toFixed(2)}. ${steps - 1} steps back, the `
      + `gradient is ${power(sizes[0])} times what it was; the fence stands at ${power(fences[0])}. `
      + `${Unrolled.percent(sure)} of the numbers in the states are sure, above 0.9 or below −0.9.`;
  }

  function line(sizes) {
    return sizes.map((size, t) => `${t / (sizes.length - 1)},${height(Math.log10(Math.max(size, 1e-300)))}`).join(" ");
  }

  // Where a power of ten is drawn: 0 at the top of the plot, 1 at its bottom.
  function height(exponent) {
    return Math.min(1, Math.max(0, (MOST - exponent) / (MOST - LEAST)));
  }

  function colour(h) {
    Object.assign(states, {width: h.length, height: H});
    const brush = states.getContext("2d"), pixels = brush.createImageData(h.length, H);
    h.forEach((row, t) => row.forEach((value, k) => {
      pixels.data.set([...(value < 0 ? PURPLE : ORANGE), 255 * Math.abs(value)], 4 * (k * h.length + t));
    }));
    brush.putImageData(pixels, 0, 0);
  }

  function power(value) {
    if (value >= 0.01 && value < 1000) return value.toPrecision(2);
    return value.toExponential(0).replace("+", "").replace("-", "−");
  }

  function drawn(tag, name, attributes = {}) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [key, value] of Object.entries({class: name, ...attributes})) made.setAttribute(key, value);
    return made;
  }
};
