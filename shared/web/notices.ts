import type { Doc } from './graph.ts'
import type { PushDoc } from './push.ts'
import { session } from './session.ts'

export type Via = 'SMS' | 'WECHAT' | 'PUSH'

/** How a person is told, as every app's schema has it. */
export interface NoticeSettings {
  ways: readonly { via: Via; on: boolean; reached: number; where: string }[]
  quietFrom: number
  quietTo: number
  pushKey: string
  wechatUrl: string
  /** A leader's: the percent of a limit from which it leaves the inbox. */
  alarm?: number
}

export interface Wishes {
  off: Via[]
  quietFrom: number
  quietTo: number
  alarm?: number
}

/** One app's documents for the page 通知. */
export interface NoticesParts {
  read: Doc<{ noticeSettings: NoticeSettings }, Record<string, never>>
  wish: Doc<{ setNotices: NoticeSettings }, { input: Wishes }>
  subscribe: PushDoc
  unsubscribe: PushDoc
  bind: Doc<{ bindWechat: NoticeSettings }, { code: string }>
  unbind: Doc<{ unbindWechat: NoticeSettings }, Record<string, never>>
  /** Where a phone is verified; staff have theirs from the administrator. */
  verify?: string
}

/** Whoever signs out is not told on this device any more. */
export function stopPushOnLogout(unsubscribe: PushDoc): void {
  session.beforeLogout = () => import('./push.ts').then(({ stopPush }) => stopPush(unsubscribe)).catch(() => undefined)
}
