import { type Draft, useDraft } from '@sanwei/web/drafts'
import { useProblems } from '@sanwei/web/errors'
import { Refusal } from '@sanwei/web/graph'
import { t } from '@sanwei/web/i18n'
import { uuid } from '@sanwei/web/ids'
import { type Op, outbox } from '@sanwei/web/outbox'
import { type Photo, release, revive } from '@sanwei/web/photos'
import { type Answers, given, type Question, taken } from '@sanwei/web/ui'
import type { Voice } from '@sanwei/web/voice'
import { computed, onScopeDispose, reactive, ref } from 'vue'
import type { Spot } from '../../areas/spot.ts'
import type { MatterFragment, PlaceInput, RequestKind, SubmitRequest } from '../../gql/graphql.ts'

/** How long an answer is waited for before 已提交 is shown and the rest goes on behind it. */
const PATIENCE_MS = 6_000

/** The server's names of what it may blame, and the fields they are on this page. */
const FIELDS = {
  photoIds: 'photos',
  voiceIds: 'text',
  areaCode: 'place',
  matterCode: 'matter',
  phone: 'mobile',
  againstKey: 'party',
  againstText: 'party',
  answers: 'answers',
  forId: 'for',
}

/** Whom a complaint is about: as the server knows him, or without a key as the person put it. */
export interface Party {
  key: string
  name: string
}

interface Content {
  text: string
  photos: Omit<Photo, 'url'>[]
  voices?: Voice[]
  at: PlaceInput | null
  address: string
  matter: MatterFragment | null
  answers: Answers
  kind: RequestKind | null
  party: Party | null
  phone: string
  confidential: boolean
  whose?: string
}

const isVoice = (blob: Blob): boolean => blob.type.startsWith('audio/')

/** Whom a report that was sent complains about; the name of who was picked is not in it. */
const partyOf = ({ againstKey, againstText }: SubmitRequest): Party | null => {
  if (againstKey) return { key: againstKey, name: t('party.picked') }
  return againstText ? { key: '', name: againstText } : null
}

/** One report being written: its fields, its draft on the phone, and the way it is sent. */
export function useReportForm(spot: Spot) {
  const form = reactive({
    text: '',
    photos: [] as Photo[],
    voices: [] as Voice[],
    address: '',
    /** The kind the person chose; null leaves it to the server's suggestion. */
    matter: null as MatterFragment | null,
    answers: {} as Answers,
    /** What it is, in the person's own view; null leaves it to the server too. */
    kind: null as RequestKind | null,
    party: null as Party | null,
    phone: '',
    confidential: false,
    /** 帮家人办: whose it is to be; "" for one's own. */
    whose: '',
  })
  const problems = useProblems()
  const busy = ref(false)
  /** The refused act this form mends; it is dropped once the mended one is stored. */
  let mends: string | null = null

  const empty = computed(() => !form.text.trim() && !form.photos.length && !form.voices.length)

  const draft: Draft = useDraft<Content>('report', {
    collect: () =>
      empty.value
        ? null
        : {
            ...form,
            photos: form.photos.map(({ id, blob, takenAt }) => ({ id, blob, takenAt })),
            at: spot.at.value,
          },
    restore: fill,
  })

  function fill({ photos, at, ...rest }: Content): void {
    release(form.photos)
    Object.assign(form, rest, { photos: photos.map(revive) })
    if (at) void spot.choose(at)
  }

  /** Takes up a report that the server refused while nobody was looking. */
  async function mend(op: Op): Promise<void> {
    mends = op.id
    const input = op.variables.input as SubmitRequest
    fill({
      text: input.text ?? '',
      photos: op.photos.flatMap(({ id, blob }) =>
        blob && !isVoice(blob) ? [{ id, blob, takenAt: input.takenAt ?? null }] : [],
      ),
      voices: op.photos.flatMap(({ id, blob }) => (blob && isVoice(blob) ? [{ id, blob }] : [])),
      at: input.place ?? null,
      address: input.address ?? '',
      matter: null,
      answers: taken(input.answers ? [input.answers].flat() : []),
      kind: input.kind ?? null,
      party: partyOf(input),
      phone: input.phone ?? '',
      confidential: input.confidential ?? false,
      whose: input.forId ?? '',
    })
    if (op.refusal) blame(op.refusal)
  }

  function blame({ code, params, field }: NonNullable<Op['refusal']>): void {
    problems.take(new Refusal(code, params, field), { ...FIELDS, main: 'text' })
  }

  function inputFor(id: string, questions: readonly Question[]): SubmitRequest {
    const taken = form.photos.map(({ takenAt }) => takenAt).filter((at) => at !== null)
    return {
      id,
      forId: form.whose || null,
      text: form.text.trim(),
      photoIds: form.photos.map((photo) => photo.id),
      voiceIds: form.voices.map((voice) => voice.id),
      place: spot.at.value,
      address: spot.at.value ? '' : form.address.trim(),
      matterCode: form.matter?.code ?? null,
      answers: given(questions, form.answers),
      kind: form.kind,
      againstKey: form.party?.key ?? '',
      againstText: form.party && !form.party.key ? form.party.name : '',
      phone: form.phone.trim(),
      confidential: form.confidential,
      takenAt: taken.sort()[0] ?? null,
    }
  }

  /** Stores the report and sends it, with what was answered to the questions on the page. Resolves with its id, or null when something has to be mended first. */
  async function submit(questions: readonly Question[] = []): Promise<string | null> {
    problems.clear()
    if (busy.value) return null
    if (empty.value) {
      blame({ code: 'NOTHING_REPORTED', params: {}, field: 'photoIds' })
      return null
    }
    busy.value = true
    try {
      const id = uuid()
      const title = form.text.trim().slice(0, 30) || t(form.photos.length ? 'request.photoOnly' : 'request.voiceOnly')
      const sending = outbox.send(
        'submitRequest',
        { input: inputFor(id, questions) },
        { id, title, photos: [...form.photos, ...form.voices], ahead: true },
      )
      const op = await Promise.race([sending, new Promise<null>((done) => setTimeout(done, PATIENCE_MS, null))])
      if (op?.state === 'needs-you' && op.refusal) {
        blame(op.refusal)
        await outbox.discard(id)
        return null
      }
      if (mends) await outbox.discard(mends)
      await draft.clear()
      return id
    } finally {
      busy.value = false
    }
  }

  onScopeDispose(() => release(form.photos))
  return { form, problems, busy, draft, mend, submit }
}
