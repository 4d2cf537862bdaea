import { cached } from '@sanwei/web/cache'
import { onScopeDispose, type Ref, ref, shallowRef, watch } from 'vue'

const EVERY_MS = 30_000

export interface Polled<T> {
  answer: Readonly<Ref<T | undefined>>
  state: Readonly<Ref<'loading' | 'ready' | 'failed'>>
  error: Readonly<Ref<unknown>>
  reload(): Promise<void>
}

/** Figures under `name`, read again every 30 s while the page is looked at, and at once when the name changes. */
export function usePolled<T>(name: () => string, ask: () => Promise<T>): Polled<T> {
  const answer = shallowRef<T>()
  const state = ref<'loading' | 'ready' | 'failed'>('loading')
  const error = shallowRef<unknown>(null)

  async function reload(): Promise<void> {
    const asked = name()
    try {
      await cached(asked, ask, (come) => {
        if (asked !== name()) return
        answer.value = come
        state.value = 'ready'
      })
      error.value = null
    } catch (failure) {
      if (asked !== name()) return
      error.value = failure
      if (state.value === 'loading') state.value = 'failed'
    }
  }

  watch(
    name,
    () => {
      state.value = 'loading'
      void reload()
    },
    { immediate: true },
  )
  const timer = setInterval(() => {
    if (!document.hidden) void reload()
  }, EVERY_MS)
  onScopeDispose(() => clearInterval(timer))

  return { answer, state, error, reload }
}
