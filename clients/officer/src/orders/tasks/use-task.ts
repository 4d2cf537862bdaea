import { connection } from '@sanwei/web/follow'
import { graph, Offline } from '@sanwei/web/graph'
import { type LiveOne, useLiveOne } from '@sanwei/web/live-one'
import { computed, onScopeDispose, type Ref, shallowRef, watch } from 'vue'
import { type PhotoFragment, TaskDocument, type TaskFragment } from '../../gql/graphql'
import { taken } from './along'

/** One task; without network the copy that was taken along. */
export function useTask(id: () => string): LiveOne<TaskFragment> {
  return useLiveOne<TaskFragment>({
    id,
    async read(wanted) {
      try {
        return (await graph(TaskDocument, { id: wanted })).order
      } catch (failure) {
        const copy = failure instanceof Offline ? await taken(wanted) : undefined
        if (!copy) throw failure
        return copy.task
      }
    },
  })
}

/** The photos of a task; without network those that were taken along. */
export function useTaskPhotos(task: () => TaskFragment): Readonly<Ref<readonly PhotoFragment[]>> {
  const own = shallowRef<Record<string, string>>({})
  const forget = (): void => Object.values(own.value).forEach(URL.revokeObjectURL)

  watch(
    () => task().id,
    async (id) => {
      const pictures = (await taken(id))?.pictures ?? {}
      forget()
      own.value = Object.fromEntries(Object.entries(pictures).map(([name, blob]) => [name, URL.createObjectURL(blob)]))
    },
    { immediate: true },
  )
  onScopeDispose(forget)

  return computed(() =>
    task().photos.map((photo) => {
      const url = connection.state === 'off' ? own.value[photo.id] : undefined
      return url ? { ...photo, url, thumbUrl: url } : photo
    }),
  )
}
