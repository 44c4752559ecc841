// Where tiles lie: as large as fit above the fold, or as large as the slider says; only what is in sight is drawn.
const GAP = 4, SMALLEST = 20, LARGEST = 160;

class Layout {
  constructor(count, aspect, width) { this.count = count; this.aspect = aspect; this.width = width; }
  // The largest tiles of which all fit into `height`.
  fit(height) {
    let size = LARGEST;
    while (size > SMALLEST && this.set(size).height > height) size -= 4;
    return this.set(size);
  }
  set(size) {
    this.wide = Math.min(size, this.width); this.high = Math.max(1, Math.round(size / this.aspect));
    this.across = Math.max(1, Math.floor((this.width + GAP) / (this.wide + GAP)));
    this.down = Math.ceil(this.count / this.across);
    this.height = this.down * (this.high + GAP);
    return this;
  }
  place(position) {
    return [(position % this.across) * (this.wide + GAP), Math.floor(position / this.across) * (this.high + GAP)];
  }
  // The position under a point, or -1.
  under(x, y) {
    const column = Math.floor(x / (this.wide + GAP)), row = Math.floor(y / (this.high + GAP)), position = row * this.across + column;
    return x >= 0 && y >= 0 && column < this.across && position < this.count ? position : -1;
  }
  // First and last position of the rows between two heights.
  between(top, bottom) {
    const row = this.high + GAP;
    return [Math.max(0, Math.floor(top / row)) * this.across, Math.min(this.count, Math.ceil(bottom / row) * this.across)];
  }
}
