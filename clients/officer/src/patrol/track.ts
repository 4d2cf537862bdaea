import type { Fix, NoFixWhy } from '@sanwei/web/geo'
import { serverTime } from '@sanwei/web/http'
import { t } from '@sanwei/web/i18n'
import { uuid } from '@sanwei/web/ids'
import { outbox } from '@sanwei/web/outbox'
import { ref, shallowRef, watch } from 'vue'
import { current } from './patrol'

/** A position every so often is a track (domain A8). */
const SPACING_MS = 10_000
/** With a network others see where one is; without, fewer and longer letters wait on the phone. */
const SEND_MS = 15_000
const KEEP_MS = 60_000
const CAUSES: NoFixWhy[] = ['unavailable', 'denied', 'unavailable', 'timeout']

interface Kept {
  at: string
  lon: number
  lat: number
  accuracyM: number
}

/** Where the phone is, while a round is under way. */
export const here = shallowRef<Fix | null>(null)
export const why = ref<NoFixWhy | null>(null)

let watching: number | null = null
let timer = 0
let kept: Kept[] = []
let sentAt = 0
let round: { id: string; beganAt: string } | null = null

function take({ coords, timestamp }: GeolocationPosition): void {
  why.value = null
  const accuracyM = Math.round(coords.accuracy)
  here.value = { lon: coords.longitude, lat: coords.latitude, datum: 'WGS84', accuracyM }
  if (!round) return
  // the phone's clock may be wrong: how long ago it was is not
  const measured = serverTime().getTime() - Math.max(0, Date.now() - timestamp)
  const at = new Date(Math.max(measured, Date.parse(round.beganAt)))
  const last = kept[kept.length - 1]
  if (last && at.getTime() - Date.parse(last.at) < SPACING_MS) return
  kept.push({ at: at.toISOString(), lon: coords.longitude, lat: coords.latitude, accuracyM })
}

function send(now = false): void {
  const wait = navigator.onLine ? SEND_MS : KEEP_MS
  if (!round || !kept.length || (!now && Date.now() - sentAt < wait)) return
  const id = uuid()
  const input = { id, patrolId: round.id, datum: 'WGS84', fixes: kept }
  kept = []
  sentAt = Date.now()
  void outbox.send(
    'patrolTrack',
    { input },
    { id, title: t('patrol.track'), subject: `patrol ${round.id}`, quiet: true },
  )
}

function follow(): void {
  if (watching !== null || !navigator.geolocation) return
  watching = navigator.geolocation.watchPosition(
    take,
    ({ code }) => {
      why.value = CAUSES[code] ?? 'unavailable'
    },
    { enableHighAccuracy: true, maximumAge: SPACING_MS },
  )
  timer = window.setInterval(send, SEND_MS)
}

function stop(): void {
  if (watching !== null) navigator.geolocation.clearWatch(watching)
  clearInterval(timer)
  send(true)
  watching = null
  round = null
}

document.addEventListener('visibilitychange', () => {
  if (document.hidden) send(true) // the system may end a hidden page
})

/** Follows the phone exactly while a round is running; call it once, where somebody is signed in. */
export function watchTrack(): void {
  watch(
    () => (current.value?.state === 'RUNNING' ? current.value.id : null),
    (id) => {
      if (round && round.id !== id) stop()
      if (!id || round) return
      round = { id, beganAt: current.value?.beganAt ?? serverTime().toISOString() }
      sentAt = Date.now()
      follow()
    },
    { immediate: true },
  )
}
