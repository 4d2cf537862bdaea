import type { Doc } from './graph.ts'
import { graph } from './graph.ts'

/** As the server wants a browser's subscription. */
export interface PushInput {
  endpoint: string
  p256dh: string
  auth: string
  device: string
}

export type PushDoc = Doc<unknown, { input: PushInput }>

/** on: this browser is told; off: it may be asked; denied: the person said no; none: it cannot be told. */
export type PushReach = 'on' | 'off' | 'denied' | 'none'

const worker = async (): Promise<ServiceWorkerRegistration | undefined> => navigator.serviceWorker?.getRegistration()

export async function pushReach(): Promise<PushReach> {
  if (typeof Notification === 'undefined' || !('PushManager' in window) || !(await worker())) return 'none'
  if (Notification.permission === 'denied') return 'denied'
  return (await (await worker())?.pushManager.getSubscription()) ? 'on' : 'off'
}

/** Asks for the permission, now that its use is plain, and tells the server where this browser is reached. */
export async function askForPush(key: string, subscribe: PushDoc): Promise<PushReach> {
  if ((await pushReach()) === 'none') return 'none'
  if ((await Notification.requestPermission()) !== 'granted') return 'denied'
  try {
    const manager = (await worker())?.pushManager
    const made = await manager?.subscribe({ userVisibleOnly: true, applicationServerKey: key })
    if (!made) return 'none'
    await graph(subscribe, { input: inputOf(made) })
    return 'on'
  } catch (failure) {
    if (failure instanceof DOMException) return 'none' // the browser has no service behind it, as in many in China
    throw failure
  }
}

/** This browser is not told any more: the server first, so that nothing is written to it in between. */
export async function stopPush(unsubscribe: PushDoc): Promise<void> {
  const made = await (await worker())?.pushManager?.getSubscription()
  if (!made) return
  await graph(unsubscribe, { input: inputOf(made) })
  await made.unsubscribe()
}

function inputOf(made: PushSubscription): PushInput {
  const { p256dh = '', auth = '' } = made.toJSON().keys ?? {}
  return { endpoint: made.endpoint, p256dh, auth, device: deviceName() }
}

const BROWSERS = ['MicroMessenger', 'Edg', 'Firefox', 'Chrome', 'Safari']
const SYSTEMS = ['Android', 'iPhone', 'iPad', 'Windows', 'Mac OS', 'Linux']

/** What a person would call this device: the browser and the system. */
function deviceName(): string {
  const has = (name: string): boolean => navigator.userAgent.includes(name)
  return [BROWSERS.find(has), SYSTEMS.find(has)].filter(Boolean).join(' · ')
}
