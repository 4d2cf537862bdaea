/**
 * A QR code of a short text, drawn on the phone: byte mode, error level M, versions 1 to 6 (up to 106 bytes).
 * Source: ISO/IEC 18004:2015.
 */

/** Per version: code words in all, check words per block, blocks. */
const SIZES: readonly (readonly [all: number, check: number, blocks: number])[] = [
  [26, 10, 1],
  [44, 16, 1],
  [70, 26, 1],
  [100, 18, 2],
  [134, 24, 2],
  [172, 16, 4],
]
const PAD = [0xec, 0x11]
const LEVEL_M = 0

// the field with 256 elements, modulo x^8 + x^4 + x^3 + x^2 + 1
const EXP: number[] = []
const LOG: number[] = []
for (let power = 0, value = 1; power < 255; power++) {
  EXP[power] = value
  LOG[value] = power
  value = value & 128 ? (value << 1) ^ 0x11d : value << 1
}
const times = (a: number, b: number): number => (a && b ? (EXP[((LOG[a] ?? 0) + (LOG[b] ?? 0)) % 255] ?? 0) : 0)

/** The check words of a block (Reed-Solomon). */
function checkWords(data: readonly number[], n: number): number[] {
  let generator = [1]
  for (let power = 0; power < n; power++) {
    const next = [...generator, 0]
    generator.forEach((factor, at) => {
      next[at + 1] = (next[at + 1] ?? 0) ^ times(factor, EXP[power] ?? 0)
    })
    generator = next
  }
  const rest = Array<number>(n).fill(0)
  for (const word of data) {
    const factor = word ^ (rest.shift() ?? 0)
    rest.push(0)
    for (let at = 0; at < n; at++) rest[at] = (rest[at] ?? 0) ^ times(generator[at + 1] ?? 0, factor)
  }
  return rest
}

/** The code words of a text, blocks woven into each other. Throws RangeError when it is too long. */
function wordsOf(text: string): { words: number[]; version: number } {
  const bytes = [...new TextEncoder().encode(text)]
  const version = 1 + SIZES.findIndex(([all, check, blocks]) => all - check * blocks >= bytes.length + 2)
  if (!version) throw new RangeError('too long for a QR code')
  const [all, check, blocks] = SIZES[version - 1] ?? [0, 0, 1]
  const room = all - check * blocks
  // 4 bits of mode, 8 of length, then the bytes: everything stands half a byte off
  const half = [4, bytes.length >> 4, bytes.length & 15, ...bytes.flatMap((byte) => [byte >> 4, byte & 15]), 0]
  const data: number[] = []
  for (let at = 0; at + 1 < half.length; at += 2) data.push(((half[at] ?? 0) << 4) | (half[at + 1] ?? 0))
  for (let n = 0; data.length < room; n++) data.push(PAD[n % 2] ?? 0)
  const short = Math.floor(room / blocks)
  const parts: number[][] = []
  for (let n = 0, from = 0; n < blocks; n++) {
    const length = short + (n >= blocks - (room % blocks) ? 1 : 0)
    parts.push(data.slice(from, from + length))
    from += length
  }
  const checks = parts.map((part) => checkWords(part, check))
  const woven = (rows: readonly number[][], length: number): number[] =>
    Array.from({ length }, (_, at) => rows.flatMap((row) => (at < row.length ? [row[at] ?? 0] : []))).flat()
  return { words: [...woven(parts, short + 1), ...woven(checks, check)], version }
}

const MASKS: readonly ((row: number, column: number) => boolean)[] = [
  (r, c) => (r + c) % 2 === 0,
  (r) => r % 2 === 0,
  (_, c) => c % 3 === 0,
  (r, c) => (r + c) % 3 === 0,
  (r, c) => (Math.floor(r / 2) + Math.floor(c / 3)) % 2 === 0,
  (r, c) => ((r * c) % 2) + ((r * c) % 3) === 0,
  (r, c) => (((r * c) % 2) + ((r * c) % 3)) % 2 === 0,
  (r, c) => (((r + c) % 2) + ((r * c) % 3)) % 2 === 0,
]

/** Rows of dark (true) and light squares, without the quiet zone. Throws RangeError when the text is too long. */
export function qr(text: string): boolean[][] {
  const { words, version } = wordsOf(text)
  const drawn = MASKS.map((_, mask) => drawing(words, version, mask))
  return drawn.reduce((best, one) => (penalty(one) < penalty(best) ? one : best))
}

function drawing(words: readonly number[], version: number, mask: number): boolean[][] {
  const size = 17 + 4 * version
  const dark = Array.from({ length: size }, () => Array<boolean>(size).fill(false))
  const taken = Array.from({ length: size }, () => Array<boolean>(size).fill(false))
  const put = (row: number, column: number, on: boolean): void => {
    const [line, held] = [dark[row], taken[row]]
    if (!line || !held || column < 0 || column >= size) return
    line[column] = on
    held[column] = true
  }
  const square = (row: number, column: number, reach: number, on: (ring: number) => boolean): void => {
    for (let r = -reach; r <= reach; r++)
      for (let c = -reach; c <= reach; c++) put(row + r, column + c, on(Math.max(Math.abs(r), Math.abs(c))))
  }
  for (let at = 0; at < size; at++) {
    put(6, at, at % 2 === 0)
    put(at, 6, at % 2 === 0)
  }
  for (const [row, column] of [
    [3, 3],
    [3, size - 4],
    [size - 4, 3],
  ] as const)
    square(row, column, 4, (ring) => ring !== 2 && ring !== 4)
  if (version > 1) square(size - 7, size - 7, 2, (ring) => ring !== 1)
  // level and mask, protected by a BCH code, twice
  const told = (LEVEL_M << 3) | mask
  let rest = told
  for (let n = 0; n < 10; n++) rest = (rest << 1) ^ ((rest >> 9) * 0x537)
  const format = ((told << 10) | rest) ^ 0x5412
  for (let bit = 0; bit < 15; bit++) {
    const on = ((format >> bit) & 1) === 1
    put(bit < 6 ? bit : bit < 8 ? bit + 1 : size - 15 + bit, 8, on)
    put(8, bit < 8 ? size - 1 - bit : bit < 9 ? 7 : 14 - bit, on)
  }
  put(size - 8, 8, true)
  // up and down in pairs of columns, from the right
  let bit = 0
  for (let right = size - 1; right > 0; right -= 2) {
    if (right === 6) right = 5
    for (let step = 0; step < size; step++) {
      const up = ((right + 1) & 2) === 0
      const row = up ? size - 1 - step : step
      for (const column of [right, right - 1]) {
        if (taken[row]?.[column]) continue
        const word = words[bit >> 3] ?? 0
        const on = ((word >> (7 - (bit & 7))) & 1) === 1
        const line = dark[row]
        if (line) line[column] = on !== (MASKS[mask]?.(row, column) ?? false)
        bit++
      }
    }
  }
  return dark
}

/** How hard a drawing is to read: long runs, blocks, and too much of one colour. */
function penalty(rows: readonly boolean[][]): number {
  const size = rows.length
  const columns = rows.map((_, c) => rows.map((row) => row[c] ?? false))
  let sum = 0
  for (const line of [...rows, ...columns]) {
    let run = 0
    line.forEach((on, at) => {
      run = at && on === line[at - 1] ? run + 1 : 1
      if (run === 5) sum += 3
      if (run > 5) sum += 1
    })
    const text = line.map(Number).join('')
    sum += 40 * (text.split('10111010000').length + text.split('00001011101').length - 2)
  }
  for (let r = 1; r < size; r++)
    for (let c = 1; c < size; c++) {
      const on = rows[r]?.[c]
      if (on === rows[r - 1]?.[c] && on === rows[r]?.[c - 1] && on === rows[r - 1]?.[c - 1]) sum += 3
    }
  const share = rows.flat().filter(Boolean).length / size ** 2
  return sum + 10 * Math.floor(Math.abs(share - 0.5) * 20)
}
