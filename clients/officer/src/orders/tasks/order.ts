import { distanceM, type Point } from '@sanwei/web/geo'
import type { TaskRowFragment } from '../../gql/graphql'

export interface PlacedTask {
  task: TaskRowFragment
  /** How far to walk; null while either end is unknown. */
  metres: number | null
}

const end = (task: TaskRowFragment): number =>
  task.clock?.dueAt ? Date.parse(task.clock.dueAt) : Number.POSITIVE_INFINITY
const byDue = (a: PlacedTask, b: PlacedTask): number => end(a.task) - end(b.task)
const byWalk = (a: PlacedTask, b: PlacedTask): number =>
  (a.metres ?? Number.POSITIVE_INFINITY) - (b.metres ?? Number.POSITIVE_INFINITY) || byDue(a, b)

/** The tasks with their distance, nearest first or soonest first. A task without a place comes last when walking. */
export function arrange(tasks: readonly TaskRowFragment[], here: Point | null, by: 'walk' | 'due'): PlacedTask[] {
  const rows = tasks.map((task) => {
    const { lon, lat } = task.place
    return { task, metres: here && lon != null && lat != null ? distanceM(here, { lon, lat }) : null }
  })
  return rows.sort(by === 'walk' && here ? byWalk : byDue)
}
