import { kept } from '@sanwei/web/cache'
import { graph, Offline } from '@sanwei/web/graph'
import type { ListPage } from '@sanwei/web/live-list'
import { type LiveOne, useLiveOne } from '@sanwei/web/live-one'
import { TaskDocument, type TaskFragment } from '../../gql/graphql'
import { KEEP_AS } from './use-tasks'

/** One task. Without network it is the one from the list read last, so that work on the spot goes on. */
export function useTask(id: () => string): LiveOne<TaskFragment> {
  return useLiveOne<TaskFragment>({
    id,
    async read(wanted) {
      try {
        return (await graph(TaskDocument, { id: wanted })).order
      } catch (failure) {
        const tasks = failure instanceof Offline ? await kept<ListPage<TaskFragment>>(KEEP_AS) : undefined
        const task = tasks?.data.items.find((one) => one.id === wanted)
        if (!task) throw failure
        return task
      }
    },
  })
}
