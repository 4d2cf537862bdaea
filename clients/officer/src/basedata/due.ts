import { outbox } from '@sanwei/web/outbox'
import { ref, shallowRef, watch } from 'vue'
import { find, KINDS, type Row } from './records'
import { baseWords } from './words'

/** What nobody has verified for long is the day's collecting. */
export function useDue() {
  const rows = shallowRef<readonly Row[]>([])
  /** There are more than these. */
  const more = ref(false)
  const state = ref<'loading' | 'ready' | 'failed'>('loading')
  const error = shallowRef<unknown>(null)

  async function load(): Promise<void> {
    try {
      const [page] = await Promise.all([find({ kinds: KINDS, search: '', due: true }, null), baseWords()])
      rows.value = page.items
      more.value = !!page.next
      state.value = 'ready'
    } catch (failure) {
      error.value = failure
      state.value = 'failed'
    }
  }
  watch(() => outbox.pending.value, load, { immediate: true })

  return { rows, more, state, error, load }
}
