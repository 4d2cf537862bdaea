import { expect, test } from 'vitest'
import { overlaid, type Point, type Round, reached } from './overlay.ts'

const point = (id: string): Point => ({
  id,
  n: 1,
  name: id,
  look: '',
  lon: 0,
  lat: 0,
  code: '',
  photo: false,
  state: 'OPEN',
  how: null,
  at: null,
  metres: null,
  missed: false,
  whyNot: '',
})
const round: Round = {
  id: 'r',
  name: '一线',
  day: '2026-11-29',
  state: 'DUE',
  opensAt: '',
  closesAt: '',
  beganAt: null,
  endedAt: null,
  lengthM: 0,
  required: 2,
  visited: 0,
  nearM: 60,
  weakM: 50,
  cell: { code: '', name: '' },
  points: [point('r/1'), point('r/2')],
}
const act = (kind: string, input: object, more: object = {}) => ({
  kind,
  variables: { input },
  state: 'waiting' as const,
  doneAt: null,
  ...more,
})
const at = '2026-11-29T01:00:00Z'

test('what was done without a network is on the screen in its order', () => {
  const acts = [
    act('patrolStart', { id: 'r', doneAt: at }),
    act('patrolVisit', { id: 'r/1', doneAt: at }),
    act('patrolVisit', { id: 'r/2', doneAt: at, reason: '围挡' }),
    act('patrolEnd', { id: 'r', doneAt: at, whyNot: [{ pointId: 'r/2', text: '过不去' }] }),
  ]
  expect(overlaid(round, acts.slice(0, 1), 0).state).toBe('RUNNING')
  const now = overlaid(round, acts, 0)
  expect(now.state).toBe('DONE')
  expect(now.points.map(({ state, waits }) => [state, waits])).toEqual([
    ['VISITED', true],
    ['TO_REVIEW', true],
  ])
  expect(now.points[1]?.whyNot).toBe('过不去')
  expect(reached(now)).toBe(2)
})

test('what the server refused or has told since does not count twice', () => {
  const told = act('patrolVisit', { id: 'r/1', doneAt: at }, { state: 'done', doneAt: '2026-11-29T01:00:01Z' })
  const refused = act('patrolVisit', { id: 'r/2', doneAt: at }, { state: 'needs-you' })
  expect(reached(overlaid(round, [told, refused], Date.parse('2026-11-29T01:00:02Z')))).toBe(0)
  expect(reached(overlaid(round, [told], Date.parse('2026-11-29T01:00:00Z')))).toBe(1)
})

test("somebody else's round is left alone", () => {
  expect(overlaid(round, [act('patrolStart', { id: 'other', doneAt: at })], 0)).toEqual(round)
})
