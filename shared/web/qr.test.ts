import { expect, test } from 'vitest'
import { qr } from './qr.ts'

const said = (text: string): string =>
  qr(text)
    .map((row) => row.map((on) => (on ? '#' : '.')).join(''))
    .join('\n')

test('the three corners, the timing line and the dark square stand where a reader looks for them', () => {
  const rows = said('https://city.example/citizen/#/grid/FY07X2?k=0123456789').split('\n')
  expect(rows.length).toBe(33) // version 4
  for (const corner of [rows[0]?.slice(0, 7), rows[0]?.slice(-7), rows[32]?.slice(0, 7)]) expect(corner).toBe('#######')
  expect(rows[6]?.slice(8, 25)).toBe('#.#.#.#.#.#.#.#.#')
  expect(rows[25]?.[8]).toBe('#')
})

/** As `qrcode` 8 for Python draws it (byte mode, level M, mask 5). */
const LETTER_A = `
#######..#.##.#######
#.....#.#.##..#.....#
#.###.#.##.#..#.###.#
#.###.#.#.##..#.###.#
#.###.#..#..#.#.###.#
#.....#...##..#.....#
#######.#.#.#.#######
........##...........
#.....#.#.##.##..###.
#..##......###.###..#
..#.###..##.#.##.....
.#.#.#.##..#####.#.#.
##.#..####.##########
........##..#.....#.#
#######..###.#..####.
#.....#...#...#...###
#.###.#..###.#..###..
#.###.#..#.#####.#...
#.###.#..#.###.###.##
#.....#...######.#...
#######.#.#.#..#..##.`

test('a letter is drawn as others draw it', () => {
  expect(`\n${said('a')}`).toBe(LETTER_A)
})

test('what does not fit is refused', () => {
  expect(qr('x'.repeat(106)).length).toBe(41)
  expect(() => qr('x'.repeat(107))).toThrow(RangeError)
})
