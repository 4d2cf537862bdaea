import { onScopeDispose, type Ref, readonly, ref, watch } from 'vue'

const PAUSE_MS = 250

/** The trimmed text of a search box, once the typing rests. */
export function useRested(text: Ref<string>): Readonly<Ref<string>> {
  const rested = ref('')
  let timer: ReturnType<typeof setTimeout> | undefined
  watch(text, (typed) => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      rested.value = typed.trim()
    }, PAUSE_MS)
  })
  onScopeDispose(() => clearTimeout(timer))
  return readonly(rested)
}
