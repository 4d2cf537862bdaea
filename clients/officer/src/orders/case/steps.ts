import { sentence } from '@sanwei/web/errors'
import { graph, Refusal } from '@sanwei/web/graph'
import { t } from '@sanwei/web/i18n'
import { toast } from '@sanwei/web/toast'
import { type ComputedRef, computed, type Ref, ref, shallowRef, watch } from 'vue'
import { useRouter } from 'vue-router'
import { type Act, useAct } from '../../act'
import {
  DispatchDocument,
  MergeDocument,
  type OrderCaseFragment,
  type OrderRowFragment,
  type SuggestionFragment,
  TakeBackDocument,
} from '../../gql/graphql'
import { type Button, buttonsFor, type SheetName } from './buttons'

export type Choice = Pick<SuggestionFragment, 'matter' | 'rule' | 'unit'>
export type WholeChoice = { [part in keyof Choice]: NonNullable<Choice[part]> }

export interface Steps extends Pick<Act, 'busy'> {
  order: ComputedRef<OrderCaseFragment | undefined>
  buttons: ComputedRef<Button[]>
  /** The alternative picked by hand; it goes before the suggestion. */
  picked: Ref<Choice | null>
  /** What one tap would dispatch; null while unit, matter or filing rule is missing. */
  choice: ComputedRef<WholeChoice | null>
  /** The sheet that is open over the case. */
  sheet: Ref<SheetName | null>
  press(button: Button): void
  dispatch(choice: WholeChoice, opId: string, overrideReason?: string): Promise<void>
  merge(into: { id: string; no: string }): void
  /** A sheet's step was taken: says so, with 撤销 while the server holds it. */
  took(row: OrderRowFragment, words: string): void
  /** Takes the last held step back. */
  undo(): void
  /** Guards a sheet's button; whatever the server refuses, the case is read again first. */
  acting(failed?: (failure: unknown) => void): Act
}

const isWhole = (choice: Choice): choice is WholeChoice => !!choice.matter && !!choice.rule && !!choice.unit

/** The steps of one case: which are offered, what each does, and how the last one is taken back. */
export function useSteps(
  read: () => OrderCaseFragment | undefined,
  on: { moved(row: OrderRowFragment): void; back(orderId: string): void; refused(): void },
): Steps {
  const router = useRouter()
  const order = computed(read)
  const picked = shallowRef<Choice | null>(null)
  const sheet = ref<SheetName | null>(null)
  const held = shallowRef<{ id: string; orderId: string } | null>(null)
  const acting = (failed: (failure: unknown) => void = (failure) => toast(sentence(failure))): Act =>
    useAct((failure) => {
      if (failure instanceof Refusal) on.refused()
      failed(failure)
    })
  const { busy, act } = acting()

  watch(
    () => order.value?.id,
    () => {
      picked.value = null
      sheet.value = null
    },
  )

  const choice = computed(() => {
    const chosen = picked.value ?? order.value?.suggestion
    return chosen && isWhole(chosen) ? chosen : null
  })

  function took(row: OrderRowFragment, words: string): void {
    sheet.value = null
    held.value = row.held ? { id: row.held.id, orderId: row.id } : null
    toast(words, held.value ? { undo } : {})
    on.moved(row)
  }

  function undo(): void {
    const hold = held.value
    if (!hold) return
    void act(async () => {
      await graph(TakeBackDocument, { holdId: hold.id })
      held.value = null
      toast(t('step.takenBack'))
      on.back(hold.orderId)
    })
  }

  async function dispatch(whole: WholeChoice, opId: string, overrideReason?: string): Promise<void> {
    if (!order.value) return
    const { id, version, title } = order.value
    const input = {
      id,
      version,
      matterCode: whole.matter.code,
      ruleId: whole.rule.id,
      unitId: whole.unit.id,
      overrideReason: overrideReason || null,
      opId,
    }
    const { dispatchOrder } = await graph(DispatchDocument, { input })
    took(dispatchOrder, t('step.dispatched', { unit: whole.unit.name, title }))
  }

  function press({ id, does }: Button): void {
    const at = order.value
    if (!at) return
    if (does === 'advice') {
      const whole = choice.value
      if (whole) void act((opId) => dispatch(whole, opId))
      else sheet.value = 'reassign'
    } else if ('sheet' in does) sheet.value = does.sheet
    else if ('page' in does) void router.push(`/orders/${at.id}/${does.page}`)
    else void act(async (opId) => took(await does.call(at, opId), t(`step.${id}.done`)))
  }

  function merge(into: { id: string; no: string }): void {
    const at = order.value
    if (!at) return
    void act(async (opId) => {
      const { mergeOrder } = await graph(MergeDocument, {
        input: { id: at.id, version: at.version, intoId: into.id, opId },
      })
      took(mergeOrder, t('step.merged', { no: into.no }))
    })
  }

  const buttons = computed(() => (order.value ? buttonsFor(order.value) : []))
  return { order, buttons, busy, picked, choice, sheet, press, dispatch, merge, took, undo, acting }
}
