"use strict";

// A picture, what the captioner said about it, and where it looked for each word.
Unrolled.pieces.looking = function (figure, data) {
  const {element, choice} = Unrolled;
  const SIDE = 7, DARK = 0.85;
  const ROWS = ["top", "top", "upper middle", "middle", "lower middle", "bottom", "bottom"];
  const COLUMNS = ["far left", "left", "left of the middle", "middle", "right of the middle", "right", "far right"];

  const image = element("img", {class: "looking-picture"});
  const light = element("canvas", {width: SIDE, height: SIDE, "aria-hidden": "true"});
  const marks = element("div", {class: "looking-marks", "aria-hidden": "true"});
  const words = element("div", {class: "looking-words"});
  const said = element("p", {class: "looking-said", "aria-live": "polite"});
  const person = element("p", {class: "piece-quiet"});
  const thumbnails = data.pictures.map((picture) => element("img", {src: source(picture), alt: caption(picture)}));

  Unrolled.fill(
    figure,
    choice("picture", thumbnails, 0, open).node,
    element("div", {class: "looking-pair"},
            element("div", {class: "looking-frame"}, image, light, marks),
            element("div", {class: "looking-told"}, words, said, person)));
  open(0);

  function open(n) {
    const picture = data.pictures[n];
    const things = picture.words.findIndex(({on}) => on !== null), first = Math.max(0, things);
    image.src = source(picture);
    image.alt = `${picture.person} The captioner says: ${caption(picture)}.`;
    person.textContent = `A person said: ${picture.person}`;
    const group = choice("word", picture.words.map(({word}) => element("span", {}, word)), first,
                         (t) => show(picture.words[t]));
    group.labels.forEach((label, t) => label.addEventListener("pointerenter", () => {
      group.inputs[t].checked = true;
      show(picture.words[t]);
    }));
    words.replaceChildren(group.node);
    show(picture.words[first]);
  }

  function show({word, weights, boxes, on}) {
    const looks = halves(weights), most = Math.max(...looks), at = looks.indexOf(most);
    shine(looks.map((weight) => weight / most));
    marks.replaceChildren(square(at), ...boxes.map(outline));
    const [row, column] = [Math.floor(at / SIDE), at % SIDE];
    const where = ROWS[row] === COLUMNS[column] ? "the middle" : `${ROWS[row]}, ${COLUMNS[column]}`;
    said.textContent = `“${word}”: the strongest region, ${where}, has ${(100 * most).toFixed(0)} % of the look; `
      + `${(100 / SIDE ** 2).toFixed(0)} % would be its share if all were alike.`
      + (on === null ? "" : on ? ` It lies on the ${word}.` : ` It does not lie on the ${word}.`);
  }

  // Darken what was not looked at: one pixel a region, enlarged smoothly by the browser.
  function shine(looks) {
    const brush = light.getContext("2d"), pixels = brush.createImageData(SIDE, SIDE);
    looks.forEach((strength, n) => { pixels.data[4 * n + 3] = 255 * DARK * (1 - strength); });
    brush.putImageData(pixels, 0, 0);
  }

  function square(at) {
    const side = 100 / SIDE;
    return place("looking-strongest", (at % SIDE) * side, Math.floor(at / SIDE) * side, side, side);
  }

  function outline([left, top, right, bottom]) {
    return place("looking-thing", 100 * left, 100 * top, 100 * (right - left), 100 * (bottom - top));
  }

  function place(name, left, top, width, height) {
    return element("span", {class: name, style: `left: ${left}%; top: ${top}%; width: ${width}%; height: ${height}%`});
  }

  // Numbers in half precision, as export.py packed them.
  function halves(text) {
    const bytes = atob(text);
    return Array.from({length: bytes.length / 2}, (_, n) => {
      const bits = bytes.charCodeAt(2 * n) + 256 * bytes.charCodeAt(2 * n + 1);
      const exponent = (bits >> 10) & 31, fraction = (bits & 1023) / 1024;
      const size = exponent ? (1 + fraction) * 2 ** (exponent - 15) : fraction * 2 ** -14;
      return bits >> 15 ? -size : size;
    });
  }

  function source({jpeg}) {
    return `data:image/jpeg;base64,${jpeg}`;
  }

  function caption(picture) {
    return picture.words.map(({word}) => word).join(" ");
  }
};
