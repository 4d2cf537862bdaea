import { sentence } from '@sanwei/web/errors'
import { graph, Refusal } from '@sanwei/web/graph'
import { t } from '@sanwei/web/i18n'
import { uuid } from '@sanwei/web/ids'
import { outbox } from '@sanwei/web/outbox'
import { toast } from '@sanwei/web/toast'
import {
  type CaseRowFragment,
  RowDocument,
  type SuperviseDue,
  type SuperviseMutation,
  TakeBackDocument,
} from '../gql/graphql'
import { titleOf } from '../orders/words'

/** The outbox's name for an instruction. */
export const SUPERVISE = 'supervise'

export interface Instruction {
  order: CaseRowFragment
  due: SuperviseDue
  text: string
}

/**
 * Sends an instruction, or keeps it on the phone until there is network, and offers 撤销 for ten seconds.
 * `changed` is given the case as it then stands. Throws Refusal when the server says no.
 */
export async function supervise(
  { order, due, text }: Instruction,
  changed: (row: CaseRowFragment) => void,
): Promise<void> {
  const id = uuid()
  const input = { id, orderId: order.id, due, text }
  const title = t('supervise.of', { title: titleOf(order) })
  const op = await outbox.send(SUPERVISE, { input }, { id, title, subject: order.id })
  if (op.state !== 'done' && !op.refusal) {
    toast(t('supervise.kept'), { undo: () => outbox.discard(id) })
    return
  }
  await outbox.discard(id) // answered: the case tells the rest, or the sheet that is still open
  if (op.refusal) throw new Refusal(op.refusal.code, op.refusal.params, op.refusal.field)
  const row = (op.result as SuperviseMutation).superviseOrder
  changed(row)
  toast(t('supervise.sent'), { undo: () => takeBack(row, changed) })
}

async function takeBack({ id, held }: CaseRowFragment, changed: (row: CaseRowFragment) => void): Promise<void> {
  try {
    if (held) await graph(TakeBackDocument, { holdId: held.id })
    changed((await graph(RowDocument, { id })).order)
    toast(t('supervise.takenBack'))
  } catch (failure) {
    toast(sentence(failure))
  }
}
