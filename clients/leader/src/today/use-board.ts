import { cached, keep } from '@sanwei/web/cache'
import { follow } from '@sanwei/web/follow'
import { graph } from '@sanwei/web/graph'
import { computed, onScopeDispose, type Ref, shallowRef } from 'vue'
import { BoardDocument, type BoardFragment, LiveBoardDocument } from '../gql/graphql'

const NAME = 'board'

export interface LiveBoard {
  board: Readonly<Ref<BoardFragment | null>>
  state: Readonly<Ref<'loading' | 'ready' | 'failed'>>
  error: Readonly<Ref<unknown>>
  reload(): Promise<void>
}

/** Today's figures: the last ones at once, then as they move. */
export function useBoard(): LiveBoard {
  const board = shallowRef<BoardFragment | null>(null)
  const error = shallowRef<unknown>(null)

  function take(come: BoardFragment): void {
    error.value = null
    if (!board.value || Date.parse(come.at) >= Date.parse(board.value.at)) board.value = come
  }

  async function reload(): Promise<void> {
    try {
      await cached(
        NAME,
        () => graph(BoardDocument),
        (answer) => take(answer.board),
      )
    } catch (failure) {
      error.value = failure
    }
  }

  const stop = follow(
    LiveBoardDocument,
    {},
    {
      event({ liveBoard }) {
        take(liveBoard)
        void keep(NAME, { board: liveBoard })
      },
      poll: reload,
    },
  )
  void reload()
  onScopeDispose(stop)

  const state = computed(() => (board.value ? 'ready' : error.value ? 'failed' : 'loading'))
  return { board, state, error, reload }
}
