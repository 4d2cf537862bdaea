import { graph } from '@sanwei/web/graph'
import { onScopeDispose, type Ref, readonly, shallowRef, watch } from 'vue'
import { type PlaceInput, ReportHintDocument, type ReportHintQuery, type RequestKind } from '../../gql/graphql.ts'

export type Hint = ReportHintQuery['reportHint']

/** What the server is told of a report while it is written. */
export interface Sketch {
  text: string
  at: PlaceInput | null
  /** The kind the person chose, if any. */
  kind: RequestKind | null
  pictured: boolean
  against: boolean
}

/** How long the person may pause in writing before the server is asked. */
const PAUSE_MS = 500

/** What the server makes of a report while it is written: its kind, a danger in it, the same thing nearby. */
export function useHint(sketch: () => Sketch): Readonly<Ref<Hint | null>> {
  const hint = shallowRef<Hint | null>(null)
  let timer: ReturnType<typeof setTimeout> | undefined
  /** Numbers the questions; the answer to an earlier one is dropped. */
  let asking = 0

  async function ask(): Promise<void> {
    const mine = ++asking
    const { text, ...rest } = sketch()
    const words = text.trim()
    if (!words) {
      hint.value = null
      return
    }
    const come = await graph(ReportHintDocument, { text: words, ...rest }).catch(() => null)
    if (mine === asking && come) hint.value = come.reportHint // no answer: the last one stays, nothing else changes
  }

  watch(sketch, () => {
    clearTimeout(timer)
    timer = setTimeout(() => void ask(), PAUSE_MS)
  })
  onScopeDispose(() => clearTimeout(timer))
  return readonly(hint) as Readonly<Ref<Hint | null>>
}
