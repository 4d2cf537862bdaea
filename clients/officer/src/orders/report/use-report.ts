import { useDraft } from '@sanwei/web/drafts'
import { useProblems } from '@sanwei/web/errors'
import { t } from '@sanwei/web/i18n'
import { type Photo, revive } from '@sanwei/web/photos'
import { session } from '@sanwei/web/session'
import { toast } from '@sanwei/web/toast'
import { type Answers, given, taken } from '@sanwei/web/ui'
import { computed, ref, shallowRef } from 'vue'
import type { ReportProblem } from '../../gql/graphql'
import { useQuestions } from '../case/choices'
import { useHere } from '../place/use-here'
import { post, refused } from '../send'
import { commonMatters, countUse, knownName } from './common-matters'

const bare = (photos: readonly Photo[]) => photos.map(({ url: _, ...kept }) => kept)

/** The 15-second report: everything it needs is on the phone, and 保存 only writes to the phone. */
export function useReport(op?: string) {
  const owner = session.owner.value ?? ''
  const here = useHere()
  const form = useProblems()
  const photos = ref<Photo[]>([])
  const after = ref<Photo[]>([])
  const code = ref<string | null>(null)
  const answers = ref<Answers>({})
  const text = ref('')
  const solved = ref(false)
  const common = shallowRef(commonMatters(owner))
  /** A matter found by search; it takes the last tile. */
  const other = shallowRef<{ code: string; name: string } | null>(null)

  const nameOf = (one: { code: string; name?: string | undefined }): string => one.name ?? t(`matter.${one.code}`)
  const matter = computed(
    () => [...common.value, ...(other.value ? [other.value] : [])].find((one) => one.code === code.value) ?? null,
  )

  const questions = useQuestions(() => code.value)

  const draft = useDraft('report', {
    collect: () =>
      photos.value.length || text.value
        ? {
            photos: bare(photos.value),
            after: bare(after.value),
            code: code.value,
            answers: answers.value,
            text: text.value,
            solved: solved.value,
          }
        : null,
    restore(kept) {
      photos.value = kept.photos.map(revive)
      after.value = kept.after.map(revive)
      code.value = kept.code
      answers.value = kept.answers ?? {} // a draft of an older app
      text.value = kept.text
      solved.value = kept.solved
    },
  })

  const old = refused<ReportProblem>(op)
  if (old) {
    const { matterCode, photoIds, afterPhotoIds, place } = old.input
    answers.value = taken([old.input.answers ?? []].flat())
    if (!common.value.some((one) => one.code === matterCode))
      other.value = { code: matterCode, name: knownName(owner, matterCode) }
    code.value = matterCode
    text.value = old.input.text ?? ''
    solved.value = old.input.selfHandled ?? false
    photos.value = old.photos([photoIds].flat())
    after.value = old.photos([afterPhotoIds ?? []].flat())
    void here.take(place)
  }

  function clear(): void {
    photos.value = []
    after.value = []
    text.value = ''
    code.value = null
    answers.value = {}
    solved.value = false
    other.value = null
    common.value = commonMatters(owner)
  }

  /** Writes the report to the phone; true once it is safe there. */
  async function save(): Promise<boolean> {
    form.clear()
    const [what, place] = [matter.value, here.at.value]
    if (!what) form.add('matter', t('report.pick'))
    if (!place) form.add('place', t('here.needed'))
    if (!what || !place) return false
    const afterPhotos = solved.value ? after.value : []
    await post({
      kind: 'report',
      replaces: op,
      title: t('report.of', { matter: nameOf(what) }),
      photos: [...photos.value, ...afterPhotos],
      ahead: !solved.value, // what is solved already is proved by its photos
      variables: (id) => ({
        input: {
          id,
          matterCode: what.code,
          answers: given(questions.value, answers.value),
          text: text.value,
          photoIds: photos.value.map((photo) => photo.id),
          place,
          takenAt: photos.value[0]?.takenAt ?? null,
          selfHandled: solved.value,
          afterPhotoIds: afterPhotos.map((photo) => photo.id),
        },
      }),
    })
    countUse(owner, what)
    toast(t('report.saved'))
    await draft.clear()
    return true
  }

  return {
    here,
    form,
    photos,
    after,
    code,
    questions,
    answers,
    text,
    solved,
    common,
    other,
    nameOf,
    draft,
    save,
    clear,
  }
}
