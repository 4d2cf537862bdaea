import { type Act, useAct } from '@sanwei/web/act'
import { sentence } from '@sanwei/web/errors'
import { graph, Refusal } from '@sanwei/web/graph'
import { t } from '@sanwei/web/i18n'
import { toast } from '@sanwei/web/toast'
import { type ComputedRef, computed, type Ref, ref, shallowRef, watch } from 'vue'
import { useRouter } from 'vue-router'
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
  /** What the suggestion would dispatch; null while unit, matter or filing rule is missing. */
  advice: ComputedRef<WholeChoice | null>
  /** What the sheet of the other units begins with. */
  begun: Ref<Choice | null>
  /** Dispatches an alternative at one tap; one that lacks a part is completed by hand first. */
  choose(choice: Choice): void
  /** The sheet that is open over the case. */
  sheet: Ref<SheetName | null>
  press(button: Button): void
  dispatch(choice: WholeChoice, opId: string, overrideReason?: string): Promise<void>
  merge(into: { id: string; no: string }): void
  /** The case this one is being compared with; undefined while none is chosen. */
  pairing: Ref<string | undefined>
  /** Puts another case beside this one. */
  compare(otherId: string): void
  /** Something was decided that needs no words here: the case is shown as it then stands. */
  told(row: OrderRowFragment): void
  /** A sheet's step was taken: says so, with 撤销 while the server holds it. */
  took(row: OrderRowFragment, words: string): void
  /** Takes the last held step back. */
  undo(): void
  /** Guards a sheet's button; whatever the server refuses, the case is read again first. */
  acting(failed?: (failure: unknown) => void): Act
}

const NOTHING: Choice = { matter: null, rule: null, unit: null }
const isWhole = (choice: Choice): choice is WholeChoice => !!choice.matter && !!choice.rule && !!choice.unit

/** The steps of one case: which are offered, what each does, and how the last one is taken back. */
export function useSteps(
  read: () => OrderCaseFragment | undefined,
  on: { moved(row: OrderRowFragment): void; back(orderId: string): void; refused(): void },
): Steps {
  const router = useRouter()
  const order = computed(read)
  const begun = shallowRef<Choice | null>(null)
  const sheet = ref<SheetName | null>(null)
  const pairing = ref<string>()
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
      sheet.value = null
    },
  )

  const advice = computed(() => {
    const suggestion = order.value?.suggestion
    return suggestion && isWhole(suggestion) ? suggestion : null
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

  function choose(chosen: Choice): void {
    if (isWhole(chosen)) return void act((opId) => dispatch(chosen, opId))
    begun.value = chosen
    sheet.value = 'reassign'
  }

  function press({ id, does }: Button): void {
    const at = order.value
    if (!at) return
    if (does === 'advice') choose(at.suggestion ?? NOTHING)
    else if ('sheet' in does) {
      begun.value = at.suggestion ? { ...at.suggestion, unit: null } : null
      sheet.value = does.sheet
    } else if ('page' in does) void router.push(`/orders/${at.id}/${does.page}`)
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

  function compare(otherId: string): void {
    pairing.value = otherId
    sheet.value = 'pair'
  }

  const told = (row: OrderRowFragment): void => on.moved(row)

  const buttons = computed(() => (order.value ? buttonsFor(order.value) : []))
  return {
    order,
    buttons,
    busy,
    advice,
    begun,
    sheet,
    pairing,
    choose,
    press,
    dispatch,
    merge,
    compare,
    took,
    told,
    undo,
    acting,
  }
}
