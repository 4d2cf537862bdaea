import { t } from '@sanwei/web/i18n'
import { computed, shallowRef, watch } from 'vue'
import { kindOf, useTasks } from '../orders/tasks/use-tasks'

const BUZZ_MS = 200

/** A task that came while one is walking: where it is, said once with one vibration. */
export function useNewTask() {
  const { list, rows } = useTasks()
  const known = shallowRef<ReadonlySet<string> | null>(null)
  watch(
    [() => list.state.value, list.waiting],
    ([state]) => {
      if (state !== 'ready') return
      if (list.waiting.value) list.show()
      known.value ??= new Set(rows.value.map(({ task }) => task.id))
    },
    { immediate: true },
  )
  const fresh = computed(() => {
    const found = known.value && rows.value.find(({ task }) => !known.value?.has(task.id))
    if (!found) return null
    const kind = kindOf(found.task)
    return { title: t(`task.${kind}`, { title: found.task.title }), to: `/orders/${found.task.id}/${kind}` }
  })
  watch(fresh, (task, before) => {
    if (task && task.to !== before?.to) navigator.vibrate?.(BUZZ_MS)
  })
  return fresh
}
