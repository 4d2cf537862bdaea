import type { MapMeasure } from '../gql/graphql'
import type { AreaFigure } from './use-area-figures'

/** Fewer ratings than this say nothing about an area. */
const FEWEST = 10
const STEPS = 5

/** Values from `low` to `high`, both included, in whole units; `step` 1…5 on the ramp, darker asks for more attention. */
export interface Class {
  low: number
  high: number
  step: number
}

/** A share of few is not shown; a count may be small. */
export const isFew = ({ value, n }: AreaFigure, measure: MapMeasure): boolean =>
  value === null || (measure === 'SATISFACTION' && n < FEWEST)

/** What the map may compare: areas with enough to say. */
export const known = (rows: readonly AreaFigure[], measure: MapMeasure): { row: AreaFigure; value: number }[] =>
  rows.flatMap((row) => (row.value === null || isFew(row, measure) ? [] : [{ row, value: row.value }]))

/** At most five classes of equal width over the values, the palest first. */
export function classesOf(values: readonly number[], measure: MapMeasure): Class[] {
  if (!values.length) return []
  const whole = values.map(Math.floor)
  const [least, most] = [Math.min(...whole), Math.max(...whole)]
  const width = Math.ceil((most - least + 1) / STEPS)
  const count = Math.ceil((most - least + 1) / width)
  const classes = Array.from({ length: count }, (_, index) => ({
    low: least + index * width,
    high: Math.min(most, least + (index + 1) * width - 1),
    step: count === 1 ? 1 : 1 + Math.round((index * (STEPS - 1)) / (count - 1)),
  }))
  // few satisfied people are what a leader looks for
  return measure === 'SATISFACTION'
    ? classes.map((one) => ({ ...one, step: count === 1 ? 1 : STEPS + 1 - one.step })).reverse()
    : classes
}

/** Where a value stands on the ramp. */
export const stepOf = (value: number, classes: readonly Class[]): number =>
  classes.find(({ low, high }) => low <= Math.floor(value) && Math.floor(value) <= high)?.step ?? 0

/** The middle value; of two middle ones their mean. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}

/** What asks for attention first: the most cases, or the fewest satisfied; areas with too few to say last. */
export function worstFirst(rows: readonly AreaFigure[], measure: MapMeasure): AreaFigure[] {
  const sign = measure === 'SATISFACTION' ? 1 : -1
  const rank = (row: AreaFigure): number => (isFew(row, measure) ? Number.POSITIVE_INFINITY : sign * (row.value ?? 0))
  return [...rows].sort((a, b) => (rank(a) === rank(b) ? 0 : rank(a) - rank(b)))
}
