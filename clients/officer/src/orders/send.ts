import type { Problems } from '@sanwei/web/errors'
import { Refusal } from '@sanwei/web/graph'
import { t } from '@sanwei/web/i18n'
import { uuid } from '@sanwei/web/ids'
import { isTold, type Op, outbox } from '@sanwei/web/outbox'
import { type Photo, revive } from '@sanwei/web/photos'
import { toast } from '@sanwei/web/toast'
import { type Ref, readonly, ref, watch } from 'vue'

/** How long a form waits for the server's word before it trusts the outbox. */
const PATIENCE_MS = 6_000

export interface Letter {
  kind: string
  title: string
  photos: readonly Photo[]
  ahead?: boolean
  subject?: string
  /** A refused act this one is sent instead of. */
  replaces?: string | undefined
  variables(opId: string): Record<string, unknown>
}

/** Stores an act on the phone. Resolves as soon as it is safe there; `sent` follows with what became of it. */
export async function post({
  kind,
  variables,
  title,
  photos,
  ahead = false,
  subject,
  replaces,
}: Letter): Promise<{ sent: Promise<Op> }> {
  for (const op of outbox.ops.value) {
    const sameForm = subject !== undefined && op.subject === subject && op.kind === kind
    if (op.state === 'needs-you' && (sameForm || op.id === replaces)) await outbox.discard(op.id)
  }
  const id = uuid()
  const sent = outbox.send(kind, variables(id), { id, title, photos, ahead, ...(subject ? { subject } : {}) })
  await Promise.race([sent, isStored(id)])
  return { sent }
}

function isStored(id: string): Promise<void> {
  return new Promise((done) => {
    const stop = watch(
      () => outbox.ops.value.some((op) => op.id === id),
      (stored) => {
        if (!stored) return
        queueMicrotask(() => stop())
        done()
      },
      { immediate: true, flush: 'sync' },
    )
  })
}

/**
 * Sends a form through the outbox. With network the server's refusal comes back into the form;
 * without, the act waits on the phone and the form is done. Resolves with true when it is done.
 */
export function useSend(
  form: Problems,
  fields: Record<string, string>,
): { busy: Readonly<Ref<boolean>>; code: Readonly<Ref<string | null>>; send(letter: Letter): Promise<boolean> } {
  const busy = ref(false)
  /** Of the last refusal. */
  const code = ref<string | null>(null)

  async function send(letter: Letter): Promise<boolean> {
    if (busy.value) return false
    busy.value = true
    form.clear()
    try {
      const { sent } = await post(letter)
      const op = await Promise.race([sent, pause(PATIENCE_MS)])
      code.value = op?.refusal?.code ?? null
      if (op?.refusal) {
        form.take(new Refusal(op.refusal.code, op.refusal.params, op.refusal.field), fields)
        return false
      }
      toast(t(op?.state === 'done' ? 'send.done' : 'send.kept'))
      return true
    } catch (failure) {
      form.take(failure)
      return false
    } finally {
      busy.value = false
    }
  }

  return { busy: readonly(busy), code: readonly(code), send }
}

const pause = (ms: number): Promise<undefined> => new Promise((done) => setTimeout(done, ms, undefined))

/** What a refused act held, for the form it came from. */
export function refused<Input extends object>(
  id: string | undefined,
): { input: Input; photos(ids: readonly string[]): Photo[] } | null {
  const op = outbox.ops.value.find((one) => one.id === id && one.state === 'needs-you' && !isTold(one))
  if (!op) return null
  return {
    input: op.variables.input as Input,
    photos: (ids) =>
      op.photos.flatMap(({ id: photoId, blob }) =>
        blob && ids.includes(photoId) ? [revive({ id: photoId, blob, takenAt: null })] : [],
      ),
  }
}

/** The form a refused act is mended in. */
export const formOf = ({ id, kind, subject, variables, refusal }: Op): string =>
  kind === 'baseCreate'
    ? `/base/new/${(variables.input as { kind: string }).kind}?op=${id}`
    : kind.startsWith('base')
      ? `/base/${subject}${kind === 'baseEdit' && refusal?.code !== 'BASEDATA_CONFLICT' ? `/edit?op=${id}` : ''}`
      : kind.startsWith('patrol')
        ? '/patrol'
        : subject
          ? `/orders/${subject}/${kind}?op=${id}`
          : `/${kind}?op=${id}`
