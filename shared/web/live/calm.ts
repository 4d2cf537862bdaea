/** Rows may leave once no hand has been at the screen for this long. */
export const CALM_MS = 1_500

const SIGNS = ['pointerdown', 'pointermove', 'keydown', 'scroll', 'touchmove'] as const

export interface Calm {
  /** Runs the act as soon as nobody has touched, scrolled or typed for a while. */
  soon(): void
  stop(): void
}

export function whenCalm(act: () => void): Calm {
  let timer: ReturnType<typeof setTimeout> | undefined
  const finish = (): void => {
    timer = undefined
    act()
  }
  const start = (): void => {
    clearTimeout(timer)
    timer = setTimeout(finish, CALM_MS)
  }
  const postpone = (): void => {
    if (timer !== undefined) start()
  }
  for (const sign of SIGNS) addEventListener(sign, postpone, { passive: true, capture: true })
  return {
    soon: start,
    stop() {
      clearTimeout(timer)
      for (const sign of SIGNS) removeEventListener(sign, postpone, { capture: true })
    },
  }
}
