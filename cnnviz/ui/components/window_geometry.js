// Which cells belong together: pure arithmetic on a scene, no drawing. Rows and columns of the input count in the
// padded array, from its top left corner; a tap (i, j) is a place in the window as it slides.
function decodeArray(array) {
  if (!array) return null;
  return { shape: array.shape, values: unpacked(array.values, Float32Array) };
}

function readScene(data) {
  const [top, bottom, left, right] = data.kind === "transposed" ? [0, 0, 0, 0] : data.padding;
  const scene = { kind: data.kind, kernel: data.kernel, stride: data.stride, dilation: data.dilation, groups: data.groups,
    flipped: data.flipped, editable: data.editable, picture: data.picture, top, bottom, left, right,
    transposed: data.kind === "transposed", pooling: data.kind === "max" || data.kind === "average" };
  for (const name of ["input", "padded", "output", "weights", "bias", "gradient"]) scene[name] = decodeArray(data[name]);
  [scene.channels, scene.height, scene.width] = scene.input.shape;
  [scene.filters, scene.outHeight, scene.outWidth] = scene.output.shape;
  const [, rows, columns] = scene.padded.shape, [fullHeight, fullWidth] = reach(scene);
  // a ceiling leaves windows that hang over the edge: the frame of the input shows that there is nothing
  scene.inFrame = { rows: scene.transposed ? rows : Math.max(rows, fullHeight),
    columns: scene.transposed ? columns : Math.max(columns, fullWidth) };
  const [cutTop, , cutLeft] = scene.transposed ? data.padding : [0, 0, 0];
  scene.cutTop = cutTop; scene.cutLeft = cutLeft;
  scene.outFrame = scene.transposed
    ? { rows: Math.max(fullHeight, cutTop + scene.outHeight), columns: Math.max(fullWidth, cutLeft + scene.outWidth) }
    : { rows: scene.outHeight, columns: scene.outWidth };
  [scene.walkRows, scene.walkColumns] = scene.transposed ? [scene.height, scene.width] : [scene.outHeight, scene.outWidth];
  scene.steps = scene.walkRows * scene.walkColumns;
  scene.geometry = JSON.stringify([data.kind, scene.padded.shape, scene.output.shape, scene.weights?.shape, data.kernel,
    data.stride, data.padding, data.dilation, data.groups]);
  return scene;
}

// Rows and columns that the windows need (transposed: that the stamps cover).
function reach({ kernel, stride, dilation, transposed, height, width, outHeight, outWidth }) {
  const count = transposed ? [height, width] : [outHeight, outWidth];
  return [0, 1].map((k) => (count[k] - 1) * stride[k] + (kernel[k] - 1) * dilation[k] + 1);
}

const span = (scene, k) => (scene.kernel[k] - 1) * scene.dilation[k] + 1;
const within = (at, size) => at >= 0 && at < size;
const isPadding = (scene, row, column) =>
  !within(row - scene.top, scene.height) || !within(column - scene.left, scene.width);

function valueAt(scene, channel, row, column) {
  const [, rows, columns] = scene.padded.shape;
  return within(row, rows) && within(column, columns)
    ? scene.padded.values[(channel * rows + row) * columns + column] : NaN;
}
const outputAt = (scene, filter, y, x) => scene.output.values[(filter * scene.outHeight + y) * scene.outWidth + x];

function eachTap(scene, visit) {
  for (let i = 0; i < scene.kernel[0]; i++) for (let j = 0; j < scene.kernel[1]; j++) visit(i, j);
}

// Input cells that an output cell is made of, each with its tap; those outside the padded input are left out.
function sources(scene, y, x) {
  const found = [], { stride, dilation } = scene, [, rows, columns] = scene.padded.shape;
  eachTap(scene, (i, j) => {
    let row = y * stride[0] + i * dilation[0], column = x * stride[1] + j * dilation[1];
    if (scene.transposed) {
      row = (y + scene.cutTop - i * dilation[0]) / stride[0];
      column = (x + scene.cutLeft - j * dilation[1]) / stride[1];
    }
    if (Number.isInteger(row) && Number.isInteger(column) && within(row, rows) && within(column, columns))
      found.push({ i, j, row, column });
  });
  return found;
}

// Output cells that an input cell contributes to, each with the tap it goes through.
function targets(scene, row, column) {
  const found = [], { stride, dilation } = scene;
  eachTap(scene, (i, j) => {
    let y = (row - i * dilation[0]) / stride[0], x = (column - j * dilation[1]) / stride[1];
    if (scene.transposed) {
      y = row * stride[0] + i * dilation[0] - scene.cutTop;
      x = column * stride[1] + j * dilation[1] - scene.cutLeft;
    }
    if (Number.isInteger(y) && Number.isInteger(x) && within(y, scene.outHeight) && within(x, scene.outWidth))
      found.push({ i, j, y, x });
  });
  return found;
}

// Input channels that a filter reads.
function channelsOf(scene, filter) {
  const groups = scene.pooling ? scene.channels : scene.groups, size = scene.channels / groups;
  const first = Math.floor(filter / (scene.filters / groups)) * size;
  return Array.from({ length: size }, (_, k) => first + k);
}

// Index of a weight in the array as the student wrote it.
function weightIndex(scene, filter, channel, i, j) {
  const [kh, kw] = scene.kernel, [a, b] = scene.flipped ? [kh - 1 - i, kw - 1 - j] : [i, j];
  return scene.transposed ? [channel, filter % (scene.filters / scene.groups), a, b]
    : [filter, channel % (scene.channels / scene.groups), a, b];
}
function weightAt(scene, filter, channel, i, j) {
  const at = weightIndex(scene, filter, channel, i, j), shape = scene.weights.shape;
  return scene.weights.values[at.reduce((sum, index, k) => sum * shape[k] + index, 0)];
}
const biasAt = (scene, filter) => (scene.bias ? scene.bias.values[filter] : 0);

// Steps go row by row over the output cells; a transposed convolution goes over the input cells that it stamps.
const placeOf = (scene, step) => [Math.floor(step / scene.walkColumns), step % scene.walkColumns];
function cellOf(scene, step) {
  const [row, column] = placeOf(scene, step);
  if (!scene.transposed) return [row, column];
  return [clampTo(row * scene.stride[0] - scene.cutTop, scene.outHeight), clampTo(column * scene.stride[1] - scene.cutLeft, scene.outWidth)];
}
function stepOf(scene, y, x) {
  if (!scene.transposed) return clampTo(y, scene.outHeight) * scene.outWidth + clampTo(x, scene.outWidth);
  const row = clampTo(Math.floor((y + scene.cutTop) / scene.stride[0]), scene.height);
  return row * scene.width + clampTo(Math.floor((x + scene.cutLeft) / scene.stride[1]), scene.width);
}
// The step whose window lies nearest around an input cell.
function stepAround(scene, row, column) {
  if (scene.transposed) return row * scene.width + column;
  const [y, x] = [row, column].map((at, k) => Math.round((at - (span(scene, k) - 1) / 2) / scene.stride[k]));
  return stepOf(scene, y, x);
}
const clampTo = (at, size) => Math.min(size - 1, Math.max(0, at));

// The terms of one output cell, channel by channel: what is multiplied, in the order in which the window reads.
function termsOf(scene, filter, y, x) {
  const places = sources(scene, y, x);
  return channelsOf(scene, filter).map((channel) => {
    const terms = places.map((p) => ({ ...p, x: valueAt(scene, channel, p.row, p.column),
      w: scene.weights ? weightAt(scene, filter, channel, p.i, p.j) : 1 }));
    return { channel, terms, sum: terms.reduce((sum, t) => sum + t.w * t.x, 0) };
  });
}

// An average counts the padding or not: whichever gives the output that the page computed.
function averageOf(scene, filter, y, x) {
  const { terms } = termsOf(scene, filter, y, x)[0], inner = terms.filter((t) => !isPadding(scene, t.row, t.column));
  const output = outputAt(scene, filter, y, x), size = scene.kernel[0] * scene.kernel[1];
  const total = (list) => list.reduce((sum, t) => sum + t.x, 0);
  const ways = [{ terms: inner, count: inner.length }, { terms, count: terms.length }, { terms, count: size }];
  const miss = ({ terms: list, count }) => Math.abs(total(list) / count - output);
  return ways.filter((way) => way.count).reduce((best, way) => (miss(way) < miss(best) - 1e-6 ? way : best));
}

// Transposed only: the output of one filter after the stamps of the steps 0…step, and which cells they touched.
function stamped(scene, filter, step) {
  const size = scene.outHeight * scene.outWidth;
  const sums = new Float32Array(size).fill(biasAt(scene, filter)), touched = new Uint8Array(size);
  for (let k = 0; k <= step; k++) {
    const [row, column] = placeOf(scene, k);
    for (const { i, j, y, x } of targets(scene, row, column)) {
      for (const channel of channelsOf(scene, filter))
        sums[y * scene.outWidth + x] += valueAt(scene, channel, row, column) * weightAt(scene, filter, channel, i, j);
      touched[y * scene.outWidth + x] = 1;
    }
  }
  return { sums, touched };
}
