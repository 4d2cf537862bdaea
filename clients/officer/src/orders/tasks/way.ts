import { whereIs } from '../words'
import type { PlacedTask } from './order'

const APPLE = /iP(hone|ad|od)/

/** Opens the way to a task in the phone's own map: nothing is sent to anybody. Null for a task without a place. */
export function wayTo({ place }: PlacedTask['task'], agent = navigator.userAgent): string | null {
  const { lon, lat } = place
  if (lon == null || lat == null) return null
  const at = `${lat},${lon}`
  if (APPLE.test(agent)) return `maps:?daddr=${at}&dirflg=w`
  const name = encodeURIComponent(whereIs(place)).replace(/[()]/g, (each) => (each === '(' ? '%28' : '%29'))
  return `geo:${at}?q=${at}(${name})`
}
