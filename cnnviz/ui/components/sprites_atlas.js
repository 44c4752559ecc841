// Numbers of all units to one coloured canvas, the atlas, from which tiles are copied. A colour scale is 256 entries per
// unit, so another one costs a pass over the bytes.
const FAR = 1e-12;

function tableColour(tables, signed) {
  const table = tables[signed ? 1 : 0];
  return (t, out, p) => {
    const k = 3 * Math.round(255 * clamp(t, 0, 1));
    out[p] = table[k]; out[p + 1] = table[k + 1]; out[p + 2] = table[k + 2];
    // signed: clear at zero, so that zero is the ground of either theme
    out[p + 3] = signed ? 255 * (1 - (1 - Math.abs(2 * clamp(t, 0, 1) - 1)) ** 2) : 255;
  };
}

// The ends of the colours of unit k under a scale: around 0 if the layer has negative answers.
function mapEnds(sheet, scale, k) {
  const [low, high] = scale === "unit" ? [sheet.low[k], sheet.high[k]] : scale === "layer" ? [sheet.lowest, sheet.highest] : sheet.span;
  const top = Math.max(sheet.signed ? Math.max(Math.abs(low), Math.abs(high)) : high, FAR);
  return [sheet.signed ? -top : 0, top];
}

class Atlas {
  constructor(count, rows, columns) {
    this.rows = rows; this.columns = columns;
    this.across = Math.max(1, Math.ceil(Math.sqrt((count * rows) / columns)));
    this.canvas = document.createElement("canvas");
    this.canvas.width = this.across * columns; this.canvas.height = Math.ceil(count / this.across) * rows;
    this.context = this.canvas.getContext("2d");
  }
  // Fill tile k: `colour(i, out, p)` writes the four bytes of its i-th cell.
  put(k, colour) {
    const pixels = this.context.createImageData(this.columns, this.rows);
    for (let i = 0; i < this.rows * this.columns; i++) colour(i, pixels.data, 4 * i);
    const [x, y] = this.at(k);
    this.context.putImageData(pixels, x, y);
  }
  at(k) { return [(k % this.across) * this.columns, Math.floor(k / this.across) * this.rows]; }
  copy(context, k, x, y, width, height) {
    const [from, top] = this.at(k);
    context.drawImage(this.canvas, from, top, this.columns, this.rows, x, y, width, height);
  }
}

function mapAtlas(sheet, scale) {
  const atlas = new Atlas(sheet.units, sheet.rows, sheet.columns), colour = tableColour(sheet.tables, sheet.signed);
  const size = sheet.rows * sheet.columns, entries = new Uint8ClampedArray(4 * 256);
  for (let k = 0; k < sheet.units; k++) {
    const [bottom, top] = mapEnds(sheet, scale, k), step = (sheet.high[k] - sheet.low[k]) / 255;
    for (let q = 0; q < 256; q++) colour((sheet.low[k] + step * q - bottom) / (top - bottom), entries, 4 * q);
    atlas.put(k, (i, out, p) => { const q = 4 * sheet.maps[k * size + i]; for (let c = 0; c < 4; c++) out[p + c] = entries[q + c]; });
  }
  return atlas;
}

function kernelAtlas(sheet, scale) {
  const { channels, rows, columns, values } = sheet.kernels, size = rows * columns, colour = tableColour(sheet.tables, true);
  const atlas = new Atlas(sheet.units, rows, columns);
  const most = (from, to) => { let top = FAR; for (let i = from; i < to; i++) top = Math.max(top, Math.abs(values[i])); return top; };
  const all = most(0, values.length);
  for (let k = 0; k < sheet.units; k++) {
    const from = k * channels * size, top = scale === "unit" ? most(from, from + channels * size) : all;
    atlas.put(k, (i, out, p) => {
      if (channels !== 3) { colour(0.5 + values[from + i] / top / 2, out, p); return; }
      for (let c = 0; c < 3; c++) out[p + c] = 127.5 + (127.5 * values[from + c * size + i]) / top;
      out[p + 3] = 255;
    });
  }
  return atlas;
}
