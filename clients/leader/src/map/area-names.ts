import { district } from '@sanwei/web/map/district'
import { type Ref, readonly, ref, watchEffect } from 'vue'

/** The name of an area by its code, from the packed map; empty until that is here, and for no area. */
export function useAreaName(code: Readonly<Ref<string | null>>): Readonly<Ref<string>> {
  const names = ref<ReadonlyMap<string, string>>(new Map())
  const name = ref('')
  district().then(
    (map) => {
      const areas = [map.district, ...map.streets, ...map.communities, ...map.cells]
      names.value = new Map(areas.map((area) => [area.code, area.name]))
    },
    () => undefined, // without the map the page does without the name
  )
  watchEffect(() => {
    name.value = (code.value && names.value.get(code.value)) || ''
  })
  return readonly(name)
}
