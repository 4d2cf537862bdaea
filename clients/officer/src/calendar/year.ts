/** One day of the year as the calendar shows it; days are `2027-01-30`. */
export interface Day {
  day: string
  n: number
  /** Works as the week says, is off as a weekend, is off by the notice, or is made up for. */
  look: 'work' | 'weekend' | 'off' | 'made'
  name: string
}

export interface Month {
  n: number
  /** Monday first; the places before the first day are empty. */
  weeks: (Day | null)[][]
}

const iso = (year: number, month: number, n: number): string =>
  `${year}-${String(month).padStart(2, '0')}-${String(n).padStart(2, '0')}`

/** The twelve months with what the notice changes in them. Which days work is the server's word. */
export function months(year: number, moved: readonly { day: string; name: string; works: boolean }[]): Month[] {
  const told = new Map(moved.map((one) => [one.day, one]))
  return Array.from({ length: 12 }, (_, index) => {
    const days = new Date(Date.UTC(year, index + 1, 0)).getUTCDate()
    const first = (new Date(Date.UTC(year, index, 1)).getUTCDay() + 6) % 7
    const cells: (Day | null)[] = Array.from({ length: first }, () => null)
    for (let n = 1; n <= days; n++) {
      const day = iso(year, index + 1, n)
      const one = told.get(day)
      const weekend = (first + n - 1) % 7 > 4
      cells.push({
        day,
        n,
        look: one ? (one.works ? 'made' : 'off') : weekend ? 'weekend' : 'work',
        name: one?.name ?? '',
      })
    }
    while (cells.length % 7) cells.push(null)
    return { n: index + 1, weeks: Array.from({ length: cells.length / 7 }, (_, w) => cells.slice(w * 7, w * 7 + 7)) }
  })
}
