import { config } from '@sanwei/web/config'
import { type Ref, ref } from 'vue'

/** The national number for everything a government answers; an installation may name another. */
const NATIONAL = '12345'

/** The number people call when they would rather talk. */
export function useHotline(): Readonly<Ref<string>> {
  const number = ref(NATIONAL)
  void config().then(
    ({ hotline }) => (number.value = hotline),
    () => undefined, // without network the national number stands
  )
  return number
}
