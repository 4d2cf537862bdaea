import { useAct } from '@sanwei/web/act'
import { serverTime } from '@sanwei/web/http'
import { t } from '@sanwei/web/i18n'
import { toast } from '@sanwei/web/toast'
import { post } from '../orders/send'
import type { Row } from './records'

/** 无变化: one tap, kept on the phone where there is no network. */
export function useVerify() {
  const { busy, act } = useAct()
  const verify = (row: Pick<Row, 'id' | 'title'>): Promise<void> =>
    act(async () => {
      const { sent } = await post({
        kind: 'baseVerify',
        title: t('base.sameAs', { title: row.title }),
        photos: [],
        subject: row.id,
        variables: (opId) => ({ id: row.id, opId, claimedAt: serverTime().toISOString() }),
      })
      void sent.then((op) => toast(t(op.state === 'done' ? 'base.same.done' : 'send.kept')))
    })
  return { busy, verify }
}
