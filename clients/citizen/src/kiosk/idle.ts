import { computed, onScopeDispose, type Ref, ref } from 'vue'

/** So long nobody touches the terminal before it asks, and so long it waits for an answer (ux K1). */
export const ASK_AFTER_MS = 60_000
export const WIPE_AFTER_MS = 20_000

const TOUCHES = ['pointerdown', 'keydown', 'wheel', 'touchstart'] as const

export interface Idle {
  /** Whole seconds until everything is wiped; null while somebody is at it. */
  left: Readonly<Ref<number | null>>
  /** Somebody is there. */
  here(): void
}

/** Watches for hands on the terminal; `over` when nobody has been there for 80 seconds. */
export function useIdle(over: () => void): Idle {
  const now = ref(Date.now())
  const touched = ref(Date.now())
  let done = false

  const left = computed(() => {
    const waited = now.value - touched.value - ASK_AFTER_MS
    return waited < 0 ? null : Math.max(0, Math.ceil((WIPE_AFTER_MS - waited) / 1000))
  })
  const here = (): void => {
    touched.value = now.value = Date.now()
  }
  /** While it asks, only the button counts: a bag on the glass is nobody. */
  const touch = (): void => {
    if (left.value === null) here()
  }
  const timer = setInterval(() => {
    now.value = Date.now()
    if (left.value !== 0 || done) return
    done = true
    over()
  }, 500)
  for (const kind of TOUCHES) addEventListener(kind, touch, { passive: true })
  onScopeDispose(() => {
    clearInterval(timer)
    for (const kind of TOUCHES) removeEventListener(kind, touch)
  })
  return { left, here }
}
