import { cached } from '@sanwei/web/cache'
import { graph } from '@sanwei/web/graph'
import { computed, onScopeDispose, shallowRef } from 'vue'
import { UnitBoardDocument, type UnitBoardQuery } from '../gql/graphql'

const EVERY_MS = 60_000

/** One's unit now and over 30 days: the last answer at once, then anew once a minute while somebody looks. */
export function useBoard() {
  const board = shallowRef<UnitBoardQuery | null>(null)
  const error = shallowRef<unknown>(null)

  async function reload(): Promise<void> {
    try {
      await cached(
        'unit board',
        () => graph(UnitBoardDocument),
        (answer) => {
          board.value = answer
        },
      )
      error.value = null
    } catch (failure) {
      error.value = failure
    }
  }

  void reload()
  const timer = setInterval(() => {
    if (document.visibilityState === 'visible') void reload()
  }, EVERY_MS)
  onScopeDispose(() => clearInterval(timer))

  const state = computed(() => (board.value ? 'ready' : error.value ? 'failed' : 'loading'))
  return { board, state, error, reload }
}
