import { expect, test } from 'vitest'
import type { TaskRowFragment } from '../../gql/graphql'
import { arrange } from './order'

const HERE = { lon: 113.237, lat: 23.117 }

function task(id: string, place: Partial<TaskRowFragment['place']>, dueAt: string | null): TaskRowFragment {
  return { id, place, clock: dueAt ? { dueAt } : null } as TaskRowFragment
}

const near = task('near', { lon: 113.238, lat: 23.117 }, '2026-03-02T09:00:00Z')
const far = task('far', { lon: 113.25, lat: 23.117 }, '2026-03-02T07:00:00Z')
const nowhere = task('nowhere', { lon: null, lat: null }, '2026-03-02T08:00:00Z')
const endless = task('endless', { lon: 113.26, lat: 23.117 }, null)

const ids = (rows: ReturnType<typeof arrange>): string[] => rows.map((row) => row.task.id)

test('walking order is nearest first; a task without a place comes last', () => {
  const rows = arrange([nowhere, far, near], HERE, 'walk')
  expect(ids(rows)).toEqual(['near', 'far', 'nowhere'])
  expect(Math.round(rows[0]?.metres ?? 0)).toBe(102)
  expect(rows[2]?.metres).toBeNull()
})

test('due order is soonest first; a task without a deadline comes last', () => {
  expect(ids(arrange([endless, near, nowhere, far], HERE, 'due'))).toEqual(['far', 'nowhere', 'near', 'endless'])
})

test('without a position the walking order is the due order', () => {
  expect(ids(arrange([near, far], null, 'walk'))).toEqual(['far', 'near'])
})
