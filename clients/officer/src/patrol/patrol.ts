import { cached } from '@sanwei/web/cache'
import { distanceM, type Point as Place } from '@sanwei/web/geo'
import { graph } from '@sanwei/web/graph'
import { serverTime } from '@sanwei/web/http'
import { t } from '@sanwei/web/i18n'
import { uuid } from '@sanwei/web/ids'
import { outbox } from '@sanwei/web/outbox'
import type { Photo } from '@sanwei/web/photos'
import { session } from '@sanwei/web/session'
import { computed, ref, shallowRef, watch } from 'vue'
import { MyPatrolsDocument, type PatrolFragment } from '../gql/graphql'
import { overlaid, type Point, type Round } from './overlay'

const answer = shallowRef<readonly PatrolFragment[]>([])
let answeredAt = 0
/** Whether this phone knows today's rounds, or that it cannot: what stands under them waits for that. */
export const told = ref(false)

/** Today's rounds as this phone knows them. */
export const rounds = computed<Round[]>(() => {
  const acts = outbox.ops.value.filter(({ kind }) => kind.startsWith('patrol'))
  return answer.value.map((round) => overlaid(round, acts, answeredAt))
})

/** The round one is on; null while there is none. */
export const current = computed(
  () =>
    rounds.value.find(({ state }) => state === 'RUNNING') ??
    rounds.value.find(({ state }) => state === 'PAUSED') ??
    null,
)

/** The next one to begin. */
export const due = computed(() => rounds.value.find(({ state }) => state === 'DUE') ?? null)

/** Reads the rounds; without a network those of the last visit. */
export async function readRounds(): Promise<void> {
  const asked = Date.now()
  await cached(
    'my patrols',
    () => graph(MyPatrolsDocument),
    ({ myPatrols }, fresh) => {
      answeredAt = fresh ? asked : 0
      answer.value = myPatrols
      told.value = true
    },
  ).catch(() => undefined) // what was known stays
  told.value = true
}

// what the server has taken is read back
watch(
  () => outbox.ops.value.filter(({ kind, state }) => kind.startsWith('patrol') && state === 'done').length,
  (n, before) => {
    if (n > before && session.state.value === 'in') void readRounds()
  },
)

/** Puts an act on the phone; it is on the screen at once and on the server when the network is there. */
function put(kind: string, round: Round, title: string, input: object, photos: readonly Photo[] = [], rest = {}): void {
  const opId = uuid()
  const variables = { input: { opId, doneAt: serverTime().toISOString(), ...input }, ...rest }
  void outbox.send(kind, variables, { id: opId, title, photos, subject: `patrol ${round.id}` })
}

export const start = (round: Round): void =>
  put('patrolStart', round, t('patrol.op.start', { name: round.name }), { id: round.id })

export const pause = (round: Round, resume: boolean): void =>
  put(
    'patrolPause',
    round,
    t(resume ? 'patrol.op.resume' : 'patrol.op.pause', { name: round.name }),
    { id: round.id },
    [],
    { resume },
  )

export const end = (round: Round, whyNot: readonly { pointId: string; text: string }[]): void =>
  put('patrolEnd', round, t('patrol.op.end', { name: round.name }), { id: round.id, whyNot })

export interface Visit {
  place?: object | null
  code?: string
  reason?: string
  photos?: readonly Photo[]
}

/** 打卡. A refused one of the same point makes way. */
export async function visit(round: Round, point: Point, { photos = [], ...facts }: Visit): Promise<void> {
  for (const op of outbox.ops.value)
    if (op.kind === 'patrolVisit' && op.state === 'needs-you' && (op.variables.input as { id: string }).id === point.id)
      await outbox.discard(op.id)
  const photoIds = photos.map(({ id }) => id)
  put('patrolVisit', round, t('patrol.check', { name: point.name }), { id: point.id, ...facts, photoIds }, photos)
}

export interface Placed {
  point: Point
  metres: number | null
}

/** The way: the nearest point that is left, from there the next nearest; what is visited comes last. */
export function wayOf(points: readonly Point[], from: Place | null): Placed[] {
  const left = points.filter(({ state }) => state === 'OPEN' || state === 'REFUSED')
  const way: Placed[] = []
  let stands: Place | null = from
  while (left.length) {
    const near = (one: Point): number => (stands ? distanceM(stands, one) : one.n)
    const next = left.reduce((best, one) => (near(one) < near(best) ? one : best))
    left.splice(left.indexOf(next), 1)
    way.push({ point: next, metres: from && distanceM(from, next) })
    stands = from && next
  }
  const rest = points.filter((one) => !way.some(({ point }) => point.id === one.id))
  return [...way, ...rest.map((point) => ({ point, metres: from && distanceM(from, point) }))]
}
