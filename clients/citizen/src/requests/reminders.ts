import { follow } from '@sanwei/web/follow'
import { graph } from '@sanwei/web/graph'
import { t } from '@sanwei/web/i18n'
import { recall, remember } from '@sanwei/web/remember'
import { onScopeDispose, ref, watch } from 'vue'
import { LiveRemindersDocument, NoticeSettingsDocument, SubscribePushDocument } from '../gql/graphql.ts'
import { titleOf } from './words.ts'

const KEY = 'reminders'

/** Ids of the cases whose end this person wants to hear of. */
const wanted = ref<readonly string[]>(JSON.parse(recall(KEY) ?? '[]') as string[])

function want(ids: readonly string[]): void {
  wanted.value = ids
  remember(KEY, ids.length ? JSON.stringify(ids) : null)
}

/** Whether this browser can show notices at all. */
export const canRemind = (): boolean => typeof Notification !== 'undefined'

export const isReminded = (id: string): boolean => wanted.value.includes(id)

/** 办结时提醒我: asks for the permission now, when its use is plain. False when it is refused. */
export async function remindMe(id: string): Promise<boolean> {
  if (!canRemind() || (await Notification.requestPermission()) !== 'granted') return false
  want([...wanted.value.filter((known) => known !== id), id])
  void reachWhenClosed()
  return true
}

/** With the app closed the push service tells; where there is none, the page 通知 offers other ways. */
async function reachWhenClosed(): Promise<void> {
  try {
    const { noticeSettings } = await graph(NoticeSettingsDocument)
    if (!noticeSettings.pushKey) return
    const { askForPush } = await import('@sanwei/web/push')
    await askForPush(noticeSettings.pushKey, SubscribePushDocument)
  } catch {
    // it is told while the app is open, and the inbox has it anyway
  }
}

/** Shows a notice when a case ends, as long as the app is open; call it once, in the app's root. */
export function watchReminders(): void {
  let stop: (() => void) | undefined
  watch(
    () => wanted.value.length > 0 && canRemind() && Notification.permission === 'granted',
    (needed) => {
      stop?.()
      stop = needed
        ? follow(
            LiveRemindersDocument,
            {},
            {
              cursor: (data) => data.liveRequests.cursor,
              event({ liveRequests: { request } }) {
                if (!request?.closedAt || !isReminded(request.id)) return
                want(wanted.value.filter((id) => id !== request.id))
                void notify(t('remind.closed', { title: titleOf(request) }), request.no, request.id)
              },
            },
          )
        : undefined
    },
    { immediate: true },
  )
  onScopeDispose(() => stop?.())
}

/** Phones show notices through the service worker only; desks also without one. */
async function notify(title: string, body: string, id: string): Promise<void> {
  const worker = await navigator.serviceWorker?.getRegistration()
  if (worker) await worker.showNotification(title, { body, tag: id })
  else new Notification(title, { body, tag: id })
}
