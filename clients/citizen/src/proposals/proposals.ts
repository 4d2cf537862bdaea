import { cached } from '@sanwei/web/cache'
import { sentence } from '@sanwei/web/errors'
import { graph } from '@sanwei/web/graph'
import { toast } from '@sanwei/web/toast'
import { computed, type Ref, ref, shallowRef, watch } from 'vue'
import { type Adoption, type ProposalFragment, PublishedProposalsDocument } from '../gql/graphql.ts'

export interface Proposals {
  rows: Readonly<Ref<readonly ProposalFragment[]>>
  more: Readonly<Ref<boolean>>
  busy: Readonly<Ref<boolean>>
  state: Readonly<Ref<'loading' | 'ready' | 'failed'>>
  error: Readonly<Ref<unknown>>
  reload(): Promise<void>
  loadMore(): Promise<void>
}

/** Suggestions and what became of them, a page at a time; of one verdict, or all. */
export function useProposals(verdict: () => Adoption | null): Proposals {
  const rows = shallowRef<readonly ProposalFragment[]>([])
  const next = ref<string | null>(null)
  const busy = ref(false)
  const state = ref<'loading' | 'ready' | 'failed'>('loading')
  const error = shallowRef<unknown>(null)
  /** Numbers the readings; the answer to an earlier one is dropped. */
  let reading = 0

  const ask = async (after: string | null) =>
    (await graph(PublishedProposalsDocument, { verdict: verdict(), after })).publishedProposals

  async function reload(): Promise<void> {
    const mine = ++reading
    try {
      await cached(
        `proposals/${verdict() ?? ''}`,
        () => ask(null),
        (page) => {
          if (mine !== reading) return
          rows.value = page.items
          next.value = page.next ?? null
          state.value = 'ready'
        },
      )
      if (mine === reading) error.value = null
    } catch (failure) {
      if (mine !== reading) return
      error.value = failure
      if (state.value === 'loading') state.value = 'failed'
    }
  }

  async function loadMore(): Promise<void> {
    if (busy.value || !next.value) return
    const mine = reading
    busy.value = true
    try {
      const page = await ask(next.value)
      if (mine !== reading) return
      rows.value = [...rows.value, ...page.items]
      next.value = page.next ?? null
    } catch (failure) {
      toast(sentence(failure))
    } finally {
      busy.value = false
    }
  }

  watch(
    verdict,
    () => {
      rows.value = []
      next.value = null
      state.value = 'loading'
      void reload()
    },
    { immediate: true },
  )
  return { rows, more: computed(() => next.value !== null), busy, state, error, reload, loadMore }
}
