import { expect, test } from 'vitest'
import type { PlaceFragment } from '../../gql/graphql'
import type { PlacedTask } from './order'
import { wayTo } from './way'

const at = (place: Partial<PlaceFragment>) => ({ place: { address: '恩宁路 (99号)', ...place } }) as PlacedTask['task']

test("the way is opened in the phone's own map, on foot", () => {
  const task = at({ lon: 113.237, lat: 23.117 })
  expect(wayTo(task, 'Mozilla/5.0 (Linux; Android 14)')).toBe(
    'geo:23.117,113.237?q=23.117,113.237(%E6%81%A9%E5%AE%81%E8%B7%AF%20%2899%E5%8F%B7%29)',
  )
  expect(wayTo(task, 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0)')).toBe('maps:?daddr=23.117,113.237&dirflg=w')
})

test('there is no way to a task without a place', () => {
  expect(wayTo(at({ lon: null, lat: null }))).toBeNull()
})
