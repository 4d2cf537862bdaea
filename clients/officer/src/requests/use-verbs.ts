import { useAct } from '@sanwei/web/act'
import { sentence } from '@sanwei/web/errors'
import { graph, Refusal } from '@sanwei/web/graph'
import { t } from '@sanwei/web/i18n'
import { toast } from '@sanwei/web/toast'
import { computed, ref, shallowRef, watch } from 'vue'
import { type DeskFullFragment, type PlaceInput, TakeBackDocument } from '../gql/graphql'
import { useUnits } from '../orders/case/choices'
import type { Form } from './form'
import { type Verb, verbsFor } from './verbs'

/** The act the server holds, by what a step was answered. */
function holdOf(answer: unknown): string | undefined {
  const [row] = Object.values((answer ?? {}) as Record<string, { held?: { id: string } | null }>)
  return row?.held?.id
}

/** The steps of one request: which are offered, the sheet of each, and what is said once it is taken. */
export function useVerbs(row: () => DeskFullFragment | null, on: { moved(): void; refused(): void }) {
  const open = shallowRef<Verb | null>(null)
  const place = shallowRef<PlaceInput | null>(null)
  const units = useUnits()
  const { busy, act } = useAct((failure) => {
    if (failure instanceof Refusal) on.refused()
    toast(sentence(failure))
  })
  const verbs = computed(() => verbsFor(row()?.offered ?? []))
  const turn = ref(0)

  watch(
    () => row()?.id,
    () => {
      open.value = null
    },
  )

  const held = shallowRef<string>()

  /** Says what was done, with 撤销 while the server holds it. */
  function took(verb: Verb, answer: unknown): void {
    open.value = null
    held.value = holdOf(answer)
    toast(t(`request.${verb.on}.done`), held.value ? { undo } : {})
    on.moved()
  }

  /** Takes the last held step back. */
  function undo(): void {
    const holdId = held.value
    if (!holdId) return
    void act(async () => {
      await graph(TakeBackDocument, { holdId })
      held.value = undefined
      toast(t('step.takenBack'))
      on.moved()
    })
  }

  function press(verb: Verb): void {
    const at = row()
    if (!at) return
    place.value = null
    turn.value++
    if (verb.fields) open.value = verb
    else
      void act(async (opId) => {
        took(verb, await verb.send(at, {}, opId, { units: [], place: null }))
      })
  }

  const form = computed<Form | null>(() => {
    const [verb, at] = [open.value, row()]
    if (!verb?.fields || !at) return null
    const { on: step, danger, send } = verb
    return {
      title: t(`request.${step}`),
      means: t(`request.${step}.means`),
      fields: verb.fields(at, { units: units.value, place: place.value }),
      button: t(`request.${step}.submit`),
      danger,
      send: (values, opId) => send(row() ?? at, values, opId, { units: units.value, place: place.value }),
    }
  })

  return { verbs, open, form, place, busy, press, took, undo, turn }
}

export type Verbs = ReturnType<typeof useVerbs>
