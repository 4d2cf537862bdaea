import type { MapMeasure } from '../gql/graphql'
import type { AreaFigure } from './use-area-figures'

/** What is compared: how many cases, how many to ten thousand residents, or a share in percent. */
export type Scale = 'count' | 'rate' | 'share'

/** A rate or share of fewer says nothing about an area. */
const FEWEST = 10
const STEPS = 5

/** Values from `low` to `high`, both included; `step` 1…5 on the ramp, darker asks for more attention. */
export interface Class {
  low: number
  high: number
  step: number
}

/** A share has only one; cases are counted, or put to the residents. */
export const scaleOf = (measure: MapMeasure, perHead: boolean): Scale =>
  measure === 'SATISFACTION' ? 'share' : perHead ? 'rate' : 'count'

/** An area's value on a scale. */
export const valueOn = ({ value, per10k }: AreaFigure, scale: Scale): number | null =>
  scale === 'rate' ? per10k : value

/** A share or rate of few is not shown; a count may be small. */
export const isFew = (row: AreaFigure, scale: Scale): boolean =>
  valueOn(row, scale) === null || (scale !== 'count' && row.n < FEWEST)

/** What the map may compare: areas with enough to say. */
export const known = (rows: readonly AreaFigure[], scale: Scale): { row: AreaFigure; value: number }[] =>
  rows.flatMap((row) => {
    const value = valueOn(row, scale)
    return value === null || isFew(row, scale) ? [] : [{ row, value }]
  })

/** Rates are told to a tenth, the rest in whole numbers. */
const grain = (scale: Scale): number => (scale === 'rate' ? 10 : 1)
const grains = (value: number, scale: Scale): number =>
  scale === 'rate' ? Math.round(value * grain(scale)) : Math.floor(value)

/** At most five classes of equal width over the values, the palest first. */
export function classesOf(values: readonly number[], scale: Scale): Class[] {
  if (!values.length) return []
  const whole = values.map((value) => grains(value, scale))
  const [least, most] = [Math.min(...whole), Math.max(...whole)]
  const width = Math.ceil((most - least + 1) / STEPS)
  const count = Math.ceil((most - least + 1) / width)
  const classes = Array.from({ length: count }, (_, index) => ({
    low: (least + index * width) / grain(scale),
    high: Math.min(most, least + (index + 1) * width - 1) / grain(scale),
    step: count === 1 ? 1 : 1 + Math.round((index * (STEPS - 1)) / (count - 1)),
  }))
  // few satisfied people are what a leader looks for
  return scale === 'share'
    ? classes.map((one) => ({ ...one, step: count === 1 ? 1 : STEPS + 1 - one.step })).reverse()
    : classes
}

/** Where a value stands on the ramp. */
export const stepOf = (value: number, classes: readonly Class[], scale: Scale): number => {
  const at = grains(value, scale) / grain(scale)
  return classes.find(({ low, high }) => low <= at && at <= high)?.step ?? 0
}

/** The middle value; of two middle ones their mean. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}

/** What asks for attention first: the most cases, or the fewest satisfied; areas with too few to say last. */
export function worstFirst(rows: readonly AreaFigure[], scale: Scale): AreaFigure[] {
  const sign = scale === 'share' ? 1 : -1
  const rank = (row: AreaFigure): number =>
    isFew(row, scale) ? Number.POSITIVE_INFINITY : sign * (valueOn(row, scale) ?? 0)
  return [...rows].sort((a, b) => (rank(a) === rank(b) ? 0 : rank(a) - rank(b)))
}
