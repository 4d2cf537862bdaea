import { graph } from '@sanwei/web/graph'
import { t } from '@sanwei/web/i18n'
import { uuid } from '@sanwei/web/ids'
import type { Feed } from '@sanwei/web/live-list'
import { type LiveOne, useLiveOne } from '@sanwei/web/live-one'
import { type Op, outbox } from '@sanwei/web/outbox'
import type { Photo } from '@sanwei/web/photos'
import type { Voice } from '@sanwei/web/voice'
import { computed, onScopeDispose, watch } from 'vue'
import {
  type AskPersonMutation,
  LiveTalkDocument,
  type LiveTalkSubscription,
  type SayInTalkMutation,
  TalkDocument,
  type TalkFragment,
} from '../gql/graphql.ts'
import type { Turn } from '../knowledge/ask.ts'

/** A queue moves without a word of one's own talk: the place is read again this often at the latest. */
const PLACE_MS = 30_000

/** Hands a conversation over, from the phone's own outbox: it waits there while there is no network. */
export async function askPerson(turns: readonly Turn[], areaCode: string): Promise<Op> {
  const id = uuid()
  const asked = turns.map(({ question, best }) => ({ question, answerId: best?.id ?? null }))
  const title = turns[turns.length - 1]?.question ?? ''
  const input = { id, turns: asked, areaCode: areaCode || null }
  return outbox.send('askPerson', { input }, { id, title, subject: id })
}

/** Sends one message; what cannot be sent yet stands below the conversation and goes by itself. */
export async function say(
  talkId: string,
  text: string,
  photos: readonly Photo[],
  voices: readonly Voice[],
): Promise<Op> {
  const id = uuid()
  const input = {
    id,
    talkId,
    text,
    photoIds: photos.map((photo) => photo.id),
    voiceIds: voices.map((voice) => voice.id),
  }
  const title = text || t(photos.length ? 'talk.photo' : 'voice.list')
  return outbox.send('sayInTalk', { input }, { id, title, photos: [...photos, ...voices], subject: talkId })
}

/** One talk, live, with what of it is still on the phone. */
export function useTalk(id: () => string): LiveOne<TalkFragment> & { unsent: Readonly<{ value: readonly Op[] }> } {
  let moved: () => void = () => undefined
  const feed: Feed<TalkFragment> = {
    doc: LiveTalkDocument,
    event({ liveTalks: { cursor, verb, talkId, talk } }: LiveTalkSubscription) {
      if (!talk && verb !== 'ready') moved()
      return { cursor, verb, id: talkId ?? '', row: talk }
    },
  }
  const one = useLiveOne<TalkFragment>({
    id,
    read: async (wanted) => (await graph(TalkDocument, { id: wanted })).talk,
    feed,
    keepAs: (wanted) => `talk/${wanted}`,
  })
  const waiting = (): boolean => one.row.value?.state === 'WAITING'
  moved = () => {
    if (waiting()) void one.reload()
  }
  const timer = setInterval(() => {
    if (!document.hidden) moved()
  }, PLACE_MS)
  onScopeDispose(() => clearInterval(timer))
  watch(
    () => outbox.ops.value.filter((op) => op.subject === id() && op.state === 'done').pop()?.result,
    (result) => {
      const { sayInTalk, askPerson } = (result ?? {}) as Partial<SayInTalkMutation & AskPersonMutation>
      const come = sayInTalk ?? askPerson
      if (come) one.put(come)
    },
  )
  const unsent = computed(() => outbox.ops.value.filter((op) => op.subject === id() && op.state !== 'done'))
  return Object.assign(one, { unsent })
}
