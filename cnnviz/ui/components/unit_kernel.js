// A kernel on one canvas: three colours as a colour picture, many inputs as a sheet of signed tiles, one per input.
function kernelSheet(canvas, kernel, table) {
  const { channels, rows, columns, values } = kernel, size = rows * columns;
  const top = values.reduce((most, v) => Math.max(most, Math.abs(v)), 1e-12);
  if (kernel.colour) {
    raster(canvas, columns, rows, (k) => [...[0, 1, 2].map((c) => 127.5 + (127.5 * values[c * size + k]) / top), 255]);
    return { rows, columns };
  }
  // a gap of one pixel between tiles of more than one number
  const gap = size > 1 ? 1 : 0, across = Math.max(1, Math.ceil(Math.sqrt((channels * rows * 1.8) / columns))), down = Math.ceil(channels / across);
  const wide = columns + gap, high = rows + gap;
  raster(canvas, across * wide - gap, down * high - gap, (at) => {
    const x = at % (across * wide - gap), y = Math.floor(at / (across * wide - gap)), channel = Math.floor(y / high) * across + Math.floor(x / wide);
    const i = y % high, j = x % wide;
    if (channel >= channels || i >= rows || j >= columns) return [0, 0, 0, 0];
    const t = values[channel * size + i * columns + j] / top, k = 3 * Math.round(127.5 + 127.5 * t);
    return [table[k], table[k + 1], table[k + 2], 255 * (1 - (1 - Math.abs(t)) ** 2)];
  });
  return { rows: down, columns: across };
}

// What a cell of the sheet holds: one place of a colour kernel, or all that is over one input.
function kernelWords(kernel, sheet, row, column) {
  const { channels, rows, columns, values } = kernel, size = rows * columns;
  if (kernel.colour) {
    const at = (c) => number(values[c * size + row * columns + column]);
    return `w[${row}, ${column}]: red ${at(0)}, green ${at(1)}, blue ${at(2)}`;
  }
  const channel = row * sheet.columns + column;
  if (channel >= channels) return "";
  const part = values.subarray(channel * size, (channel + 1) * size);
  const low = part.reduce((a, b) => Math.min(a, b)), high = part.reduce((a, b) => Math.max(a, b));
  return size > 1 ? `Over input ${channel}: weights ${number(low)} to ${number(high)}` : `Weight of input ${channel}: ${number(low)}`;
}
