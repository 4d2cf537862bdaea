import { type Draft, useDraft } from '@sanwei/web/drafts'
import { type Problems, useProblems } from '@sanwei/web/errors'
import { Refusal } from '@sanwei/web/graph'
import { t } from '@sanwei/web/i18n'
import { uuid } from '@sanwei/web/ids'
import { isTold, outbox } from '@sanwei/web/outbox'
import { type Photo, release, revive } from '@sanwei/web/photos'
import { computed, onScopeDispose, type Ref, reactive, ref, watch } from 'vue'
import type {
  RateRequest,
  RateRequestMutation,
  RatingReason,
  RequestCaseFragment,
  ServiceLevel,
  Solved,
} from '../../gql/graphql.ts'
import { resend } from '../resend.ts'
import { titleOf } from '../words.ts'

export const SOLVED: readonly Solved[] = ['SOLVED', 'PARTLY', 'UNSOLVED']
export const REASONS: readonly RatingReason[] = ['SLOW', 'NOT_SOLVED', 'ATTITUDE', 'UNCLEAR']

const FIELDS = { text: 'words', photoIds: 'photos', main: 'solved' }

interface Form {
  solved: Solved | null
  level: ServiceLevel | null
  reasons: RatingReason[]
  text: string
  photos: Photo[]
}

interface Rating {
  form: Form
  /** Whether reasons are worth asking for. */
  asksWhy: Readonly<Ref<boolean>>
  problems: Problems
  busy: Readonly<Ref<boolean>>
  draft: Draft
  /** Whether the rating has arrived or is safely stored; null when something has to be mended first. */
  submit(): Promise<Given | null>
}

/** What came of it: taken, changed, sent back to be done again, or kept until there is network. */
export type Given = 'done' | 'changed' | 'reopened' | 'kept'

/** One rating being given: solved is asked apart from satisfied. */
export function useRating(caseId: string, row: Readonly<Ref<RequestCaseFragment | null>>): Rating {
  const form = reactive<Form>({ solved: null, level: null, reasons: [], text: '', photos: [] })
  const problems = useProblems()
  const busy = ref(false)
  const asksWhy = computed(() => {
    const { solved, level } = form
    return (solved !== null && solved !== 'SOLVED') || level === 'DISSATISFIED' || level === 'VERY_DISSATISFIED'
  })

  /** What was said before, once the case is here: it is thought over, not begun anew. */
  const given = computed(() => (row.value?.ratingUntil ? row.value.rating : null))
  watch(
    given,
    (before) => {
      if (!before || form.solved || form.level) return
      Object.assign(form, {
        solved: before.solved,
        level: before.level,
        reasons: [...before.reasons],
        text: before.text ?? '',
      })
    },
    { immediate: true },
  )
  const untouched = (): boolean =>
    given.value?.solved === form.solved &&
    given.value.level === form.level &&
    (given.value.text ?? '') === form.text &&
    !form.photos.length

  const draft = useDraft<Omit<Form, 'photos'> & { photos: Omit<Photo, 'url'>[] }>(`rate/${caseId}`, {
    collect: () =>
      !untouched() && (form.solved || form.level || form.text || form.photos.length)
        ? { ...form, photos: form.photos.map(({ id, blob, takenAt }) => ({ id, blob, takenAt })) }
        : null,
    restore: ({ photos, ...rest }) => Object.assign(form, rest, { photos: photos.map(revive) }),
  })

  async function submit(): Promise<Given | null> {
    problems.clear()
    const { solved, level } = form
    if (!solved) problems.add('solved', t('rate.needSolved'))
    if (!level) problems.add('level', t('rate.needLevel'))
    if (!solved || !level || !row.value || busy.value) return null
    busy.value = true
    try {
      const { id, version } = row.value
      const changes = given.value !== null
      const opId = uuid()
      const input: RateRequest = {
        id,
        version,
        solved,
        level,
        reasons: asksWhy.value ? form.reasons : [],
        text: form.text.trim(),
        photoIds: form.photos.map((photo) => photo.id),
        opId,
      }
      const title = t('rate.of', { title: titleOf(row.value) })
      const op = await resend(
        await outbox.send('rateRequest', { input }, { id: opId, title, photos: form.photos, ahead: true, subject: id }),
      )
      if (op.state === 'needs-you' && op.refusal) {
        problems.take(new Refusal(op.refusal.code, op.refusal.params, op.refusal.field), FIELDS)
        await outbox.discard(op.id)
        return null
      }
      await draft.clear()
      if (!isTold(op)) return 'kept'
      const { closedAt } = (op.result as RateRequestMutation).rateRequest
      if (!closedAt) return 'reopened'
      return changes ? 'changed' : 'done'
    } finally {
      busy.value = false
    }
  }

  onScopeDispose(() => release(form.photos))
  return { form, asksWhy, problems, busy, draft, submit }
}
