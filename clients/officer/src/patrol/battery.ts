import { onScopeDispose, ref } from 'vue'

interface Battery extends EventTarget {
  level: number
}

/** How full the battery is, in percent; null where the phone does not say. */
export function useBattery() {
  const percent = ref<number | null>(null)
  let battery: Battery | undefined
  const read = (): void => {
    if (battery) percent.value = Math.round(battery.level * 100)
  }
  const ask = (navigator as { getBattery?: () => Promise<Battery> }).getBattery
  void ask
    ?.call(navigator)
    .then((found) => {
      battery = found
      read()
      battery.addEventListener('levelchange', read)
    })
    .catch(() => undefined)
  onScopeDispose(() => battery?.removeEventListener('levelchange', read))
  return percent
}
