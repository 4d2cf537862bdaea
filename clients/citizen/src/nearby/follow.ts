import { sentence } from '@sanwei/web/errors'
import { graph } from '@sanwei/web/graph'
import { t } from '@sanwei/web/i18n'
import { toast } from '@sanwei/web/toast'
import { type Ref, ref, shallowRef } from 'vue'
import { FollowCaseDocument, type FollowCaseMutation, type PublicCaseFragment } from '../gql/graphql.ts'

export interface Follow {
  /** The case with what following it has changed. */
  fresh(one: PublicCaseFragment): PublicCaseFragment
  /** 我也遇到: counted once per person, and this person hears how it ends. */
  follow(one: PublicCaseFragment): Promise<void>
  /** The case whose answer is still to come. */
  busy: Readonly<Ref<string | null>>
}

export function useFollow(): Follow {
  const answers = shallowRef<Record<string, FollowCaseMutation['followCase']>>({})
  const busy = ref<string | null>(null)
  return {
    busy,
    fresh: (one) => ({ ...one, ...answers.value[one.id] }),
    async follow(one) {
      if (busy.value) return
      busy.value = one.id
      try {
        const { followCase } = await graph(FollowCaseDocument, { id: one.id })
        answers.value = { ...answers.value, [one.id]: followCase }
        toast(t('nearby.joined'))
      } catch (failure) {
        toast(sentence(failure))
      } finally {
        busy.value = null
      }
    },
  }
}
