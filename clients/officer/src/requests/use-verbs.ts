import { useAct } from '@sanwei/web/act'
import { sentence } from '@sanwei/web/errors'
import { Refusal } from '@sanwei/web/graph'
import { t } from '@sanwei/web/i18n'
import { toast } from '@sanwei/web/toast'
import { computed, ref, shallowRef, watch } from 'vue'
import type { DeskFullFragment, PlaceInput } from '../gql/graphql'
import { useUnits } from '../orders/case/choices'
import type { Form } from './form'
import { type Verb, verbsFor } from './verbs'

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

  function took(verb: Verb): void {
    open.value = null
    toast(t(`request.${verb.on}.done`))
    on.moved()
  }

  function press(verb: Verb): void {
    const at = row()
    if (!at) return
    place.value = null
    turn.value++
    if (verb.fields) open.value = verb
    else
      void act(async (opId) => {
        await verb.send(at, {}, opId, { units: [], place: null })
        took(verb)
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

  return { verbs, open, form, place, busy, press, took, turn }
}

export type Verbs = ReturnType<typeof useVerbs>
