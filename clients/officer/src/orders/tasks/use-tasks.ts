import { locate, type Point } from '@sanwei/web/geo'
import { graph } from '@sanwei/web/graph'
import { useLiveList } from '@sanwei/web/live-list'
import { recall, remember } from '@sanwei/web/remember'
import { computed, onMounted, ref, shallowRef, watch } from 'vue'
import {
  LiveTasksDocument,
  type LiveTasksSubscription,
  type OrderLane,
  type TaskRowFragment,
  TasksDocument,
} from '../../gql/graphql'
import { takeMattersAlong } from '../case/choices'
import { takeAlong } from './along'
import { arrange } from './order'

export const LANES: readonly OrderLane[] = ['TO_VERIFY', 'TO_CHECK']

/** What the officer has to do today, in walking or due order; readable without network. */
export function useTasks() {
  const here = shallowRef<Point | null>(null)
  const by = ref<'walk' | 'due'>(recall('tasks-by') === 'due' ? 'due' : 'walk')
  watch(by, (order) => remember('tasks-by', order))

  const list = useLiveList<TaskRowFragment>({
    async read() {
      const { verify, check } = await graph(TasksDocument)
      return { items: [...verify.items, ...check.items], total: verify.total + check.total }
    },
    feed: {
      doc: LiveTasksDocument,
      event: ({ liveOrders }: LiveTasksSubscription) => ({
        ...liveOrders,
        id: liveOrders.orderId,
        row: liveOrders.order,
      }),
    },
    belongs: ({ lanes }) => lanes.some((lane) => LANES.includes(lane)),
    keepAs: () => 'tasks',
  })

  // what is in the list can be worked on where there is no network
  watch(list.rows, (tasks) => void takeAlong(tasks).catch(() => undefined))
  watch(list.waiting, (n) => {
    if (n && !list.rows.value.length) list.show()
  })

  onMounted(async () => {
    void takeMattersAlong().catch(() => undefined)
    here.value = await locate().catch(() => null) // without a position the list is by due time
  })

  const rows = computed(() => arrange(list.rows.value, here.value, by.value))
  return { list, rows, here, by }
}

export const kindOf = (task: Pick<TaskRowFragment, 'lanes'>): 'verify' | 'check' =>
  task.lanes.includes('TO_VERIFY') ? 'verify' : 'check'
