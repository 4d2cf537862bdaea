import { recall, remember } from '@sanwei/web/remember'

export interface CommonMatter {
  code: string
  /** A short word for the tile; the catalogue's own name when it is not one of the defaults. */
  name?: string
  icon: string
  times: number
}

/** What grid officers meet most, until this device has learnt its own officer's habits. Codes of GB/T 47678.5. */
const DEFAULTS: readonly CommonMatter[] = [
  { code: '01003', icon: 'manhole', times: 0 },
  { code: '06010', icon: 'bin', times: 0 },
  { code: '09006', icon: 'stall', times: 0 },
  { code: '09011', icon: 'bike', times: 0 },
  { code: '01037', icon: 'lamp', times: 0 },
  { code: '04002', icon: 'tree', times: 0 },
  { code: '06028', icon: 'noise', times: 0 },
]

const TILES = DEFAULTS.length
const keyOf = (owner: string): string => `matters.${owner}`

function used(owner: string): CommonMatter[] {
  try {
    return JSON.parse(recall(keyOf(owner)) ?? '[]') as CommonMatter[]
  } catch {
    return []
  }
}

/** The officer's seven most used matters on this device, most used first; defaults fill the rest. */
export function commonMatters(owner: string): CommonMatter[] {
  const own = used(owner)
  const rest = DEFAULTS.filter(({ code }) => !own.some((matter) => matter.code === code))
  return [...own.sort((a, b) => b.times - a.times), ...rest].slice(0, TILES)
}

/** The name of a matter this officer has reported before. */
export const knownName = (owner: string, code: string): string =>
  used(owner).find((matter) => matter.code === code)?.name ?? code

/** Counts one more report of this matter. */
export function countUse(owner: string, matter: { code: string; name?: string }): void {
  const own = used(owner)
  const known = own.find(({ code }) => code === matter.code)
  if (known) known.times += 1
  else own.push({ icon: iconOf(matter.code), ...matter, times: 1 })
  remember(keyOf(owner), JSON.stringify(own))
}

const iconOf = (code: string): string => DEFAULTS.find((matter) => matter.code === code)?.icon ?? 'doc'
