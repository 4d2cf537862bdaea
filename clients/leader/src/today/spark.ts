/** The drawing's own units: as wide as 100, as high as the line may reach. */
const WIDTH = 100
const [TOP, BOTTOM] = [4, 32]

export interface Spark {
  /** Path of the line; days without data leave a gap. */
  line: string
  /** Where the last day with data is. */
  point: string
  band: { y: number; height: number } | null
}

/** Draws days, the oldest first, over what is normal. Null when no day has data. */
export function drawSpark(series: readonly (number | null)[], low: number | null, high: number | null): Spark | null {
  const known = series.filter((value) => value !== null)
  if (!known.length) return null
  const all = [...known, ...(low === null ? [] : [low]), ...(high === null ? [] : [high])]
  const [least, most] = [Math.min(...all), Math.max(...all)]

  const y = (value: number): number =>
    most === least ? (TOP + BOTTOM) / 2 : round(BOTTOM - ((value - least) / (most - least)) * (BOTTOM - TOP))
  const x = (index: number): number => round((WIDTH * index) / Math.max(1, series.length - 1))

  let line = ''
  let point = ''
  series.forEach((value, index) => {
    if (value === null) return
    const at = `${x(index)} ${y(value)}`
    const joined = index > 0 && series[index - 1] !== null
    line += `${joined ? 'L' : 'M'}${at}`
    point = `M${at}h0`
  })
  const band = low === null || high === null ? null : { y: y(high), height: round(y(low) - y(high)) }
  return { line, point, band }
}

const round = (value: number): number => Math.round(value * 10) / 10
