// What a value looks like: each panel has its own hue for what is positive and another for what is negative, and zero
// is the colour of the page. Pictures are gray.
const HUES = { input: ["#0072B2", "#D55E00"], kernel: ["#E69F00", "#6A4FB0"], output: ["#009E73", "#D55E00"] };
const GRADIENT = [204, 121, 167], ORANGE = "#E69F00", BLUE = "#0072B2", GREEN = "#009E73", PURPLE = "#CC79A7";

function parseColour(text, fallback) {
  const hex = /^#([0-9a-f]{6})/i.exec(text.trim());
  if (hex) return [0, 2, 4].map((k) => parseInt(hex[1].slice(k, k + 2), 16));
  const parts = text.match(/[\d.]+/g);
  return parts && parts.length >= 3 ? parts.slice(0, 3).map(Number) : fallback;
}
const mix = (a, b, t) => a.map((x, k) => Math.round(x + (b[k] - x) * t));
const css = (rgb, alpha = 1) => `rgb(${rgb[0]} ${rgb[1]} ${rgb[2]} / ${alpha})`;
const luminance = (rgb) => {
  const [r, g, b] = rgb.map((x) => (x / 255 <= 0.04045 ? x / 255 / 12.92 : ((x / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const inkOn = (rgb) => (luminance(rgb) > 0.21 ? [16, 20, 24] : [255, 255, 255]);

function readTheme(node) {
  const style = getComputedStyle(node), read = (name, fallback) => parseColour(style.getPropertyValue(name), fallback);
  const page = read("--st-background-color", [255, 255, 255]), ink = read("--st-text-color", [29, 35, 41]);
  return { page, ink, dark: luminance(page) < 0.2, soft: mix(page, ink, 0.16), line: mix(page, ink, 0.3), font: style.fontFamily };
}

// Smallest and largest finite value.
function extent(values) {
  let low = Infinity, high = -Infinity;
  for (const v of values) if (Number.isFinite(v)) { if (v < low) low = v; if (v > high) high = v; }
  return low <= high ? [low, high] : [0, 0];
}

// A function from value to colour for one panel.
function shade(values, hue, theme, picture) {
  const [low, high] = extent(values), top = Math.max(Math.abs(low), Math.abs(high)) || 1;
  const [positive, negative] = HUES[hue].map((text) => mix(parseColour(text), [255, 255, 255], theme.dark ? 0.15 : 0));
  if (picture && low >= -0.3 * high) {
    const white = high <= 1.0001 && high > 0.3 ? 1 : high <= 255.01 && high > 77 ? 255 : high || 1;
    return (v) => { const g = Math.round(255 * Math.min(1, Math.max(0, v / white))); return [g, g, g]; };
  }
  const strength = theme.dark ? 0.85 : 0.8;
  return (v) => mix(theme.page, v < 0 ? negative : positive, Number.isFinite(v) ? strength * Math.min(1, Math.abs(v) / top) : 0);
}
