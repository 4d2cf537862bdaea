import { appName } from './app-name.ts'

/** Small facts kept in localStorage, one set per app. A browser that forbids storage merely forgets. */
export function recall(name: string): string | null {
  try {
    return localStorage.getItem(keyOf(name))
  } catch {
    return null
  }
}

export function remember(name: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(keyOf(name))
    else localStorage.setItem(keyOf(name), value)
  } catch {
    // private windows and full storage: the fact lives until the page closes
  }
}

export const keyOf = (name: string): string => `sanwei.${appName}.${name}`
