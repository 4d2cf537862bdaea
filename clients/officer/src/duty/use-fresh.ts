import { cached } from '@sanwei/web/cache'
import { computed, onScopeDispose, type ShallowRef, shallowRef, watch } from 'vue'

const EVERY_MS = 30_000

/** An answer kept on the phone, shown at once and read anew every half minute while somebody looks. */
export function useFresh<T>(name: () => string, ask: () => Promise<T>) {
  const answer: ShallowRef<T | null> = shallowRef(null)
  const error = shallowRef<unknown>(null)

  async function reload(): Promise<void> {
    const asked = name()
    try {
      await cached(asked, ask, (data) => {
        if (asked === name()) answer.value = data
      })
      error.value = null
    } catch (failure) {
      error.value = failure
    }
  }

  watch(name, reload, { immediate: true })
  const timer = setInterval(() => {
    if (document.visibilityState === 'visible') void reload()
  }, EVERY_MS)
  onScopeDispose(() => clearInterval(timer))

  const state = computed(() => (answer.value ? 'ready' : error.value ? 'failed' : 'loading'))
  return { answer, state, error, reload }
}
