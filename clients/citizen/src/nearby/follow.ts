import { t } from '@sanwei/web/i18n'
import { isTold, outbox } from '@sanwei/web/outbox'
import { toast } from '@sanwei/web/toast'
import { type Ref, ref } from 'vue'
import type { FollowCaseMutation, PublicCaseFragment } from '../gql/graphql.ts'

export interface Follow {
  /** The case with what following it has changed. */
  fresh(one: PublicCaseFragment): PublicCaseFragment
  /** 我也遇到: counted once per person, without a network as soon as there is one; until then it can be taken back. */
  follow(one: PublicCaseFragment): Promise<void>
  /** The case whose answer is still to come. */
  busy: Readonly<Ref<string | null>>
}

export function useFollow(): Follow {
  const busy = ref<string | null>(null)
  return {
    busy,
    fresh(one) {
      const op = outbox.ops.value.filter(({ kind, subject }) => kind === 'followCase' && subject === one.id).pop()
      if (!op || op.refusal) return one
      const told = isTold(op) ? (op.result as FollowCaseMutation).followCase.followers : one.followers + 1
      return { ...one, followed: true, followers: Math.max(one.followers, told) }
    },
    async follow(one) {
      if (busy.value) return
      busy.value = one.id
      const op = await outbox.send('followCase', { id: one.id }, { title: one.title, subject: one.id })
      busy.value = null
      if (op.refusal) {
        toast(t(`error.${op.refusal.code}`, op.refusal.params))
        await outbox.discard(op.id)
      } else if (op.state === 'done') toast(t('nearby.joined'))
      else toast(t('nearby.kept'), { undo: () => outbox.discard(op.id) })
    },
  }
}
