// QR codes (ISO/IEC 18004): bytes, error correction level M, as many modules as the text takes.
import { t } from "./page.js";

// For versions 1 to 40 at level M: error correction words in a block, and how many blocks there are.
const WORDS = [10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26, 26, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28];
const BLOCKS = [1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16, 17, 17, 18, 20, 21, 23, 25, 26, 28, 29, 31, 33, 35, 37, 38, 40, 43, 45, 47, 49];
const MOST_VERSION = 40;
// Level M as the format says it.
const LEVEL = 0;
const MASKS = [
  (x, y) => (x + y) % 2, (x, y) => y % 2, (x) => x % 3, (x, y) => (x + y) % 3, (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2,
  (x, y) => ((x * y) % 2) + ((x * y) % 3), (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2, (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2,
];

/** How many modules hold data in a version, without what finds and aligns the code. */
function rawModules(version) {
  let count = (16 * version + 128) * version + 64;
  if (version >= 2) {
    const aligned = Math.floor(version / 7) + 2;
    count -= (25 * aligned - 10) * aligned - 55;
    if (version >= 7) count -= 36;
  }
  return count;
}

const dataWords = (version) => Math.floor(rawModules(version) / 8) - WORDS[version - 1] * BLOCKS[version - 1];

// ── Error correction (Reed–Solomon over GF(256)) ─────────────────────────────────────────────────────────────────────

function times(one, other) {
  let product = 0;
  for (let bit = 7; bit >= 0; bit--) {
    product = (product << 1) ^ ((product >>> 7) * 0x11d);
    product ^= ((other >>> bit) & 1) * one;
  }
  return product;
}

function divisor(degree) {
  const found = new Array(degree - 1).fill(0).concat(1);
  let root = 1;
  for (let n = 0; n < degree; n++) {
    for (let at = 0; at < degree; at++) found[at] = times(found[at], root) ^ (found[at + 1] ?? 0);
    root = times(root, 2);
  }
  return found;
}

function remainder(data, by) {
  const rest = new Array(by.length).fill(0);
  for (const byte of data) {
    const factor = byte ^ rest.shift();
    rest.push(0);
    by.forEach((coefficient, n) => (rest[n] ^= times(coefficient, factor)));
  }
  return rest;
}

// ── Words ────────────────────────────────────────────────────────────────────────────────────────────────────────────

function words(bytes, version) {
  const capacity = dataWords(version);
  const bits = [];
  const put = (value, length) => {
    for (let bit = length - 1; bit >= 0; bit--) bits.push((value >>> bit) & 1);
  };
  put(4, 4);
  put(bytes.length, version < 10 ? 8 : 16);
  for (const byte of bytes) put(byte, 8);
  put(0, Math.min(4, capacity * 8 - bits.length));
  put(0, (8 - (bits.length % 8)) % 8);
  for (let pad = 0xec; bits.length < capacity * 8; pad ^= 0xec ^ 0x11) put(pad, 8);
  const found = [];
  for (let at = 0; at < bits.length; at += 8) found.push(Number.parseInt(bits.slice(at, at + 8).join(""), 2));
  return found;
}

/** The words in blocks with their error correction, taken in turns. */
function interleaved(data, version) {
  const [blocks, correction] = [BLOCKS[version - 1], WORDS[version - 1]];
  const total = Math.floor(rawModules(version) / 8);
  const short = blocks - (total % blocks);
  const length = Math.floor(total / blocks) - correction;
  const by = divisor(correction);
  const all = [];
  for (let n = 0, at = 0; n < blocks; n++) {
    const own = data.slice(at, (at += length + (n < short ? 0 : 1)));
    all.push([own, remainder(own, by)]);
  }
  const found = [];
  for (let n = 0; n <= length; n++) for (const [own] of all) if (n < own.length) found.push(own[n]);
  for (let n = 0; n < correction; n++) for (const [, rest] of all) found.push(rest[n]);
  return found;
}

// ── Modules ──────────────────────────────────────────────────────────────────────────────────────────────────────────

function alignments(version, size) {
  if (version === 1) return [];
  const count = Math.floor(version / 7) + 2;
  const step = version === 32 ? 26 : Math.ceil((size - 13) / (count * 2 - 2)) * 2;
  const found = [6];
  for (let at = size - 7; found.length < count; at -= step) found.splice(1, 0, at);
  return found;
}

class Code {
  constructor(version) {
    this.size = version * 4 + 17;
    this.dark = Array.from({ length: this.size }, () => new Array(this.size).fill(0));
    this.fixed = Array.from({ length: this.size }, () => new Array(this.size).fill(false));
    this.version = version;
    this.drawFixed();
  }

  set(x, y, dark) {
    if (x < 0 || y < 0 || x >= this.size || y >= this.size) return;
    this.dark[y][x] = Number(Boolean(dark));
    this.fixed[y][x] = true;
  }

  drawFixed() {
    const { size, version } = this;
    for (let n = 0; n < size; n++) {
      this.set(6, n, n % 2 === 0);
      this.set(n, 6, n % 2 === 0);
    }
    for (const [x, y] of [[3, 3], [size - 4, 3], [3, size - 4]]) this.square(x, y, 4, (ring) => ring !== 2 && ring !== 4);
    const aligned = alignments(version, size);
    const last = aligned.length - 1;
    aligned.forEach((x, i) =>
      aligned.forEach((y, j) => {
        if (!((i === 0 && j === 0) || (i === 0 && j === last) || (i === last && j === 0))) this.square(x, y, 2, (ring) => ring !== 1);
      }),
    );
    this.drawFormat(0);
    if (version >= 7) this.drawVersion();
  }

  square(x, y, radius, dark) {
    for (let dy = -radius; dy <= radius; dy++) for (let dx = -radius; dx <= radius; dx++) this.set(x + dx, y + dy, dark(Math.max(Math.abs(dx), Math.abs(dy))));
  }

  drawFormat(mask) {
    const data = (LEVEL << 3) | mask;
    let rest = data;
    for (let n = 0; n < 10; n++) rest = (rest << 1) ^ ((rest >>> 9) * 0x537);
    const bits = ((data << 10) | rest) ^ 0x5412;
    const bit = (n) => (bits >>> n) & 1;
    const { size } = this;
    for (let n = 0; n <= 5; n++) this.set(8, n, bit(n));
    this.set(8, 7, bit(6));
    this.set(8, 8, bit(7));
    this.set(7, 8, bit(8));
    for (let n = 9; n < 15; n++) this.set(14 - n, 8, bit(n));
    for (let n = 0; n < 8; n++) this.set(size - 1 - n, 8, bit(n));
    for (let n = 8; n < 15; n++) this.set(8, size - 15 + n, bit(n));
    this.set(8, size - 8, true);
  }

  drawVersion() {
    let rest = this.version;
    for (let n = 0; n < 12; n++) rest = (rest << 1) ^ ((rest >>> 11) * 0x1f25);
    const bits = (this.version << 12) | rest;
    for (let n = 0; n < 18; n++) {
      const [x, y] = [this.size - 11 + (n % 3), Math.floor(n / 3)];
      this.set(x, y, (bits >>> n) & 1);
      this.set(y, x, (bits >>> n) & 1);
    }
  }

  drawWords(all) {
    let at = 0;
    for (let right = this.size - 1; right >= 1; right -= 2) {
      if (right === 6) right = 5;
      for (let step = 0; step < this.size; step++) {
        for (const x of [right, right - 1]) {
          const y = ((right + 1) & 2) === 0 ? this.size - 1 - step : step;
          if (this.fixed[y][x] || at >= all.length * 8) continue;
          this.dark[y][x] = (all[at >>> 3] >>> (7 - (at & 7))) & 1;
          at++;
        }
      }
    }
  }

  apply(mask) {
    for (let y = 0; y < this.size; y++) for (let x = 0; x < this.size; x++) if (!this.fixed[y][x]) this.dark[y][x] ^= Number(MASKS[mask](x, y) === 0);
  }

  /** How hard the code is to read: long runs, squares, what looks like a finder, and how uneven dark and light are. */
  penalty() {
    const { size, dark } = this;
    const lines = [...dark, ...dark.map((_, x) => dark.map((row) => row[x]))].map((line) => line.join(""));
    let found = 0;
    for (const line of lines) {
      for (const run of line.match(/0{5,}|1{5,}/g) ?? []) found += run.length - 2;
      for (const pattern of ["10111010000", "00001011101"]) for (let at = line.indexOf(pattern); at >= 0; at = line.indexOf(pattern, at + 1)) found += 40;
    }
    for (let y = 1; y < size; y++) for (let x = 1; x < size; x++) if (dark[y][x] === dark[y - 1][x] && dark[y][x] === dark[y][x - 1] && dark[y][x] === dark[y - 1][x - 1]) found += 3;
    const share = (dark.flat().filter(Boolean).length * 20) / (size * size);
    return found + Math.floor(Math.abs(share - 10)) * 10;
  }
}

/** The modules of the code of a text, row by row: 1 is dark. Null for a text that is too long. */
export function modules(text) {
  const bytes = new TextEncoder().encode(text);
  let version = 1;
  while (version <= MOST_VERSION && dataWords(version) * 8 < 4 + (version < 10 ? 8 : 16) + bytes.length * 8) version++;
  if (version > MOST_VERSION) return null;
  const code = new Code(version);
  code.drawWords(interleaved(words(bytes, version), version));
  let best = { penalty: Infinity };
  for (let mask = 0; mask < MASKS.length; mask++) {
    code.apply(mask);
    code.drawFormat(mask);
    const penalty = code.penalty();
    if (penalty < best.penalty) best = { mask, penalty };
    code.apply(mask);
  }
  code.apply(best.mask);
  code.drawFormat(best.mask);
  return code.dark;
}

/** The code as a drawing, with the quiet zone that readers need; null where it cannot be drawn. */
export function drawing(text) {
  const rows = modules(text);
  if (!rows) return null;
  const size = rows.length + 8;
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [name, value] of Object.entries({ viewBox: `0 0 ${size} ${size}`, class: "qr", role: "img", "aria-label": t("qr.label"), "shape-rendering": "crispEdges" })) svg.setAttribute(name, value);
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", rows.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x + 4} ${y + 4}h1v1h-1z` : ""))).join(""));
  svg.append(path);
  return svg;
}
