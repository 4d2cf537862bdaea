import { onScopeDispose } from 'vue'

/** What everybody may see is not followed row by row: it is read again this often while somebody looks. */
export const EVERY_MS = 30_000

/** Reads again every 30 s, and when the page comes back to the front. */
export function whileLooking(read: () => unknown): void {
  const look = (): void => {
    if (!document.hidden) void read()
  }
  const timer = setInterval(look, EVERY_MS)
  document.addEventListener('visibilitychange', look)
  onScopeDispose(() => {
    clearInterval(timer)
    document.removeEventListener('visibilitychange', look)
  })
}
